import { storedPrincipalIn } from "../access/stored-principal.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { GivenOperation } from "../jobs/given-operation.ts";
import { rulesOf } from "../jobs/job-options.ts";
import type { Job, Operation } from "../jobs/job.ts";
import type { ScheduleStore } from "../jobs/schedules/schedule-store.ts";
import { type Schedule, type ScheduleState, missedWays, overlapWays } from "../jobs/schedules/schedule.ts";
import type { Timing } from "../jobs/schedules/timing.ts";
import type { Database } from "./database.ts";
import { answered } from "./failure.ts";
import { parsed } from "./parsed.ts";

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

function scheduleIn({ detail, revision }: Readonly<Record<string, unknown>>): Schedule | undefined {
  const value = parsed(detail);
  if (!isJsonObject(value)) return undefined;
  const owner = storedPrincipalIn(objectAt(value, "owner"));
  const [id, state, timing] = [stringAt(value, "id"), stateIn(value["state"]), timingIn(value["timing"])];
  const [total, createdAt] = [numberIn(value["total"]), numberIn(value["createdAt"])];
  const missed = missedWays.find((way) => way === value["missed"]);
  const overlap = overlapWays.find((way) => way === value["overlap"]);
  if (id === undefined || owner === undefined || state === undefined || timing === undefined) return undefined;
  if (total === undefined || createdAt === undefined || missed === undefined || overlap === undefined) return undefined;
  return {
    id,
    owner,
    name: stringAt(value, "name"),
    timing,
    missed,
    overlap,
    rules: rulesOf(objectAt(value, "rules") ?? {}),
    state,
    total,
    createdAt,
    nextAt: numberIn(value["nextAt"]),
    waiting: Array.isArray(value["waiting"]) ? value["waiting"].flatMap((each) => numberIn(each) ?? []) : [],
    ...latestIn(value),
    revision: Number(revision),
  };
}

function latestIn(value: JsonObject): Pick<Schedule, "last" | "problem"> {
  const [last, problem] = [objectAt(value, "last") ?? {}, objectAt(value, "problem") ?? {}];
  const [job, dueAt] = [stringAt(last, "job"), numberIn(last["dueAt"])];
  const [code, message, failedAt] = [stringAt(problem, "code"), stringAt(problem, "message"), problem["dueAt"]];
  return {
    last: job === undefined || dueAt === undefined ? undefined : { job, dueAt },
    problem:
      code === undefined || message === undefined || typeof failedAt !== "number"
        ? undefined
        : { code, message, dueAt: failedAt },
  };
}

function stateIn(value: unknown): ScheduleState | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kind, code } = value;
  if (kind === "active" || kind === "ended") return { kind };
  if (kind !== "paused") return undefined;
  return code === "unauthenticated" ? { kind, code } : { kind };
}

function timingIn(value: unknown): Timing | undefined {
  if (!isJsonObject(value)) return undefined;
  const [zone, pattern] = [stringAt(value, "zone"), stringAt(value, "pattern")];
  const [rule, start] = [stringAt(value, "rule"), stringAt(value, "start")];
  if (zone === undefined) return undefined;
  if (pattern !== undefined) return { kind: "cron", pattern, zone };
  return rule === undefined || start === undefined ? undefined : { kind: "rrule", rule, start, zone };
}

function operationsIn(text: unknown): readonly GivenOperation[] {
  const value = parsed(text);
  return Array.isArray(value) ? value.filter(isJsonObject).flatMap((each) => givenIn(each) ?? []) : [];
}

function givenIn(value: JsonObject): GivenOperation | undefined {
  const [id, tool, given] = [stringAt(value, "id"), stringAt(value, "tool"), objectAt(value, "arguments")];
  const { needs, line } = value;
  if (id === undefined || tool === undefined || given === undefined || typeof line !== "number") return undefined;
  if (!Array.isArray(needs) || !needs.every((need) => typeof need === "string")) return undefined;
  return { id, tool, arguments: given, idempotencyKey: stringAt(value, "idempotencyKey"), needs, line };
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
