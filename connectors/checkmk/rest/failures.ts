import { explainError } from "switchyard/connector";
import { CheckmkError } from "../checkmk-error.ts";

/** Which exchange failed. */
export interface FailedExchange {
  readonly what: string;
  /** The API's address, without secrets. */
  readonly root: string;
  readonly timeoutMs: number;
  /** Whether it was to change something. */
  readonly isWrite: boolean;
}

/** What it means that an exchange has no answer. */
export function unreachable(thrown: unknown, { what, root, timeoutMs, isWrite }: FailedExchange): CheckmkError {
  const unknown = isWrite ? " Whether it took effect is not known: look before you try again." : "";
  const { code } = explainError(thrown);
  if (code === "deadline_exceeded") {
    const message = `${what}: no whole answer from ${root} within ${timeoutMs} ms; raise timeoutMs, or ask for less.${unknown}`;
    return new CheckmkError("timed_out", message, { cause: thrown });
  }
  if (code === "breaker_open") {
    const message = `${what}: ${root} kept failing, and is left alone for some seconds; try again later`;
    return new CheckmkError("unavailable", message, { cause: thrown, data: { isResting: true } });
  }
  const reason = thrown instanceof Error ? reasonOf(thrown) : String(thrown);
  const message = `${what}: ${root} cannot be reached: ${reason}; check url, and whether the site runs.${unknown}`;
  return new CheckmkError("unavailable", message, { cause: thrown });
}

/** Node's own words; several addresses that failed are one error without words. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error.message;
}
