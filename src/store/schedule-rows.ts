import type { Job, Operation } from "../jobs/job.ts";
import type { ScheduleStore } from "../jobs/schedules/schedule-store.ts";
import type { Schedule } from "../jobs/schedules/schedule.ts";
import type { Database } from "./database.ts";
import { answered } from "./failure.ts";
import { operationsIn, scheduleIn } from "./schedule-parsing.ts";

const add =
  "INSERT INTO schedules (id, owner, status, next_at, is_waiting, revision, detail, operations) VALUES (?, ?, ?, ?, 0, ?, ?, ?)";
const counted = "SELECT count(*) AS n, count(CASE WHEN owner = ? THEN 1 END) AS own FROM schedules";
const put =
  "UPDATE schedules SET status = ?, next_at = ?, is_waiting = ?, revision = revision + 1, detail = ? WHERE id = ? AND revision = ?";

/** Schedules as rows. `addJob` adds the rows of a job, inside a transaction. */
export function scheduleRows(
  database: Database,
  addJob: (job: Job, operations: readonly Operation[]) => void,
): ScheduleStore {
  const { sql, file, transaction } = database;
  const change = sql.prepare(put);
  const isChanged = (schedule: Schedule): boolean => {
    const { id, revision, state, nextAt, waiting } = schedule;
    const detail = JSON.stringify(schedule);
    return Number(change.run(state.kind, nextAt ?? null, Number(waiting.length > 0), detail, id, revision).changes) > 0;
  };
  return {
    create: (schedule, operations) =>
      answered(file, () => {
        const { id, owner, state, nextAt, revision } = schedule;
        const [detail, given] = [JSON.stringify(schedule), JSON.stringify(operations)];
        sql.prepare(add).run(id, owner.id, state.kind, nextAt ?? null, revision, detail, given);
      }),
    save: (schedule) => answered(file, () => isChanged(schedule)),
    begin: (schedule, job, operations) =>
      answered(file, () =>
        transaction(() => {
          if (!isChanged(schedule)) return false;
          addJob(job, operations);
          return true;
        }),
      ),
    remove: (id) => answered(file, () => void sql.prepare("DELETE FROM schedules WHERE id = ?").run(id)),
    ...reading(database),
  };
}

type Reading = Omit<ScheduleStore, "create" | "save" | "begin" | "remove">;

function reading({ sql, file }: Database): Reading {
  const found = (text: string, ...values: (string | number)[]): Schedule[] =>
    sql
      .prepare(`SELECT detail, revision FROM schedules ${text}`)
      .all(...values)
      .flatMap((row) => scheduleIn(row) ?? []);
  const first = (text: string, ...values: string[]) => sql.prepare(text).get(...values) ?? {};
  return {
    schedule: (id) => answered(file, () => found("WHERE id = ?", id)[0]),
    operations: (id) =>
      answered(file, () => operationsIn(first("SELECT operations FROM schedules WHERE id = ?", id)["operations"])),
    schedules: ({ owner, max }) =>
      answered(file, () =>
        owner === undefined
          ? found("ORDER BY id DESC LIMIT ?", max)
          : found("WHERE owner = ? ORDER BY id DESC LIMIT ?", owner, max),
      ),
    due: (now) => answered(file, () => found("WHERE status = 'active' AND (next_at <= ? OR is_waiting = 1)", now)),
    next: () =>
      answered(file, () => numberIn(first("SELECT min(next_at) AS at FROM schedules WHERE status = 'active'")["at"])),
    count: (owner) =>
      answered(file, () => {
        const { n, own } = first(counted, owner);
        return { all: Number(n), own: Number(own) };
      }),
  };
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
