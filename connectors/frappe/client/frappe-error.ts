import { ToolFailure } from "switchyard/connector";

/** What is known of a kind of failure before it happens. */
interface FailureRow {
  /** Whether the same request may succeed later without anybody changing anything. */
  readonly mayPass: boolean;
  /** What the caller should do. */
  readonly suggestion: string;
}

/**
 * Every way in which a request to a site can fail, however the site's version says it.
 *
 * What looks like a failure of the server and is its caller's (a date that is none, an argument that is missing) is told as the caller's, so
 * that nothing is sent again that cannot succeed.
 */
export const failureTable = {
  authentication_failed: {
    mayPass: false,
    suggestion:
      "The site does not accept the credential: it is wrong, expired or revoked. Have the user give a new API key and secret, or log in again.",
  },
  session_token_missing: {
    mayPass: false,
    suggestion: "The site wants a CSRF token from sessions of browsers. Use an API key and secret, or an OAuth token.",
  },
  permission_denied: {
    mayPass: false,
    suggestion:
      "The user of this credential may not do that. Use what is allowed, or ask somebody who may, or an administrator for the role.",
  },
  not_found: {
    mayPass: false,
    suggestion: "It does not exist, or not under that name. Search or list what there is, and use the exact name.",
  },
  doctype_unknown: {
    mayPass: false,
    suggestion:
      "There is no DocType of that name on this site. Names are singular and spelled with capitals and spaces, such as Sales Invoice; list the DocTypes.",
  },
  report_unknown: {
    mayPass: false,
    suggestion: "There is no report of that name on this site. report_list says which there are; use the exact name.",
  },
  duplicate: {
    mayPass: false,
    suggestion: "It exists already. Change the one that is there, or choose another name or value.",
  },
  modified_meanwhile: {
    mayPass: false,
    suggestion: "Somebody changed it since it was read. Read it again, and apply the change to what is there now.",
  },
  value_missing: {
    mayPass: false,
    suggestion: "Give every field that is required, also in the rows of its tables; the DocType's fields say which.",
  },
  value_invalid: {
    mayPass: false,
    suggestion: "Correct the value that the message names. Dates are YYYY-MM-DD, times YYYY-MM-DD HH:MM:SS.",
  },
  link_invalid: {
    mayPass: false,
    suggestion: "A field names a document that does not exist. Look up the exact name first, or create it.",
  },
  still_linked: {
    mayPass: false,
    suggestion: "Other documents refer to it. Change or cancel these first, or disable it instead of deleting it.",
  },
  state_conflict: {
    mayPass: false,
    suggestion:
      "In its state that cannot be done: a draft is submitted, a submitted document cancelled, a cancelled one amended. Read its docstatus, and take the step that comes first.",
  },
  field_unknown: {
    mayPass: false,
    suggestion: "There is no field of that name, or it may not be asked for. Look up the DocType's fields.",
  },
  query_invalid: {
    mayPass: false,
    suggestion:
      "The question is not one that the site takes. A filter is [field, operator, value] with =, !=, >, <, >=, <=, like, in, between or is; an order is a field and asc or desc.",
  },
  method_unknown: {
    mayPass: false,
    suggestion: "The site has no such method, or lacks the app that has it. Use another tool.",
  },
  method_refused: {
    mayPass: false,
    suggestion: "The method is not open to callers from outside, or not by this verb. Use another tool.",
  },
  argument_missing: {
    mayPass: false,
    suggestion: "The method was called without an argument that it needs, or with one that it does not know.",
  },
  too_large: { mayPass: false, suggestion: "It is larger than the site takes. Send it in parts, or shorten it." },
  too_many_requests: {
    mayPass: true,
    suggestion: "The site limits how much it is asked. Wait as long as is said, and ask for less at once.",
  },
  locked: { mayPass: true, suggestion: "Something else works on it at this moment. Try again shortly." },
  read_only: { mayPass: true, suggestion: "The site only reads for now. Write later." },
  in_maintenance: { mayPass: true, suggestion: "The site is in maintenance or being updated. Try again later." },
  unavailable: { mayPass: true, suggestion: "What stands before the site cannot reach it. Try again later." },
  unreachable: {
    mayPass: true,
    suggestion: "Nothing answers at the site's address. See whether the site runs and its address is right.",
  },
  address_unknown: { mayPass: false, suggestion: "There is no such host. Correct the site's address." },
  certificate_refused: { mayPass: false, suggestion: "The site's certificate is not accepted. Have it renewed." },
  connection_lost: {
    mayPass: true,
    suggestion: "The connection broke. See whether a change was made before it is made again.",
  },
  timed_out: {
    mayPass: true,
    suggestion: "The site did not answer in time. Ask for less; see whether a change was made before it is made again.",
  },
  not_frappe: {
    mayPass: false,
    suggestion: "What answers there is no Frappe site, or a proxy before it. Correct the site's address.",
  },
  redirected: { mayPass: false, suggestion: "Set the site's address to the one that it says." },
  answer_too_large: {
    mayPass: false,
    suggestion: "The answer is larger than is read. Ask for fewer rows, or fewer fields.",
  },
  server_failed: {
    mayPass: false,
    suggestion:
      "The site's program failed. Try other arguments once; else tell the user that the site's Error Log says more.",
  },
  request_refused: {
    mayPass: false,
    suggestion: "Read what the site says, and correct the request where it says how.",
  },
} as const satisfies Record<string, FailureRow>;

