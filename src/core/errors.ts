import { type ErrorCode, errorTable } from "./error-table.ts";

/** JSON without secrets that goes to the caller beside the sentence. */
export type ErrorData = Readonly<Record<string, unknown>>;

/** The one error Switchyard throws. Match on `code`; show `message`; `data` and `cause` say more. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly data: ErrorData | undefined;

  /** `message` is one sentence that names the thing and the value; it and `data` must hold no secret. */
  constructor(code: ErrorCode, message: string, options: { readonly data?: ErrorData; readonly cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.data = options.data;
  }

  /** HTTP status of an answer that carries this error. */
  get http(): number {
    return errorTable[this.code].http;
  }

  /** What the person should do next: as `data.suggestion` says, else what goes for all of this code. */
  get suggestion(): string {
    const own = this.data?.["suggestion"];
    return typeof own === "string" ? own : errorTable[this.code].suggestion;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What was thrown as a {@link GatewayError}; anything unexpected becomes `internal_error` with its cause kept. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError("internal_error", `Something failed inside the gateway: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
