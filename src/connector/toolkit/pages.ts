import { ToolFailure } from "../connector.ts";

/** One page of something that comes in pages. */
export interface Page<T, Cursor> {
  readonly items: readonly T[];
  /** Where the next one begins; undefined where this is the last. */
  readonly next: Cursor | undefined;
}

/** How far it is gone through pages. */
export interface PagesOptions {
  readonly signal: AbortSignal;
  /** From 1. Default 1000. */
  readonly maxPages?: number;
}

const defaultMaxPages = 1000;

/**
 * Everything that comes in pages, one after another, as it comes: the next page is asked for when the last one is used up.
 *
 * @throws {ToolFailure} there are more than `maxPages` pages, or a page leads to itself.
 * @throws the signal's reason.
 */
export async function* streamPages<T, Cursor>(
  fetchPage: (cursor: Cursor | undefined, signal: AbortSignal) => Promise<Page<T, Cursor>>,
  { signal, maxPages = defaultMaxPages }: PagesOptions,
): AsyncGenerator<T> {
  let cursor: Cursor | undefined;
  for (let count = 0; count < maxPages; count += 1) {
    signal.throwIfAborted();
    const { items, next } = await fetchPage(cursor, signal);
    yield* items;
    if (next === undefined) return;
    if (next === cursor) throw new ToolFailure(`Page ${count + 1} leads to itself; what it belongs to cannot be read.`);
    cursor = next;
  }
  throw new ToolFailure(`There are more than ${maxPages} pages. Ask for less: narrow the filter, or the period.`);
}
