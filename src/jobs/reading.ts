import { hash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { type ErrorCode, errorTable } from "../core/error-table.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { delayAfter } from "../policy/backoff.ts";
import type { Position, Source } from "./each.ts";
import type { Job, Operation } from "./job.ts";
import { isRound } from "./read-page.ts";

/** Operations of a page, numbered, and the source from then on: kept together, or not at all. */
export interface NumberedPage {
  readonly operations: readonly Operation[];
  readonly source: Source;
}

/** What a page is read with. */
export interface ReadingDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly read: (job: Job, source: Source, controller: AbortController) => Promise<NumberedPage>;
}

/** Operations that have not ended while more of them is read. */
const maxAhead = 1000;
/** Attempts at one page, over some minutes. */
const maxAttempts = 10;
const backoff = { firstMs: 500, longestMs: 60_000, attemptsPerDay: 1 } as const;

/**
 * The pages of one job that is carried out, one at a time: the next is read once the operations of the one before are kept, and not many of
 * them are left to make.
 */
export class Reading {
  /** From where pages were read here, as digests: a tool that goes round is not followed. */
  readonly #known = new Set<string>();
  /** What was read and is not kept yet. */
  page: NumberedPage | undefined;
  #controller: AbortController | undefined;
  #failures = 0;
  #againAt = 0;

  /** Whether the next page is wanted, at a time in ms of the monotonic clock. */
  isDue(job: Job, at: number): boolean {
    return this.#isWanted(job) && at >= this.#againAt;
  }

  /** When the next page is to be read where one is wanted that failed, in ms of the monotonic clock. */
  nextAt(job: Job, at: number): number | undefined {
    return this.#isWanted(job) && this.#againAt > at ? this.#againAt : undefined;
  }

  #isWanted({ source, total, succeeded, failed, rules, isTried }: Job): boolean {
    if (source === undefined || source.isRead || this.#controller !== undefined || this.page !== undefined)
      return false;
    // A trial reads no more than it makes.
    if (!isTried && rules.dryRun !== undefined && total >= rules.dryRun) return false;
    return total - succeeded - failed < maxAhead;
  }

  /**
   * Reads the next page. Resolves once there is a page, which says it where nothing more can be read, or another attempt is due later. Never
   * rejects.
   */
  async begin(job: Job, source: Source, { clock, random, read }: ReadingDeps): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    try {
      const page = await read(job, source, controller);
      if (this.#controller !== controller) return;
      this.#checkRound(source, page.source);
      this.page = page;
      this.#failures = 0;
    } catch (thrown) {
      if (this.#controller !== controller) return;
      const { code, message } = toGatewayError(thrown);
      this.#failures += 1;
      if (mayPass(code) && this.#failures < maxAttempts) {
        this.#againAt = clock.monotonic() + delayAfter(this.#failures - 1, random, backoff);
      } else this.page = { operations: [], source: { ...source, isRead: true, problem: { code, message } } };
    }
    this.#controller = undefined;
  }

  #checkRound({ wish, position }: Source, { position: next }: Source): void {
    if (position !== undefined) this.#known.add(digestOf(position));
    if (next !== undefined && this.#known.has(digestOf(next))) throw isRound(wish, next);
  }

  /** The page is kept. */
  kept(): void {
    this.page = undefined;
  }

  /** Reads no further: what was not kept is read again by whoever goes on. */
  leave(): void {
    this.#controller?.abort(new GatewayError("cancelled", "The job is over, or goes on elsewhere"));
    this.#controller = undefined;
    this.page = undefined;
  }
}

function digestOf(position: Position): string {
  return hash("sha1", JSON.stringify(position), "base64");
}

/** Reading does no harm, so that what a tool itself failed with is tried again, too. */
function mayPass(code: ErrorCode): boolean {
  return errorTable[code].retryable || code === "upstream_error";
}
