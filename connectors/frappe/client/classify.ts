import type { IncomingHttpHeaders } from "node:http";
import { type FailureCode, FrappeError } from "./frappe-error.ts";
import { type JsonObject, isJsonObject, stringAt } from "./json.ts";
import { plainText } from "./plain-text.ts";
import { retryAfterMsOf } from "./rate-limit.ts";
import { serverMessages } from "./server-messages.ts";

/** What a site answered when it refused something. */
export interface Refusal {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As parsed; undefined where it is no JSON. */
  readonly body: JsonObject | undefined;
  /** As it came, where it is no JSON. */
  readonly text: string;
}

/** What is known of an exception, by its name on the site. */
const byException: ReadonlyMap<string, FailureCode> = new Map<string, FailureCode>([
  ["AuthenticationError", "authentication_failed"],
  ["SessionExpired", "authentication_failed"],
  ["InvalidKeyError", "authentication_failed"],
  ["InvalidAuthorizationHeader", "authentication_failed"],
  ["InvalidAuthorizationToken", "authentication_failed"],
  ["InvalidAuthorizationPrefix", "authentication_failed"],
  ["CSRFTokenError", "session_token_missing"],
  ["PermissionError", "permission_denied"],
  ["DoesNotExistError", "not_found"],
  ["PageDoesNotExistError", "not_found"],
  ["DuplicateEntryError", "duplicate"],
  ["UniqueValidationError", "duplicate"],
  ["NameError", "value_invalid"],
  ["TimestampMismatchError", "modified_meanwhile"],
  ["DocumentLockedError", "locked"],
  ["QueryDeadlockError", "locked"],
  ["QueryTimeoutError", "locked"],
  ["MandatoryError", "value_missing"],
  ["LinkValidationError", "link_invalid"],
  ["InvalidLinkError", "link_invalid"],
  ["CancelledLinkError", "link_invalid"],
  ["LinkExistsError", "still_linked"],
  ["UpdateAfterSubmitError", "state_conflict"],
  ["DocstatusTransitionError", "state_conflict"],
  ["WorkflowStateError", "state_conflict"],
  ["WorkflowTransitionError", "state_conflict"],
  ["WorkflowPermissionError", "permission_denied"],
  ["ImportError", "doctype_unknown"],
  ["ModuleNotFoundError", "doctype_unknown"],
  ["JSONDecodeError", "query_invalid"],
  ["TypeError", "argument_missing"],
  ["TooManyRequestsError", "too_many_requests"],
  ["RateLimitExceededError", "too_many_requests"],
  ["SessionStopped", "in_maintenance"],
  ["InReadOnlyMode", "read_only"],
  ["RequestEntityTooLarge", "too_large"],
  ["MaxFileSizeReachedError", "too_large"],
  ["CharacterLengthExceededError", "value_invalid"],
  ["InvalidDateError", "value_invalid"],
  ["InvalidEmailAddressError", "value_invalid"],
  ["ParserError", "value_invalid"],
  ["NonNegativeError", "value_invalid"],
]);

