import { setImmediate } from "node:timers/promises";
import type { Batch, HostFilter, HostRow, Monitoring, ServiceFilter, StreamOptions } from "./monitoring.ts";
import type { RowForm, RowText } from "./row-text.ts";

/** A batch, and where the next one begins; undefined where this is the last. */
export interface Page<Row> {
  readonly batch: Batch<Row>;
  readonly next: string | undefined;
}

/** Which batch is wanted. */
export interface PageWish {
  readonly batchSize: number;
  /** As the page before gave it; undefined for the first. */
  readonly cursor: string | undefined;
}

/** A stream between two of its batches: the next is read already, or is being read. */
interface Held<Row> {
  readonly batches: AsyncIterator<Batch<Row>>;
  readonly ahead: Promise<IteratorResult<Batch<Row>, unknown>>;
  readonly leaving: AbortController;
}

/** Streams that wait for whoever reads them to come back, and for how long, in ms: beyond, they are begun anew behind the cursor. */
const maxHeld = 8;
const heldMs = 60_000;

/**
 * Streams that are read a batch at a time by cursors, from one call to the next. A cursor is good for ever, and may be used again: it is a place
 * among the rows. But a stream that is read on at once goes on with what it has read already, and reads the next batch while the last is used.
 */
export class StreamDesk {
  readonly #monitoring: Monitoring;
  readonly #hosts = new Shelf<HostRow>();
  readonly #services = new Shelf<RowText>();

  constructor(monitoring: Monitoring) {
    this.#monitoring = monitoring;
  }

  /** @throws {ToolFailure} the cursor is none; no site answers. @throws the signal's reason. */
  async hosts(filter: HostFilter, wish: PageWish, signal: AbortSignal): Promise<Page<HostRow>> {
    return this.#hosts.page((options) => this.#monitoring.eachHostBatch(filter, options), [filter], wish, signal);
  }

  /** @throws {ToolFailure} the cursor is none; no site answers. @throws the signal's reason. */
  async services(filter: ServiceFilter, form: RowForm, wish: PageWish, signal: AbortSignal): Promise<Page<RowText>> {
    const begin = (options: StreamOptions): AsyncIterable<Batch<RowText>> =>
      this.#monitoring.eachServiceText(filter, form, options);
    return this.#services.page(begin, [filter, form], wish, signal);
  }

  /** Leaves all streams. Safe to call twice. */
  close(): void {
    this.#hosts.close();
    this.#services.close();
  }
}

/** The streams of one kind that are held, by what they would be asked for next. The longest untouched is first. */
class Shelf<Row> {
  readonly #held = new Map<string, { readonly stream: Held<Row>; readonly timer: NodeJS.Timeout }>();
  #isClosed = false;

  async page(
    begin: (options: StreamOptions) => AsyncIterable<Batch<Row>>,
    what: readonly unknown[],
    { batchSize, cursor }: PageWish,
    signal: AbortSignal,
  ): Promise<Page<Row>> {
    const keyAt = (position: string | undefined): string => JSON.stringify([what, batchSize, position]);
    const held = this.#take(keyAt(cursor));
    const { stream, result } =
      (held && (await goneOn(held, signal))) ?? (await begun(begin, { batchSize, cursor }, signal));
    if (result.done === true) return { batch: { rows: [], position: cursor ?? "", failures: [] }, next: undefined };
    const batch = result.value;
    const ahead = stream.batches.next();
    if (await isOver(ahead)) return { batch, next: undefined };
    this.#hold(keyAt(batch.position), { ...stream, ahead });
    return { batch, next: batch.position };
  }

  close(): void {
    this.#isClosed = true;
    for (const key of this.#held.keys()) leave(this.#take(key));
  }

  #take(key: string): Held<Row> | undefined {
    const held = this.#held.get(key);
    clearTimeout(held?.timer);
    this.#held.delete(key);
    return held?.stream;
  }

  #hold(key: string, stream: Held<Row>): void {
    if (this.#isClosed) {
      leave(stream);
      return;
    }
    leave(this.#take(key));
    const [oldest] = this.#held.keys();
    if (oldest !== undefined && this.#held.size >= maxHeld) leave(this.#take(oldest));
    const timer = setTimeout(() => {
      leave(this.#take(key));
    }, heldMs).unref();
    this.#held.set(key, { stream, timer });
  }
}

/** A stream and the batch that is wanted of it; or that there is none. */
interface Reached<Row> {
  readonly stream: Held<Row>;
  readonly result: IteratorResult<Batch<Row>, unknown>;
}

/** The batch that was read ahead; undefined where that failed: it may be there by now. */
async function goneOn<Row>(stream: Held<Row>, signal: AbortSignal): Promise<Reached<Row> | undefined> {
  try {
    return { stream, result: await leavingWith(stream.leaving, signal, async () => stream.ahead) };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return undefined;
  }
}

async function begun<Row>(
  begin: (options: StreamOptions) => AsyncIterable<Batch<Row>>,
  { batchSize, cursor }: PageWish,
  signal: AbortSignal,
): Promise<Reached<Row>> {
  const leaving = new AbortController();
  const options = { batchSize, signal: leaving.signal, ...(cursor !== undefined && { after: cursor }) };
  const batches = begin(options)[Symbol.asyncIterator]();
  const ahead = batches.next();
  return { stream: { batches, ahead, leaving }, result: await leavingWith(leaving, signal, async () => ahead) };
}

/** Whether nothing more comes, as far as that is known without waiting for a site: while one is asked there may be more. */
async function isOver(ahead: Held<unknown>["ahead"]): Promise<boolean> {
  const known = ahead.then(
    ({ done }) => done === true,
    // Who asks for it is told what is wrong, or is given it.
    () => false,
  );
  return Promise.race([known, setImmediate(false)]);
}

/** Leaves the stream if `signal` fires while something of it is awaited. */
async function leavingWith<Value>(
  leaving: AbortController,
  signal: AbortSignal,
  run: () => Promise<Value>,
): Promise<Value> {
  const leaveNow = (): void => {
    leaving.abort(signal.reason);
  };
  signal.addEventListener("abort", leaveNow, { once: true });
  try {
    signal.throwIfAborted();
    return await run();
  } finally {
    signal.removeEventListener("abort", leaveNow);
  }
}

function leave(stream: Held<unknown> | undefined): void {
  stream?.leaving.abort(new Error("Nobody came for the rest of the stream"));
  void stream?.batches.return?.().catch(() => undefined);
}
