import type { KeyStore } from "../access/key-store.ts";
import type { Clock } from "../core/clock.ts";
import type { EventStore } from "../events/event-store.ts";
import { GatewayError } from "../core/errors.ts";
import type { IdempotencyStore } from "../policy/idempotency-store.ts";
import type { KeepingStatus } from "../gateway/keeping.ts";
import type { SessionStore } from "../gateway/session-store.ts";
import type { CatalogStore } from "../upstream/catalog-store.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { PromptStore } from "../prompts/prompt-store.ts";
import type { ScheduleStore } from "../jobs/schedules/schedule-store.ts";
import { catalogRows } from "./catalog-rows.ts";
import { Checkpoints, withCheckpoints } from "./checkpoints.ts";
import { type Database, openDatabase } from "./database.ts";
import { eventRows } from "./event-rows.ts";
import { storeError } from "./failure.ts";
import { jobRows, jobWriter } from "./job-rows.ts";
import { keyRows } from "./key-rows.ts";
import { keyedCallRows } from "./keyed-call-rows.ts";
import { promptRows } from "./prompt-rows.ts";
import { type Recorder, type RecorderDeps, recorderIn } from "./recorder.ts";
import { scheduleRows } from "./schedule-rows.ts";
import { sessionRows } from "./session-rows.ts";
import { WriteBehind } from "./write-behind.ts";

/** Changes rows; runs inside a transaction. */
export type Write = () => void;

/** What of a gateway survives it. */
export interface Store {
  readonly sessions: SessionStore;
  readonly catalogs: CatalogStore;
  readonly apiKeys: KeyStore;
  readonly keyedCalls: IdempotencyStore;
  readonly jobs: JobStore;
  readonly events: EventStore;
  readonly schedules: ScheduleStore;
  readonly prompts: PromptStore;
  /** A secret of this name, of so many random bytes, that is made at first use and stays the same: for all who share the store. */
  key(name: string, make: () => Buffer): Buffer;
  /** Begins to put calls on record; at most once. Undefined where nothing can be kept. */
  record(deps: RecorderDeps): Recorder | undefined;
  status(): KeepingStatus;
  /** Writes what waits, and closes. Safe to call twice. */
  close(): void;
}

/** What a store is opened with. */
export interface StoreOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Told when nothing can be written any more, and undefined when it can again. */
  readonly onProblem?: (problem: GatewayError | undefined) => void;
}

const flushMs = 100;
/** Twice what the sessions of a gateway are at the most by default; each is about a kilobyte. */
const maxWaiting = 20_000;
/** Written in some 5 ms. */
const batchSize = 500;

/**
 * Opens the store of a data folder. Blocks for some milliseconds, so that whoever starts knows at once whether it can be used.
 *
 * @throws {GatewayError} `store_unavailable`.
 */
export function openStore({ dataDir, ...rest }: StoreOptions): Store {
  return storeIn(openDatabase(dataDir), rest);
}

/** The store in an open database, which is closed with it. */
export function storeIn(opened: Database, { clock, onProblem }: Omit<StoreOptions, "dataDir">): Store {
  const database = withCheckpoints(opened, new Checkpoints(opened, clock));
  let problem: KeepingStatus["problem"];
  let recorder: Recorder | undefined;
  const onFailure = (thrown: unknown): void => {
    const error = thrown === undefined ? undefined : storeError(thrown, database.file);
    const isNews = (error === undefined) !== (problem === undefined);
    problem = error && { ...shown(error), since: problem?.since ?? clock.now() };
    if (isNews) onProblem?.(error);
  };
  const writes = new WriteBehind<Write>({
    clock,
    flushMs,
    max: maxWaiting,
    batch: batchSize,
    isHeld: () => database.rest !== undefined,
    write(items) {
      database.transaction(() => {
        for (const item of items) item();
      });
    },
    onProblem: onFailure,
  });
  const later = (key: string, write: Write): void => {
    // What ends after the store has closed is not kept.
    if (database.sql.isOpen) writes.add(key, write);
  };
  const writer = jobWriter(database);
  return {
    sessions: sessionRows(database, clock, later),
    catalogs: catalogRows(database, clock, later),
    apiKeys: keyRows(database, later),
    keyedCalls: keyedCallRows(database, later),
    jobs: jobRows(database),
    events: eventRows(database, clock, later),
    schedules: scheduleRows(database, (job, operations) => {
      writer.put(job);
      writer.add(job.id, operations);
    }),
    prompts: promptRows(database, clock, later),
    key: (name, make) => keyOf(database, name, make),
    record(deps) {
      recorder = recorderIn(database, deps, onFailure);
      return recorder;
    },
    status: () => ({
      file: database.file,
      problem,
      waiting: writes.waiting,
      dropped: writes.dropped,
      audit: recorder?.log.status(),
    }),
    close() {
      if (!database.sql.isOpen) return;
      recorder?.log.close();
      writes.flush();
      database.close();
    },
  };
}

/** A problem with the store as a status shows it. */
export function shown({ message, suggestion }: GatewayError): {
  readonly message: string;
  readonly suggestion: string;
} {
  return { message, suggestion };
}

function keyOf({ sql, transaction }: Database, name: string, make: () => Buffer): Buffer {
  const read = sql.prepare("SELECT value FROM keys WHERE name = ?");
  const add = sql.prepare("INSERT INTO keys (name, value) VALUES (?, ?)");
  const found = (): unknown => read.get(name)?.["value"];
  // Read again under the lock: another process may be faster.
  const value = found() ?? transaction(() => found() ?? (add.run(name, make()), found()));
  if (!(value instanceof Uint8Array)) throw new GatewayError("internal_error", `The key ${name} was not kept`);
  return Buffer.from(value);
}