/** What tells failures apart that a site gives one name, by the words that it has for each: narrower before wider. */
const byWords: readonly (readonly [RegExp, FailureCode])[] = [
  [/^Failed to get method|^App \S+ is not installed/i, "method_unknown"],
  [/is not whitelisted|^Not permitted$/i, "method_refused"],
  [/^DocType .+ not found|No module named 'frappe\.core\.doctype/i, "doctype_unknown"],
  [/^Report .+ not found/i, "report_unknown"],
  [/Field not permitted in query|Unknown column|Invalid field/i, "field_unknown"],
  [/^Operator must be one of|Illegal SQL Query|Cannot use sub-query|Invalid filter/i, "query_invalid"],
  [
    /Cannot edit cancelled|Submitted Record cannot|Cannot (?:submit|cancel|edit|change|update)\b|docstatus/i,
    "state_conflict",
  ],
  [/\b(?:is|are) (?:mandatory|required)\b|Value missing/i, "value_missing"],
  [/Incorrect (?:date|datetime|time|integer|decimal|double) value|Data too long|Out of range value/i, "value_invalid"],
  [/Deadlock found|Lock wait timeout/i, "locked"],
];

/** Names that a site gives to failures of several kinds: their words say more. Those of 403 and 404 are the sure part of what is meant. */
const vague: ReadonlySet<string> = new Set([
  "ValidationError",
  "DataError",
  "OperationalError",
  "ProgrammingError",
  "InternalError",
  "PermissionError",
  "DoesNotExistError",
]);

const byStatus: ReadonlyMap<number, FailureCode> = new Map<number, FailureCode>([
  [401, "authentication_failed"],
  [403, "permission_denied"],
  [404, "not_found"],
  [408, "timed_out"],
  [409, "duplicate"],
  [413, "too_large"],
  [414, "too_large"],
  [417, "value_invalid"],
  [429, "too_many_requests"],
  [502, "unavailable"],
  [503, "in_maintenance"],
  [504, "timed_out"],
]);

/** Statuses that say more than the name that comes with them: v14 may send a stale one with them. */
const sureStatuses: ReadonlySet<number> = new Set([401, 429]);

/** With these the site says that it did not begin; another 503, in JSON too, may be a proxy's before a site that did. */
const notBegun: ReadonlySet<string> = new Set(["SessionStopped", "InReadOnlyMode"]);

/** What a site's refusal means, in whichever version's style it is told. `request` says what was asked, such as `GET ToDo`. */
export function failureOf(refusal: Refusal, request: string, nowMs: number): FrappeError {
  const { status, headers, body } = refusal;
  if (status >= 300 && status < 400) {
    const what = `${request}: the site sends elsewhere, to ${withoutQuery(headers.location ?? "no address")}`;
    return new FrappeError({ code: "redirected", what, status });
  }
  const exception = body && exceptionOf(body, status);
  const messages = body ? serverMessages(body) : [];
  const said = saidBy(refusal, messages);
  const code = codeOf(status, exception, [said, ...messages], body !== undefined);
  const retryAfterMs = retryAfterMsOf(headers, nowMs);
  const isUnseen = status === 429 || (exception !== undefined && notBegun.has(exception));
  const name = exception ?? `HTTP ${status}`;
  return new FrappeError({
    code,
    what: `${request}: ${name}${said === "" ? "" : `: ${said}`}`,
    status,
    ...(exception !== undefined && { exception }),
    messages,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    isUnseen,
  });
}

function codeOf(status: number, exception: string | undefined, texts: readonly string[], isJson: boolean): FailureCode {
  const sure = sureStatuses.has(status) ? byStatus.get(status) : undefined;
  if (sure !== undefined) return sure;
  if (exception === undefined || vague.has(exception)) {
    const told = isJson && byWords.find(([words]) => texts.some((text) => words.test(text)));
    if (told) return told[1];
  }
  const named = exception === undefined ? undefined : byException.get(exception);
  if (named !== undefined) return named;
  const numbered = byStatus.get(status);
  if (numbered !== undefined) return !isJson && status === 404 ? "not_frappe" : numbered;
  if (!isJson && status < 500) return "not_frappe";
  return status >= 500 ? "server_failed" : "request_refused";
}

/** The name of the exception: as the site says it, else as the prefix of its text; v14 says it of half its failures. */
function exceptionOf(body: JsonObject, status: number): string | undefined {
  const errors = body["errors"];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (isJsonObject(first)) return stringAt(first, "type");
  const written = /^(?:[A-Za-z_][\w]*\.)*([A-Z]\w*)(?::|$)/.exec(lastLine(stringAt(body, "exception") ?? ""))?.[1];
  const named = stringAt(body, "exc_type");
  // A stale name of an earlier failure comes with another's text.
  if (written !== undefined && written !== "Error" && (named === undefined || status === 401)) return written;
  return named;
}

/** What the site says happened, as plain text: to its user, else in the exception, else in a page that is no answer of its own. */
function saidBy({ body, text }: Refusal, messages: readonly string[]): string {
  if (body === undefined) return titleOf(text);
  const shown = stringAt(body, "_error_message");
  const own = [...messages, ...(shown === undefined ? [] : [plainText(shown)])];
  if (own.length > 0) return [...new Set(own)].join(" ").slice(0, maxSaid);
  const written = lastLine(stringAt(body, "exception") ?? exceptionInErrors(body) ?? "");
  const message = /^[\w.]+: (.*)$/s.exec(written)?.[1] ?? stringAt(body, "message") ?? "";
  return plainText(message).slice(0, maxSaid);
}

function exceptionInErrors(body: JsonObject): string | undefined {
  const errors = body["errors"];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isJsonObject(first) ? stringAt(first, "exception") : undefined;
}

/** Characters of what a site says that are told on. */
const maxSaid = 2000;

function titleOf(html: string): string {
  const title = /<title[^>]*>([\s\S]{0,200}?)<\/title>/i.exec(html)?.[1];
  return plainText(title ?? html.slice(0, 2000)).slice(0, 200);
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

/** An address without what may hold secrets. */
function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, "").slice(0, 200);
}
