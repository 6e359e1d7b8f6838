/** Sub-ranges of each power of two: a value is known to an eighth of its size. */
const subBits = 3;
const perOctave = 1 << subBits;
/** Powers of two that are told apart: up to 2³² µs, an hour and eleven minutes. */
const octaves = 32 - subBits;
const size = perOctave * (octaves + 1);
const longestMicroseconds = 2 ** 32 - 1;

/** Upper bounds of the buckets that Prometheus is shown, as powers of two of a microsecond: 256 µs to 18 minutes. */
const shownPowers: readonly number[] = [8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 30];

/** The same in seconds, in rising order. */
export const shownBounds: readonly number[] = shownPowers.map((power) => 2 ** power / 1e6);

/**
 * How often which length of time was seen: constant memory (one kilobyte), a few nanoseconds a value, every value known to 12.5 %.
 *
 * Each power of two is cut into eight equal ranges, as in an HDR histogram; a range has its upper end and not its lower.
 */
export class Histogram {
  readonly #counts = new Uint32Array(size);
  #count = 0;
  #sumMs = 0;

  /** Takes a length of time in ms; a negative one counts as none. */
  observe(ms: number): void {
    const microseconds = Math.min(Math.max(Math.ceil(ms * 1000) - 1, 0), longestMicroseconds) >>> 0;
    const at = indexOf(microseconds);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
    this.#sumMs += ms;
  }

  get count(): number {
    return this.#count;
  }

  /** Sum of all values, in ms. */
  get sumMs(): number {
    return this.#sumMs;
  }

  /** The value that this share of all values, from 0 to 1, does not exceed, in ms, rounded up by 12.5 % at most; undefined before the first. */
  quantile(share: number): number | undefined {
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let at = 0; at < size; at += 1) {
      seen += this.#counts[at] ?? 0;
      if (seen >= wanted) return upperBoundOf(at) / 1000;
    }
    return undefined;
  }

  /** How many values did not exceed this length of time in ms, to an eighth of it. */
  within(ms: number): number {
    const end = indexOf(Math.min(Math.max(Math.ceil(ms * 1000) - 1, 0), longestMicroseconds) >>> 0) + 1;
    let seen = 0;
    for (let at = 0; at < end; at += 1) seen += this.#counts[at] ?? 0;
    return seen;
  }

  /** Takes up everything that another has seen. */
  take(other: Histogram): void {
    for (let at = 0; at < size; at += 1) this.#counts[at] = (this.#counts[at] ?? 0) + (other.#counts[at] ?? 0);
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
  }

  /** What came since it was as an earlier one is. */
  since(earlier: Histogram): Histogram {
    const found = new Histogram();
    for (let at = 0; at < size; at += 1) found.#counts[at] = (this.#counts[at] ?? 0) - (earlier.#counts[at] ?? 0);
    found.#count = this.#count - earlier.#count;
    found.#sumMs = this.#sumMs - earlier.#sumMs;
    return found;
  }

  /** For each of {@link shownBounds} how many values did not exceed it. */
  cumulative(): number[] {
    const found: number[] = [];
    let [seen, at] = [0, 0];
    for (const power of shownPowers) {
      const end = indexOf(2 ** power);
      for (; at < end; at += 1) seen += this.#counts[at] ?? 0;
      found.push(seen);
    }
    return found;
  }
}

function indexOf(microseconds: number): number {
  if (microseconds < perOctave) return microseconds;
  const power = 31 - Math.clz32(microseconds);
  const octave = power - subBits + 1;
  return octave * perOctave + ((microseconds >>> (power - subBits)) & (perOctave - 1));
}

/** The highest value of a range, in µs. */
function upperBoundOf(at: number): number {
  const octave = Math.floor(at / perOctave);
  const sub = at % perOctave;
  return octave === 0 ? sub + 1 : (perOctave + sub + 1) * 2 ** (octave - 1);
}
