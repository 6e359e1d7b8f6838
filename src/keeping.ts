import { randomBytes } from "node:crypto";
import { type AuditOptions, auditDefaults } from "./audit/audit-options.ts";
import type { Clock } from "./core/clock.ts";
import { type GatewayError, toGatewayError } from "./core/errors.ts";
import { EventLog, isFrequent, maxEvents } from "./events/event-log.ts";
import type { EventStore } from "./events/event-store.ts";
import type { Event } from "./events/fact.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { toolFinder } from "./gateway/tool-definition.ts";
import { memoryStore } from "./store/memory-store.ts";
import type { Recorder, RecorderDeps } from "./store/recorder.ts";
import { type PostgresStore, openPostgres } from "./store/postgres/postgres-store.ts";
import { type Store, openStore } from "./store/store.ts";

/** What is kept of a gateway, and where. */
export interface KeepingOptions {
  readonly dataDir?: string;
  readonly onStoreProblem?: (problem: GatewayError | undefined) => void;
  readonly audit?: AuditOptions;
  readonly store?: SharedStoreOptions;
}

/** A database that several gateways share. */
export interface SharedStoreOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. Shown nowhere with its password. */
  readonly url: string;
}

/** What keeps. */
export interface Keeping {
  readonly events: EventLog;
  readonly store: Store;
  /** Takes up the events of whoever told them at this address before. Called once, before anybody is served there. */
  readonly begin: (home: string) => void;
  /** Writes what waits, and closes. Safe to call twice. */
  close(): Promise<void>;
  /** Why the file cannot be used: then nothing survives, and whoever has no address to come back to can still be served. */
  readonly problem: GatewayError | undefined;
}

/** Opens the store, and the log of events in which its troubles are told too. */
export function keepingFor(options: KeepingOptions, clock: Clock): Keeping {
  const events = new EventLog(clock, maxEvents, randomBytes(8).toString("hex"));
  const { dataDir } = options;
  const onProblem = (problem: GatewayError | undefined): void => {
    if (problem === undefined) events.append({ type: "store.recovered" });
    else events.append({ type: "store.failed", code: problem.code, message: problem.message });
    options.onStoreProblem?.(problem);
  };
  const opened = dataDir === undefined ? { store: memoryStore(clock) } : openedIn(dataDir, clock, onProblem);
  const { begin, end } = keepEvents(events, opened.store.events);
  const realm = (): string => opened.store.key("realm", () => randomBytes(16)).toString("hex");
  const shared = options.store && openPostgres({ url: options.store.url, realm: realm(), clock, onProblem });
  return {
    problem: undefined,
    ...opened,
    store: shared === undefined ? opened.store : withShared(opened.store, shared),
    events,
    begin,
    async close() {
      await shared?.close();
      end();
      opened.store.close();
    },
  };
}

/** Jobs, and the schedules that make them in one transaction, go where others see them; the rest is this process' own. */
function withShared(own: Store, shared: PostgresStore): Store {
  const { jobs, schedules } = shared;
  return { ...own, jobs, schedules, status: () => ({ ...own.status(), shared: shared.status() }) };
}

function openedIn(
  dataDir: string,
  clock: Clock,
  onProblem: (problem: GatewayError | undefined) => void,
): Pick<Keeping, "store" | "problem"> {
  try {
    return { store: openStore({ dataDir, clock, onProblem }), problem: undefined };
  } catch (thrown) {
    const problem = toGatewayError(thrown);
    onProblem(problem);
    return { store: memoryStore(clock, problem), problem };
  }
}

/** Keeps what does not happen often, from the moment on at which it is known at which address it is told. */
function keepEvents(events: EventLog, store: EventStore): Pick<Keeping, "begin"> & { readonly end: () => void } {
  const keep = (event: Event): void => {
    if (!isFrequent(event.type)) store.keep(events.base + event.seq, event);
  };
  let stop: (() => void) | undefined;
  return {
    begin(home) {
      if (stop !== undefined) return;
      const past = store.begin(home, events.epoch);
      if (past !== undefined) events.goOnFrom(past);
      for (const event of events.read(0)) keep(event);
      stop = events.subscribe(keep);
    },
    end() {
      stop?.();
      if (stop !== undefined) store.end(events.base + events.seq);
    },
  };
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
