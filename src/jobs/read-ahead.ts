import type { JobStore } from "./job-store.ts";
import type { Run } from "./run.ts";

/** Operations that are read at once, ahead of their turn. */
const readAhead = 100;

/** Gives a run more of its operations from the store, and tells it how those ended that they need. @throws {GatewayError} `store_unavailable`. */
export async function readOn(store: JobStore, run: Run): Promise<void> {
  const rows = await store.operations(run.job.id, { from: run.next, max: readAhead, only: "open" });
  if (rows.length < readAhead) run.next = run.job.total;
  run.take(rows);
  const needed = new Set(rows.flatMap(({ operation }) => operation.needs));
  for (const number of needed) {
    if (run.knows(number)) continue;
    const row = await store.operation(run.job.id, number);
    if (row !== undefined) run.remember(number, row.state.kind);
  }
}
