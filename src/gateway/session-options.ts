/** Bounds on the sessions of downstreams that speak a revision with sessions (2025-11-25 and older). */
export interface SessionOptions {
  /** Sessions that may be open at once; when full, the longest idle one without an open stream gives way. 1 to 1 000 000. */
  readonly max: number;
  /** A session that nothing has used for this long, in ms, ends. 1 000 to 2 592 000 000. */
  readonly idleMs: number;
}

export const sessionDefaults = { max: 10_000, idleMs: 3_600_000 } as const satisfies SessionOptions;
