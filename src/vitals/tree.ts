import type { ProcessRow } from "./process-row.ts";

/** All processes of one moment, by what they can be looked up with. */
export class ProcessTable {
  readonly #byPid: ReadonlyMap<number, ProcessRow>;
  readonly #byParent: ReadonlyMap<number, readonly ProcessRow[]>;
  readonly #byGroup: ReadonlyMap<number, readonly ProcessRow[]>;
  readonly #bySession: ReadonlyMap<number, readonly ProcessRow[]>;

  constructor(rows: readonly ProcessRow[]) {
    this.#byPid = new Map(rows.map((row) => [row.pid, row]));
    this.#byParent = Map.groupBy(rows, ({ parent }) => parent);
    this.#byGroup = Map.groupBy(rows, ({ group }) => group);
    this.#bySession = Map.groupBy(rows, ({ session }) => session);
  }

  /**
   * The process, its descendants, and whatever stayed in its process group or session when its parent had ended. `known` are those that
   * belonged to it before: they still do, even where they have left all of these. Empty where the process itself is gone.
   */
  treeOf(root: number, known: ReadonlyMap<number, ProcessRow>): ReadonlyMap<number, ProcessRow> {
    const tree = new Map<number, ProcessRow>();
    const leader = this.#byPid.get(root);
    if (leader === undefined) return tree;
    const kept = [...known.values()].flatMap((before) => this.#sameAs(before) ?? []);
    const toVisit = [leader, ...(this.#byGroup.get(root) ?? []), ...(this.#bySession.get(root) ?? []), ...kept];
    for (let row = toVisit.pop(); row !== undefined; row = toVisit.pop()) {
      if (tree.has(row.pid)) continue;
      tree.set(row.pid, row);
      toVisit.push(...(this.#byParent.get(row.pid) ?? []));
    }
    return tree;
  }

  /** The same process now; undefined where it has ended, whoever has its id since. */
  #sameAs(before: ProcessRow): ProcessRow | undefined {
    const row = this.#byPid.get(before.pid);
    return row !== undefined && isSame(before, row) ? row : undefined;
  }
}

/** Whether two looks at one id saw one process. */
export function isSame(before: ProcessRow, after: ProcessRow): boolean {
  return before.startedAt === after.startedAt && after.cpuMs >= before.cpuMs;
}
