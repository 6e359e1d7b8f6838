/** One thing that a site tells its user: HTML. */
export interface Told {
  readonly message: string;
  readonly title?: string;
  readonly indicator?: string;
  /** Shown in a corner, and not in the way. */
  readonly alert?: 1;
  /** Whether it was told by what stopped the request. */
  readonly isRaised?: boolean;
}

/** An exception of a site, before it is told in a version's style. */
export interface Exception {
  readonly kind: string;
  /** The module of its class. Default `frappe.exceptions`; empty for Python's own. */
  readonly module?: string;
  readonly text?: string;
  readonly told?: readonly Told[];
  /** Raised together with a message: only then version 14 names it. */
  readonly isThrown?: boolean;
  /** What the page shows instead of the message. */
  readonly shown?: string;
  /** The text as the version writes it, where that is not class and text. */
  readonly written?: Readonly<Record<14 | 15, string>>;
}

const statuses: Readonly<Record<string, number>> = {
  AuthenticationError: 401,
  PermissionError: 403,
  DoesNotExistError: 404,
  DuplicateEntryError: 409,
  CSRFTokenError: 400,
  TooManyRequestsError: 429,
  SessionStopped: 503,
  ImportError: 500,
  JSONDecodeError: 500,
  TypeError: 500,
  OperationalError: 500,
  RequestEntityTooLarge: 413,
};

/** Ends a request as an exception of Python would. */
export class Raised extends Error {
  override readonly name = "Raised";
  readonly exception: Exception;

  constructor(exception: Exception) {
    super(`${exception.kind}: ${exception.text ?? ""}`);
    this.exception = exception;
  }

  /** The HTTP status that the kind is answered with; those of validation, and what is not known, with 417. */
  get status(): number {
    return statuses[this.exception.kind] ?? 417;
  }
}

/** What is raised together with a message to the user. */
export function thrown(kind: string, message: string, title = "Message", before: readonly Told[] = []): Raised {
  const told = [...before, { message, title, indicator: "red", isRaised: true }];
  return new Raised({ kind, text: message, told, isThrown: true });
}

/** What is raised by itself; where something was told before, that goes with it. */
export function raised(kind: string, text = "", more: Omit<Exception, "kind" | "text"> = {}): Raised {
  return new Raised({ kind, text, ...more });
}

/** For a document that is not there. */
export function missing(doctype: string, name: string): Raised {
  return thrown("DoesNotExistError", `${doctype} ${name} not found`);
}

/** For a text that should be JSON and is none, as Python's reader says it. */
export function notJson(at: number): Raised {
  const text = `Expecting value: line 1 column ${at + 1} (char ${at})`;
  return raised("JSONDecodeError", text, { module: "json.decoder" });
}
