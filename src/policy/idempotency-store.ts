/** What is kept of a call with a key, so that a later process knows of it. */
export interface KeptCall {
  /** A hash of who called which tool under which key. */
  readonly id: string;
  /** A hash of the arguments. */
  readonly fingerprint: string;
  /** When it began, wall time in ms. */
  readonly begunAt: number;
  /** The answer, as text; undefined where it is not known, or was too large to be kept. */
  readonly answer: string | undefined;
}

/** Keeps calls with keys beyond the process. Whoever calls it waits for nothing. */
export interface IdempotencyStore {
  /** What was kept and began since then, oldest first, at most so many of the newest; the rest is forgotten. Called once, before anything else. */
  read(since: number, max: number): readonly KeptCall[];
  keep(call: KeptCall): void;
  forget(id: string): void;
}

/** Keeps nothing beyond itself. */
export function memoryIdempotencyStore(): IdempotencyStore {
  const kept = new Map<string, KeptCall>();
  return {
    read(since, max) {
      const inOrder = [...kept.values()].toSorted((a, b) => a.begunAt - b.begunAt);
      const young = inOrder.filter(({ begunAt }) => begunAt >= since).slice(-max);
      kept.clear();
      for (const call of young) kept.set(call.id, call);
      return young;
    },
    keep(call) {
      kept.set(call.id, call);
    },
    forget(id) {
      kept.delete(id);
    },
  };
}
