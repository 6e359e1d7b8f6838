import type { Controller, Signal } from "../core/canceller.ts";
import type { Principal } from "../access/principal.ts";
import type { JsonObject } from "../core/json.ts";
import type { Caller, Notification, Question } from "../protocol/call.ts";
import type { Codec } from "../protocol/codec.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { TraceContext } from "../protocol/trace-context.ts";
import type { CallRecord } from "./call-record.ts";
import type { Origin } from "./ended-call.ts";
import type { Route } from "./route.ts";
import type { Session } from "./session.ts";

/** One request of a downstream, and the way back to it while it is under way. */
export interface Inbound {
  readonly route: Route;
  readonly codec: Codec;
  readonly method: string;
  readonly params: JsonObject | undefined;
  /** The conversation it belongs to; undefined in revisions without. */
  readonly session: Session | undefined;
  /** Who asks, where the revision leaves that to the session. */
  readonly caller: Caller;
  /** Aborted, with the reason, by whoever ends the request early. */
  readonly controller: Controller;
  /** Sends a notification that belongs to the request. Dropped where the downstream cannot take it. */
  readonly notify: (notification: Notification) => void;
  /** Where the call becomes a task: what accompanies it is passed on until this fires, also after its answer. */
  readonly lasting?: Signal;
  /** Whether the call may take as long as it likes: what it belongs to has a time to live of its own. */
  readonly isPatient?: boolean;
  /** Whether it is made so that its result is kept, whether or not one is. */
  readonly isWarming?: boolean;
  /** Who asks, as the gateway knows it. */
  readonly principal: Principal;
  /** The trace that the HTTP request belongs to which brought it; what the message itself says goes before. */
  readonly trace?: TraceContext | undefined;
  /** Where it came from. */
  readonly origin: Origin;
  /** Size of the request as it came, in bytes; undefined where it is not known for this request alone. */
  readonly bytes?: number | undefined;
  /** What becomes known of the call on its way; set when it begins. */
  record?: CallRecord;
  /** Asks the caller while its request is open; undefined in revisions without requests to clients. */
  readonly ask: ((question: Question, signal: Signal) => Promise<Answer>) | undefined;
}
