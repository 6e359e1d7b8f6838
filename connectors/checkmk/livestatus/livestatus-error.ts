/**
 * How a question to a site can fail.
 *
 * - `unreachable`: no connection was made, or the one there was ended before the answer was whole.
 * - `silent`: nothing, or no more, came in time.
 * - `busy`: as many questions wait for the site already as may.
 * - `unreadable`: what came is no answer of Livestatus.
 * - `refused`: Livestatus says that the question is wrong, or that it cannot answer; `status` is its code.
 */
export type LivestatusFailure =
  | { readonly kind: "unreachable" | "silent" | "busy" | "unreadable" }
  | { readonly kind: "refused"; readonly status: number };

/** A question to a site that failed; its message is a sentence without the site's name. */
export class LivestatusError extends Error {
  override readonly name = "LivestatusError";
  readonly failure: LivestatusFailure;

  constructor(failure: LivestatusFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
