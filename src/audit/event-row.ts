import { type JsonObject, stringAt } from "../core/json.ts";
import type { AuditRow } from "./audit-row.ts";
import { redactJson } from "./redact.ts";

/** Events that go on record: what operators did, what became of the configuration and of upstreams, alerts, what was posted for connectors. Calls have rows of their own; how far a job is goes by. */
const recorded =
  /^(?:alert|operator|config|definitions?|upstream|breaker|key|access|hook|job(?!\.progressed)|schedule)\./;

/** Whether an event of this type goes on record. */
export function isRecorded(type: string): boolean {
  return recorded.test(type);
}

/** The row of something notable that happened; its members are the row's detail. */
export function rowOfEvent(event: JsonObject & { readonly type: string; readonly at: number }, id: string): AuditRow {
  const { type, at, ...rest } = event;
  return {
    ...blankRow(id, at),
    kind: "event",
    method: type,
    upstream: stringAt(event, "upstream"),
    principal: stringAt(event, "principal"),
    code: stringAt(event, "code"),
    detail: redactJson(JSON.stringify(rest)).text.toWellFormed(),
  };
}

/** The row of the log itself: rows were lost, or deleted. */
export function rowOfLog(kind: "dropped" | "retention", id: string, at: number, detail: JsonObject): AuditRow {
  return { ...blankRow(id, at), kind, method: kind, detail: JSON.stringify(detail) };
}

function blankRow(id: string, at: number): Omit<AuditRow, "kind" | "method" | "detail"> {
  return {
    id,
    at,
    durationUs: undefined,
    name: undefined,
    upstream: undefined,
    tool: undefined,
    principal: undefined,
    outcome: undefined,
    code: undefined,
    cache: undefined,
    arguments: undefined,
    result: undefined,
  };
}
