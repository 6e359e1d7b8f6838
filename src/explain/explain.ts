import { inspect } from "node:util";
import { type Category, type ErrorCode, type Severity, errorTable } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { modelAdvice } from "../core/model-advice.ts";
import { type CauseCode, type CauseRow, causeTable } from "./cause-table.ts";
import { essenceOf } from "./essence.ts";
import { phrasePattern } from "./phrase.ts";
import { rules } from "./phrases.ts";

/** What is known of a failure besides its text. */
export interface FailureContext {
  /** The code of the JSON-RPC error that it came as. */
  readonly rpcCode?: number | undefined;
  /** The HTTP status that it came with. */
  readonly httpStatus?: number | undefined;
}

/** What a failure means, and what to do about it. Everything but `matched` is from a table: it holds nothing of the failure's text. */
export interface Explanation {
  /** One of `causeTable`; one of `errorTable` where Switchyard itself failed. */
  readonly code: CauseCode | ErrorCode;
  readonly severity: Severity;
  readonly category: Category;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What the person should do. */
  readonly suggestion: string;
  /** What the model that made the call should do; often the same. */
  readonly modelSuggestion: string;
  /** The words by which it was known, or the number: `-32602`, `403`. Undefined where nothing was recognised. */
  readonly matched: string | undefined;
}

/** Causes behind a thrown error that are looked at. */
const maxDepth = 5;

/**
 * Says what a failure means: of a text from anywhere, or of what was thrown, with its causes. Pure, never throws, and takes time in
 * proportion to the text, of which it looks at 4096 characters.
 *
 * The code is `failure_unrecognised` where neither the words nor `context` say anything. Of a {@link GatewayError} it is the error's own.
 */
export function explainError(failure: unknown, context: FailureContext = {}): Explanation {
  if (failure instanceof GatewayError) return ofGateway(failure);
  const text = essenceOf(typeof failure === "string" ? failure : textOf(failure));
  for (const { code, pattern } of patterns) {
    const found = pattern.exec(text);
    if (found !== null) return explained(code, causeTable[code], found[0]);
  }
  return byNumber(context) ?? explained("failure_unrecognised", causeTable.failure_unrecognised, undefined);
}

function ofGateway({ code, suggestion, data }: GatewayError): Explanation {
  const forModel = typeof data?.["suggestion"] === "string" ? suggestion : (modelAdvice[code] ?? suggestion);
  return { ...explained(code, errorTable[code], code), suggestion, modelSuggestion: forModel };
}

function explained(code: CauseCode | ErrorCode, row: CauseRow, matched: string | undefined): Explanation {
  const { severity, category, retryable, suggestion, forModel = suggestion } = row;
  return { code, severity, category, retryable, suggestion, modelSuggestion: forModel, matched };
}

const patterns = rules.map(({ code, phrases }) => ({ code, pattern: phrasePattern(phrases) }));

/** Name, code and message of what was thrown, and of what caused it. */
function textOf(thrown: unknown): string {
  const lines: string[] = [];
  let [current, depth] = [thrown, 0];
  while (current !== undefined && current !== null && depth < maxDepth) {
    if (!(current instanceof Error)) {
      lines.push(typeof current === "string" ? current : inspect(current, { breakLength: Number.POSITIVE_INFINITY }));
      break;
    }
    const code = "code" in current ? ` (${String(current.code)})` : "";
    lines.push(`${current.name}: ${current.message}${code}`);
    current = current.cause;
    depth += 1;
  }
  return lines.join("\n");
}

const byRpcCode: ReadonlyMap<number, CauseCode> = new Map([
  [-32700, "data_malformed"],
  [-32601, "unsupported"],
  [-32602, "value_invalid"],
  [-32002, "not_found"],
]);

const byHttpStatus: ReadonlyMap<number, CauseCode> = new Map([
  [400, "value_invalid"],
  [401, "authentication_failed"],
  [402, "quota_exceeded"],
  [403, "permission_denied"],
  [404, "not_found"],
  [405, "unsupported"],
  [408, "timed_out"],
  [409, "state_conflict"],
  [410, "not_found"],
  [412, "modified_meanwhile"],
  [413, "too_large"],
  [415, "unsupported"],
  [417, "value_invalid"],
  [422, "value_invalid"],
  [423, "locked"],
  [429, "too_many_requests"],
  [500, "tool_defect"],
  [501, "unsupported"],
  [502, "service_unavailable"],
  [503, "service_unavailable"],
  [504, "timed_out"],
  [507, "disk_full"],
]);

function byNumber({ rpcCode, httpStatus }: FailureContext): Explanation | undefined {
  const [code, number] =
    httpStatus === undefined || !byHttpStatus.has(httpStatus)
      ? [byRpcCode.get(rpcCode ?? 0), rpcCode]
      : [byHttpStatus.get(httpStatus), httpStatus];
  return code && explained(code, causeTable[code], String(number));
}
