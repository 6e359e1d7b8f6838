import type { Histogram } from "./histogram.ts";

/** What a metric is, apart from its values. */
export interface MetricDefinition {
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence for people. */
  readonly help: string;
  readonly labels: readonly string[];
}

/** A value that only rises. */
export class Counter {
  value = 0;
}

/** One series: the labels as they are written, `upstream="a",tool="b"`, and what is counted under them. */
export interface Series<T> {
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
  readonly holds: T;
}

/** The value of every label of the series that takes what no series is left for. */
export const overflow = "other";

/**
 * All series of one metric. Their number is bounded: what comes after `maxSeries` of them is counted in one whose labels are all `other`, so
 * that no sum gets lost.
 *
 * Finding a series costs; whoever counts on the way of a call finds it once and keeps it.
 */
export class Family<T extends Counter | Histogram> {
  readonly name: string;
  readonly definition: MetricDefinition;
  readonly #make: () => T;
  readonly #maxSeries: number;
  readonly #series = new Map<string, Series<T>>();

  constructor(name: string, definition: MetricDefinition, make: () => T, maxSeries: number) {
    this.name = name;
    this.definition = definition;
    this.#make = make;
    this.#maxSeries = maxSeries;
  }

  /** The series of these values, in the order of the definition's labels. */
  of(...values: readonly string[]): T {
    const key = values.join("\u0000");
    const known = this.#series.get(key);
    if (known !== undefined) return known.holds;
    if (this.#series.size < this.#maxSeries) return this.#add(key, values);
    return (
      this.#series.get(overflow) ?? {
        holds: this.#add(
          overflow,
          values.map(() => overflow),
        ),
      }
    ).holds;
  }

  get size(): number {
    return this.#series.size;
  }

  /** In the order in which they were first used. */
  series(): readonly Series<T>[] {
    return [...this.#series.values()];
  }

  #add(key: string, values: readonly string[]): T {
    const labels = Object.fromEntries(this.definition.labels.map((name, at) => [name, values[at] ?? ""]));
    const holds = this.#make();
    this.#series.set(key, { labels, text: labelText(labels), holds });
    return holds;
  }
}

/** Labels as the text format writes them, without braces. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

function escaped(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}
