import type { Batch, HostFilter, HostRow, Monitoring, ServiceFilter, ServiceRow, StreamOptions } from "./monitoring.ts";

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

/** A stream between two of its batches: the next is read already. */
interface Held<Row> {
  readonly batches: AsyncIterator<Batch<Row>>;
  readonly ahead: IteratorResult<Batch<Row>, unknown>;
  readonly leaving: AbortController;
}

/** Streams that wait for whoever reads them to come back, and for how long, in ms: beyond, they are begun anew behind the cursor. */
const maxHeld = 8;
const heldMs = 60_000;

/**
 * Streams that are read a batch at a time by cursors, from one call to the next. A cursor is good for ever, and may be used again: it is a place
 * among the rows. But a stream that is read on at once goes on with what it has read already.
 */
export class StreamDesk {
  readonly #monitoring: Monitoring;
  readonly #hosts = new Shelf<HostRow>();
  readonly #services = new Shelf<ServiceRow>();

  constructor(monitoring: Monitoring) {
    this.#monitoring = monitoring;
  }

  /** @throws {ToolFailure} the cursor is none; no site answers. @throws the signal's reason. */
  async hosts(filter: HostFilter, wish: PageWish, signal: AbortSignal): Promise<Page<HostRow>> {
    return this.#hosts.page((options) => this.#monitoring.eachHostBatch(filter, options), filter, wish, signal);
  }

  /** @throws {ToolFailure} the cursor is none; no site answers. @throws the signal's reason. */
  async services(filter: ServiceFilter, wish: PageWish, signal: AbortSignal): Promise<Page<ServiceRow>> {
    return this.#services.page((options) => this.#monitoring.eachServiceBatch(filter, options), filter, wish, signal);
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
    filter: HostFilter | ServiceFilter,
    { batchSize, cursor }: PageWish,
    signal: AbortSignal,
  ): Promise<Page<Row>> {
    const keyAt = (position: string | undefined): string => JSON.stringify([filter, batchSize, position]);
    const { batches, ahead, leaving } =
      this.#take(keyAt(cursor)) ?? (await opened(begin, { batchSize, cursor }, signal));
    if (ahead.done === true) return { batch: { rows: [], position: cursor ?? "", failures: [] }, next: undefined };
    const batch = ahead.value;
    const { position } = batch;
    try {
      const following = await leavingWith(leaving, signal, async () => batches.next());
      if (following.done === true) return { batch, next: undefined };
      this.#hold(keyAt(position), { batches, ahead: following, leaving });
    } catch (thrown) {
      // These rows are good. Who asks for the next ones is told what is wrong, or is given them.
      if (signal.aborted) throw thrown;
    }
    return { batch, next: position };
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

async function opened<Row>(
  begin: (options: StreamOptions) => AsyncIterable<Batch<Row>>,
  { batchSize, cursor }: PageWish,
  signal: AbortSignal,
): Promise<Held<Row>> {
  const leaving = new AbortController();
  const options = { batchSize, signal: leaving.signal, ...(cursor !== undefined && { after: cursor }) };
  const batches = begin(options)[Symbol.asyncIterator]();
  return { batches, ahead: await leavingWith(leaving, signal, async () => batches.next()), leaving };
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
