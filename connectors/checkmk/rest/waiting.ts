import { setTimeout as sleep } from "node:timers/promises";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";

/** How long a wait lasts. */
export interface Patience {
  /** In all, in ms. */
  readonly maxMs: number;
  readonly signal: AbortSignal;
}

/** Between two looks, in ms: the first, then twice as long each time, up to the longest. */
const firstPauseMs = 100;
const longestPauseMs = 2000;
/** How long the site itself may hold one look open, in ms: 110 s, less what it needs to answer. */
const heldOpenMs = 120_000;

/**
 * Waits until a run of the site is over, at its `wait-for-completion` endpoint: that answers with a redirect to itself for as long as the run is
 * under way, at once or after a while. Such a redirect is asked again at the same place after a pause, and never followed elsewhere.
 *
 * @throws {CheckmkError} `timed_out` — it is still under way after so many ms; `not_found` — there is no such run.
 */
export async function waitForCompletion(
  client: RestClient,
  run: readonly string[],
  { maxMs, signal }: Patience,
): Promise<void> {
  const path = [...run, "actions", "wait-for-completion", "invoke"];
  const isOver = async (timeoutMs: number): Promise<boolean> => {
    const { status } = await client.call({ method: "GET", path, timeoutMs }, signal);
    return status === 204 || status === 200;
  };
  if (await lookUntil(isOver, { maxMs, signal })) return;
  throw new CheckmkError("timed_out", `${run.join("/")} is still under way after ${maxMs} ms; it goes on by itself`);
}

/** Looks again and again, with pauses, until it is so, and says whether it was in time. Each look may take the ms that it is given. */
export async function lookUntil(
  look: (timeoutMs: number) => Promise<boolean>,
  { maxMs, signal }: Patience,
): Promise<boolean> {
  const startedAt = process.hrtime.bigint();
  const left = (): number => maxMs - Number((process.hrtime.bigint() - startedAt) / 1_000_000n);
  for (let pauseMs = firstPauseMs; left() > 0; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (await look(Math.min(Math.max(left(), 1), heldOpenMs))) return true;
    await sleep(Math.min(pauseMs, Math.max(left(), 0)), undefined, { signal });
  }
  return false;
}
