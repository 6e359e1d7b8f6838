import { storedPrincipalIn } from "../access/stored-principal.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { wishOf } from "../jobs/each.ts";
import type { GivenOperation } from "../jobs/given-operation.ts";
import { rulesOf } from "../jobs/job-options.ts";
import { type Schedule, type ScheduleState, missedWays, overlapWays } from "../jobs/schedules/schedule.ts";
import type { Timing } from "../jobs/schedules/timing.ts";
import { parsed } from "./parsed.ts";

/** The schedule of a row, from its `detail` and `revision`; undefined where it says none. */
export function scheduleIn({ detail, revision }: Readonly<Record<string, unknown>>): Schedule | undefined {
  const value = parsed(detail);
  if (!isJsonObject(value)) return undefined;
  const owner = storedPrincipalIn(objectAt(value, "owner"));
  const [id, state, timing] = [stringAt(value, "id"), stateIn(value["state"]), timingIn(value["timing"])];
  const [total, createdAt] = [numberIn(value["total"]), numberIn(value["createdAt"])];
  const missed = missedWays.find((way) => way === value["missed"]);
  const overlap = overlapWays.find((way) => way === value["overlap"]);
  if (id === undefined || owner === undefined || state === undefined || timing === undefined) return undefined;
  if (total === undefined || createdAt === undefined || missed === undefined || overlap === undefined) return undefined;
  const wish = objectAt(value, "each");
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
    each: wish && wishOf(wish),
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

/** What the jobs of a schedule are made of, from the text of a row. */
export function operationsIn(text: unknown): readonly GivenOperation[] {
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
