import type { Principal } from "../access/principal.ts";
import type { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { AuditOptions } from "./audit-options.ts";
import type { AuditRow } from "./audit-row.ts";
import { type KeptText, keptPayload, keptValue } from "./kept-text.ts";
import { redactJson, redactText } from "./redact.ts";
import type { CallRules } from "./rules.ts";

/** What a row is made from: a call that has ended, as the gateway tells of it. */
export interface CallFacts {
  readonly id: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly origin: { readonly entrance: string; readonly address: string | undefined };
  readonly session: string | undefined;
  readonly principal: Principal;
  readonly route: { readonly kind: string; readonly name?: string };
  readonly method: string;
  readonly name: string | undefined;
  readonly record: {
    readonly stages: readonly string[];
    readonly times: readonly number[];
    readonly upstream: string | undefined;
    readonly name: string | undefined;
    readonly attempts: number;
    readonly isDenied: boolean;
    readonly cache: string;
    readonly isRepeated: boolean;
    readonly fallback: string | undefined;
    readonly queuedMs: number;
    /** What the upstream's processes used at the most meanwhile; undefined where nobody looked. */
    readonly resourceUse?: { readonly peakBytes: number; readonly peakCpuPercent: number } | undefined;
  };
  readonly params: JsonObject | undefined;
  readonly answer: Answer;
  readonly outcome: string;
  readonly code: string | undefined;
  readonly failure: GatewayError | undefined;
  readonly bytesIn: number | undefined;
  readonly bytesOut: number;
}

/** What a row is made with. */
export interface RowSettings {
  readonly options: Pick<AuditOptions, "arguments" | "results">;
  readonly rules: CallRules;
  /** What the upstream's processes used, for a call that failed. */
  readonly usage?: unknown;
  /** Whether arguments and result are left out, because too much waits. */
  readonly isBare: boolean;
}

/** Longest name that is kept, in characters. */
const maxName = 1000;

/** The row of a call: redacted, and no larger than twice what is kept of a text. */
export function rowOfCall(call: CallFacts, { options, rules, usage, isBare }: RowSettings): AuditRow {
  const { record, answer, params } = call;
  const hasContent = !isBare && params !== undefined;
  const given =
    hasContent && options.arguments ? keptValue(argumentsOf(call.method, params), rules.arguments) : undefined;
  const got = !isBare && options.results ? keptAnswer(answer, rules) : undefined;
  return {
    id: call.id,
    kind: "call",
    at: call.startedAt,
    durationUs: Math.round(call.durationMs * 1000),
    method: call.method,
    name: keptName(call.name),
    upstream: record.upstream,
    tool: keptName(record.name),
    principal: call.principal.id,
    outcome: call.outcome,
    code: call.code,
    cache: record.cache === "none" ? undefined : record.cache,
    detail: detailOf(call, { given, got, usage, isBare }),
    arguments: given?.text,
    result: got?.text,
  };
}

function keptAnswer(answer: Answer, { result }: CallRules): KeptText {
  if (answer.kind === "error") return keptValue(answer.error, result);
  try {
    return keptPayload(answer.result, result);
  } catch {
    // It cannot be written, and so was not sent either.
    return keptValue("cannot be written", result);
  }
}

/** What of a call's params is its arguments: not what the protocol adds, and no state that the gateway has sealed. */
function argumentsOf(method: string, params: JsonObject): unknown {
  if (method === "tools/call" || method === "prompts/get") return params["arguments"] ?? {};
  const { _meta: _, requestState: __, ...rest } = params;
  return rest;
}

/** Names come from callers, and addresses of resources may hold passwords. */
function keptName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : redactText(name.slice(0, maxName).toWellFormed()).text;
}

interface Parts {
  readonly given: KeptText | undefined;
  readonly got: KeptText | undefined;
  readonly usage: unknown;
  readonly isBare: boolean;
}

function detailOf(call: CallFacts, { given, got, usage, isBare }: Parts): string {
  const { origin, session, principal, route, record, bytesIn, bytesOut } = call;
  const detail = {
    entrance: origin.entrance,
    address: origin.address,
    session,
    kind: principal.kind,
    role: principal.role,
    route: route.name === undefined ? route.kind : `${route.kind} ${route.name}`,
    stages: stagesText(record),
    attempts: record.attempts,
    queuedMs: record.queuedMs === 0 ? undefined : Math.round(record.queuedMs),
    fallback: record.fallback,
    repeated: record.isRepeated || undefined,
    denied: record.isDenied || undefined,
    peaks: record.resourceUse && peaksOf(record.resourceUse),
    bytesIn,
    bytesOut,
    arguments: given && noteOn(given),
    result: got && noteOn(got),
    left_out: isBare ? true : undefined,
  };
  const { failure, answer } = call;
  if (failure === undefined && answer.kind !== "error") return JSON.stringify(detail);
  const error =
    failure === undefined
      ? undefined
      : { message: failure.message, data: failure.data, suggestion: failure.suggestion };
  const { text } = redactJson(JSON.stringify({ error, usage }));
  if (text === "{}") return JSON.stringify(detail);
  // What we say ourselves stays as it is: the name of a member alone can look like that of a secret.
  return `${JSON.stringify(detail).slice(0, -1)},${text.slice(1)}`.toWellFormed();
}

function peaksOf({ peakBytes, peakCpuPercent }: NonNullable<CallFacts["record"]["resourceUse"]>): JsonObject {
  return { memoryMiB: Math.round(peakBytes / 1024 / 1024), cpuPercent: Math.round(peakCpuPercent) };
}

/** What of a text is not there any more; undefined where it is whole. */
function noteOn({ bytes, redacted, isCut }: KeptText): JsonObject | undefined {
  return redacted === 0 && !isCut ? undefined : { bytes, redacted, isCut };
}

/** Stages as a short text, each with the time in µs since the first: `observe 0 deadline 12`. */
function stagesText({ stages, times }: CallFacts["record"]): string {
  const began = times[0] ?? 0;
  let text = "";
  let index = 0;
  for (const stage of stages) {
    text += `${index === 0 ? "" : " "}${stage} ${Math.round(((times[index] ?? began) - began) * 1000)}`;
    index += 1;
  }
  return text;
}
