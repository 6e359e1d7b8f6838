/** A time, from `since` to before `until`, wall time in ms. */
export interface Period {
  readonly since: number;
  readonly until: number;
}

/** How often something was, and how often it failed. */
export interface Tally {
  readonly name: string;
  readonly calls: number;
  /** Those that ended otherwise than `ok`. */
  readonly failed: number;
}

/** What the calls of a period came to. */
export interface AuditSummary extends Period {
  readonly calls: number;
  /** By outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Durations in ms; undefined where there were no calls. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** The most used, at most ten of each; tools as `upstream/tool`. */
  readonly tools: readonly Tally[];
  readonly principals: readonly Tally[];
  /** The most frequent codes of failures. */
  readonly errors: readonly { readonly code: string; readonly calls: number }[];
  /** What the cache did, by its own words; calls that it had nothing to do with are not among them. */
  readonly cache: Readonly<Record<string, number>>;
  /** Rows that were lost because too many waited. */
  readonly dropped: number;
}
