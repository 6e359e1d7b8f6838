/**
 * What can go wrong with a question to a site.
 *
 * - `unauthorized`: the site does not know the user or its secret.
 * - `forbidden`: the user may not do this.
 * - `not_found`: there is no such thing.
 * - `invalid`: the site rejects what it was given.
 * - `conflict`: something there is in the way, such as an object of that name or a run under way.
 * - `changed_meanwhile`: somebody changed the thing between its being read and written.
 * - `locked`: the site is activating changes.
 * - `refused`: it has no meaning now, such as an acknowledgement of what is no problem.
 * - `unavailable`: nobody answers, or the site is not working; it may pass.
 * - `timed_out`: there was no whole answer in time; of a write, nobody knows whether it took effect.
 * - `unsupported`: this version of Checkmk does not have it.
 * - `unexpected_answer`: not what a Checkmk site answers.
 */
export type CheckmkErrorCode =
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "invalid"
  | "conflict"
  | "changed_meanwhile"
  | "locked"
  | "refused"
  | "unavailable"
  | "timed_out"
  | "unsupported"
  | "unexpected_answer";

/** The one error of this connector's clients. Match on `code`; the message names the thing, the value and the way out, and holds no secret. */
export class CheckmkError extends Error {
  override readonly name = "CheckmkError";
  readonly code: CheckmkErrorCode;
  /** What the site said besides, such as the message for each field that it rejects. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: CheckmkErrorCode,
    message: string,
    { data = {}, cause }: { readonly data?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}