/** The name of one row of {@link failureTable}. */
export type FailureCode = keyof typeof failureTable;

/** Failures by which a site, where it tells them itself, takes back whatever it had begun. Not those of its program, which may come after it had written. */
const refusals: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "authentication_failed",
  "session_token_missing",
  "permission_denied",
  "not_found",
  "doctype_unknown",
  "report_unknown",
  "duplicate",
  "modified_meanwhile",
  "value_missing",
  "value_invalid",
  "link_invalid",
  "still_linked",
  "state_conflict",
  "field_unknown",
  "method_unknown",
  "method_refused",
  "too_large",
  "too_many_requests",
  "locked",
  "request_refused",
]);

/** What is known of one failure. */
export interface Failure {
  readonly code: FailureCode;
  /** What happened, as plain text; the way out is added. */
  readonly what: string;
  /** The HTTP status; undefined where there was no answer. */
  readonly status?: number;
  /** The name of the site's exception, such as `MandatoryError`, where it is known. */
  readonly exception?: string;
  /** What the site told its user, as plain text. */
  readonly messages?: readonly string[];
  /** In how many ms the site wants to be asked again. */
  readonly retryAfterMs?: number;
  /** Whether the site certainly did not begin to work on it, so that also a change can be sent again. */
  readonly isUnseen?: boolean;
}

/** A request to a site that failed: what happened, and what to do about it. It holds no credential. */
export class FrappeError extends ToolFailure {
  readonly code: FailureCode;
  readonly status: number | undefined;
  readonly exception: string | undefined;
  readonly messages: readonly string[];
  readonly retryAfterMs: number | undefined;
  readonly isUnseen: boolean;

  constructor(failure: Failure, options?: ErrorOptions) {
    const { code, what, status, exception, messages = [], retryAfterMs, isUnseen = false } = failure;
    const wait = retryAfterMs === undefined ? "" : ` Retry after ${Math.ceil(retryAfterMs / 1000)} s.`;
    super(`${sentence(what)}${wait} ${failureTable[code].suggestion}`, options);
    this.code = code;
    this.status = status;
    this.exception = exception;
    this.messages = messages;
    this.retryAfterMs = retryAfterMs;
    this.isUnseen = isUnseen;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get mayPass(): boolean {
    return failureTable[this.code].mayPass;
  }

  /** Whether it is certain that nothing was written: the site did not begin, or itself said that it refused. What a proxy says is not that, but for a size that is refused. */
  get wroteNothing(): boolean {
    const isOfSite = this.exception !== undefined || this.messages.length > 0;
    return this.isUnseen || this.status === 413 || (isOfSite && refusals.has(this.code));
  }

  /** What the caller should do. */
  get suggestion(): string {
    return failureTable[this.code].suggestion;
  }
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
