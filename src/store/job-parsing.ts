import { storedPrincipalIn } from "../access/stored-principal.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { sourceIn } from "../jobs/each.ts";
import { rulesOf } from "../jobs/job-options.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { Job, Operation, OperationRow } from "../jobs/job.ts";
import type { OperationState } from "../jobs/operation-state.ts";
import { parsed } from "./parsed.ts";

type Row = Readonly<Record<string, unknown>>;

/** The job of a row, from its `detail`; undefined where it says none. */
export function jobIn(row: Row | undefined): Job | undefined {
  const detail = parsed(row?.["detail"]);
  if (!isJsonObject(detail)) return undefined;
  const owner = storedPrincipalIn(objectAt(detail, "owner"));
  const [id, state] = [stringAt(detail, "id"), jobStateIn(detail["state"])];
  const { total, succeeded, failed, createdAt } = detail;
  if (id === undefined || owner === undefined || state === undefined) return undefined;
  if (!isNumber(total) || !isNumber(succeeded) || !isNumber(failed) || !isNumber(createdAt)) return undefined;
  return {
    id,
    owner,
    state,
    rules: rulesOf(objectAt(detail, "rules") ?? {}),
    total,
    succeeded,
    failed,
    createdAt,
    startedAt: numberIn(detail["startedAt"]),
    endedAt: numberIn(detail["endedAt"]),
    retryOf: stringAt(detail, "retryOf"),
    schedule: scheduleIn(objectAt(detail, "schedule")),
    isTried: detail["isTried"] === true,
    source: sourceIn(detail["source"]),
  };
}

function scheduleIn(value: JsonObject | undefined): Job["schedule"] {
  const id = value && stringAt(value, "id");
  const dueAt = numberIn(value?.["dueAt"]);
  return id === undefined || dueAt === undefined ? undefined : { id, dueAt };
}

function jobStateIn(value: unknown): JobState | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kind, code } = value;
  switch (kind) {
    case "failed":
      return typeof code === "string" ? { kind, code } : undefined;
    case "queued":
    case "running":
    case "paused":
    case "completed":
    case "cancelled":
      return { kind };
    default:
      return undefined;
  }
}

/** The operation of a row; undefined where it says none. */
export function operationRowIn(row: Row | undefined): OperationRow | undefined {
  const operation = operationIn(parsed(row?.["operation"]));
  const state = row && operationStateIn(row);
  if (operation === undefined || state === undefined) return undefined;
  const answer = row?.["answer"];
  return { operation, state, answer: typeof answer === "string" ? answer : undefined };
}

function operationStateIn({ status, attempts, code }: Row): OperationState | undefined {
  if (!isNumber(attempts)) return undefined;
  switch (status) {
    case "waiting":
    case "running":
    case "succeeded":
      return { kind: status, attempts };
    case "failed":
      return { kind: status, attempts, code: typeof code === "string" ? code : "internal_error" };
    default:
      return undefined;
  }
}

function operationIn(value: unknown): Operation | undefined {
  if (!isJsonObject(value)) return undefined;
  const [id, tool, given] = [stringAt(value, "id"), stringAt(value, "tool"), objectAt(value, "arguments")];
  const { number, needs, isRepeatable } = value;
  if (!isNumber(number) || id === undefined || tool === undefined || given === undefined) return undefined;
  if (!Array.isArray(needs) || !needs.every(isNumber)) return undefined;
  const idempotencyKey = stringAt(value, "idempotencyKey");
  return { number, id, tool, arguments: given, idempotencyKey, needs, isRepeatable: isRepeatable === true };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function numberIn(value: unknown): number | undefined {
  return isNumber(value) ? value : undefined;
}
