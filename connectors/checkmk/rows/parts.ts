import type { Asked } from "./every-site.ts";

/** A host and how many rows of it fit. */
export interface Counted {
  readonly host: string;
  readonly rows: number;
}

/** Hosts from a first to a last one, by their names. */
export interface Range {
  readonly first: string;
  readonly last: string;
}

/**
 * The rows of one site that fit, which are read whole or in parts. Rows and hosts come in order.
 *
 * Neither Livestatus nor the REST API knows pages: both give all rows that fit. So what is to be read in parts is first counted by host, and then
 * read by ranges of hosts' names, which nothing that changes meanwhile can move from one to another.
 */
export interface PartedSite<Row> extends Asked {
  readonly whole: (signal: AbortSignal) => Promise<readonly Row[]>;
  /** The hosts with rows that fit. */
  readonly countByHost: (signal: AbortSignal) => Promise<readonly Counted[]>;
  /** Hosts from the one of this name on, among them all with rows that fit, and how many rows each has at the most: where that is easier to know. */
  readonly boundByHost: (from: string | undefined, signal: AbortSignal) => Promise<readonly Counted[]>;
  readonly within: (range: Range, signal: AbortSignal) => Promise<readonly Row[]>;
  /** How many rows are best read at once: few enough to hold, many enough that to ask for them costs little. */
  readonly atOnce: number;
}

/** Rows that are read from a site at once where each is made into something of its own. */
export const readAtOnce = 5000;

/**
 * Ranges that hold all of these hosts, each of some `size` rows: more only where one host has more. The first has some `begin` rows, and each twice
 * as many as the one before, until they are of that size: who wants no more than the beginning waits for no more, and more is not read.
 */
export function* rangesOf(hosts: readonly Counted[], size: number, begin: number = size): Generator<Range> {
  let wanted = Math.min(begin, size);
  let first: string | undefined;
  let last = "";
  let rows = 0;
  for (const counted of hosts) {
    if (first !== undefined && rows + counted.rows > wanted) {
      yield { first, last };
      wanted = Math.min(2 * wanted, size);
      first = undefined;
      rows = 0;
    }
    first ??= counted.host;
    last = counted.host;
    rows += counted.rows;
  }
  if (first !== undefined) yield { first, last };
}
