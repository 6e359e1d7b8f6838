import { randomBytes } from "node:crypto";
import { type AuditOptions, auditDefaults } from "./audit/audit-options.ts";
import type { Clock } from "./core/clock.ts";
import { type GatewayError, toGatewayError } from "./core/errors.ts";
import { EventLog, maxEvents } from "./events/event-log.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { toolFinder } from "./gateway/tool-definition.ts";
import { memoryStore } from "./store/memory-store.ts";
import type { Recorder, RecorderDeps } from "./store/recorder.ts";
import { type Store, openStore } from "./store/store.ts";

/** What is kept of a gateway, and where. */
export interface KeepingOptions {
  readonly dataDir?: string;
  readonly onStoreProblem?: (problem: GatewayError | undefined) => void;
  readonly audit?: AuditOptions;
}

/** What keeps. */
export interface Keeping {
  readonly events: EventLog;
  readonly store: Store;
  /** Why the file cannot be used: then nothing survives, and whoever has no address to come back to can still be served. */
  readonly problem: GatewayError | undefined;
}

/** Opens the store, and the log of events in which its troubles are told too. */
export function keepingFor(options: KeepingOptions, clock: Clock): Keeping {
  const events = new EventLog(clock, maxEvents, randomBytes(8).toString("hex"));
  const { dataDir } = options;
  if (dataDir === undefined) return { events, store: memoryStore(clock), problem: undefined };
  const onProblem = (problem: GatewayError | undefined): void => {
    if (problem === undefined) events.append({ type: "store.recovered" });
    else events.append({ type: "store.failed", code: problem.code, message: problem.message });
    options.onStoreProblem?.(problem);
  };
  try {
    return { events, store: openStore({ dataDir, clock, onProblem }), problem: undefined };
  } catch (thrown) {
    const problem = toGatewayError(thrown);
    onProblem(problem);
    return { events, store: memoryStore(clock, problem), problem };
  }
}

/** Puts calls and events on record, where there is somewhere to. */
export function recorderFor(
  { audit = auditDefaults }: KeepingOptions,
  { store, events }: Pick<Keeping, "store" | "events">,
  gateway: () => Gateway,
  ids: Pick<RecorderDeps, "clock" | "newId">,
): Recorder | undefined {
  const recorder = store.record({
    ...ids,
    options: audit,
    definitionOf: toolFinder(gateway),
    usageOf: (name) => gateway().upstreams.find((each) => each.name === name)?.record.usage,
  });
  if (recorder === undefined) return undefined;
  events.subscribe((event) => {
    recorder.log.told(event);
  });
  return recorder;
}
