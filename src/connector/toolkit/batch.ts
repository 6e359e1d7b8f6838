import type { ToolCall } from "../connector.ts";

/** How a batch is worked on. */
export interface BatchOptions {
  /** How many are under way at once. From 1. Default 4. */
  readonly concurrency?: number;
}

/** What became of one of a batch. */
export type BatchOutcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly thrown: unknown };

const defaultConcurrency = 4;

/**
 * Does something with each of a list, a few at a time, and tells what became of each, in the order of the list: one that fails ends no other.
 * Says how far it is.
 *
 * @throws the signal's reason, when nobody waits for the answer any more; what was not begun is not begun then.
 * @throws {RangeError} where `concurrency` is not a whole number from 1.
 */
export async function batch<T, R>(
  items: readonly T[],
  run: (item: T, signal: AbortSignal) => Promise<R>,
  { signal, progress }: ToolCall,
  { concurrency = defaultConcurrency }: BatchOptions = {},
): Promise<BatchOutcome<R>[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency must be a whole number from 1, got ${concurrency}`);
  }
  const outcomes: BatchOutcome<R>[] = [];
  let done = 0;
  const left = items.entries();
  const work = async (): Promise<void> => {
    for (const [at, item] of left) {
      signal.throwIfAborted();
      outcomes[at] = await outcomeOf(run(item, signal));
      done += 1;
      if (!signal.aborted) progress(done, items.length);
    }
  };
  // The workers take from one iterator, so that each item is taken once.
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
  signal.throwIfAborted();
  return outcomes;
}

function outcomeOf<R>(running: Promise<R>): Promise<BatchOutcome<R>> {
  return running.then(
    (value): BatchOutcome<R> => ({ kind: "done", value }),
    (thrown: unknown): BatchOutcome<R> => ({ kind: "failed", thrown }),
  );
}
