/** What became of the calls of one tool, and of what is kept of them. */
export interface Counts {
  readonly upstream: string;
  /** As the upstream calls it; `resources/read` for its resources. */
  readonly tool: string;
  /** Calls that were answered with a fresh result, or with one past its time. */
  hits: number;
  stale: number;
  /** Calls that went on to the upstream, and calls that waited for the answer to such a one. */
  misses: number;
  joined: number;
  /** Results that were kept, and how they went: for want of room, or because they were no longer true. Those that were replaced count nowhere. */
  stored: number;
  evicted: number;
  invalidated: number;
  /** What is kept now. */
  entries: number;
  bytes: number;
  /** How long the calls took that need not be made again, in ms. */
  savedMs: number;
}

/** Tools that are counted one by one; what further ones do is counted together. */
const maxTools = 2000;

/** Every tool's counts. They stay when the upstream goes, as what happened has. */
export class AllCounts {
  readonly #max: number;
  readonly #byTool = new Map<string, Counts>();

  constructor(max = maxTools) {
    this.#max = max;
  }

  /** Those of one tool; the same object each time. */
  of(upstream: string, tool: string): Counts {
    const key = `${upstream}\n${tool}`;
    const known = this.#byTool.get(key);
    if (known !== undefined) return known;
    if (this.#byTool.size >= this.#max && key !== others) return this.of("*", "*");
    const made = noCounts(upstream, tool);
    this.#byTool.set(key, made);
    return made;
  }

  /** All of them, as they are now and go on, and their sum. */
  read(): { readonly total: Counts; readonly tools: readonly Counts[] } {
    const total = noCounts("*", "*");
    const tools = [...this.#byTool.values()];
    for (const counts of tools) for (const name of countNames) total[name] += counts[name];
    return { total, tools };
  }
}

/** What is counted. */
export const countNames = [
  "hits",
  "stale",
  "misses",
  "joined",
  "stored",
  "evicted",
  "invalidated",
  "entries",
  "bytes",
  "savedMs",
] as const satisfies readonly (keyof Counts)[];

const others = "*\n*";

function noCounts(upstream: string, tool: string): Counts {
  const none = { hits: 0, stale: 0, misses: 0, joined: 0, stored: 0, evicted: 0, invalidated: 0 };
  return { upstream, tool, ...none, entries: 0, bytes: 0, savedMs: 0 };
}
