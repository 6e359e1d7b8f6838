import type { ToolCall } from "../connector.ts";

/** How the work on a list is told of. */
export interface TrackOptions<T> {
  /** How many there are, where the list does not say. */
  readonly total?: number;
  /** What is said of one while it is worked on. */
  readonly message?: (item: T) => string;
}

/**
 * Goes through a list and says how far that is: `for await (const row of trackProgress(rows, call)) …`. Stops with the signal's reason when nobody
 * waits for the answer any more.
 */
export async function* trackProgress<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { signal, progress }: ToolCall,
  { total = sizeOf(items), message }: TrackOptions<T> = {},
): AsyncGenerator<T> {
  let done = 0;
  for await (const item of items) {
    signal.throwIfAborted();
    if (message !== undefined) progress(done, total, message(item));
    yield item;
    done += 1;
    if (message === undefined || done === total) progress(done, total);
  }
}

function sizeOf(items: object): number | undefined {
  if (Array.isArray(items)) return items.length;
  return items instanceof Set || items instanceof Map ? items.size : undefined;
}
