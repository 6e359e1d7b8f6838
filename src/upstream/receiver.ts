import type { Notification } from "../protocol/call.ts";
import type { ProcessUsage } from "./child-watch.ts";
import type { DefinitionFact } from "./definition-facts.ts";
import type { Upstream } from "./upstream.ts";

/** What an upstream tells the gateway. */
export interface UpstreamReceiver {
  /** It entered another state. */
  stateChanged(upstream: Upstream): void;
  /** Its lists were read anew, or more of them may be seen; `definitions` may differ from before. */
  definitionsChanged(upstream: Upstream): void;
  /** Some of its definitions are not what they were. */
  factsFound(facts: readonly DefinitionFact[]): void;
  /** It sent a notification that belongs to no call: a log message, an updated resource. */
  notification(upstream: Upstream, notification: Notification): void;
  /** Its processes use much: one sentence with the numbers. */
  warned(upstream: Upstream, text: string): void;
  /** Its processes were looked at. */
  measured?(upstream: Upstream, usage: ProcessUsage): void;
}
