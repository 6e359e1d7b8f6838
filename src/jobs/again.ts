import type { GivenOperation } from "./given-operation.ts";
import type { OperationRow } from "./job.ts";
import { withResults } from "./reference.ts";

/** Operations to be made anew. Those of them that need each other still do; results of others are put in place. */
export async function againOf(
  failed: readonly OperationRow[],
  rowOf: (number: number) => Promise<OperationRow | undefined>,
): Promise<GivenOperation[]> {
  const ids = new Map(failed.map(({ operation }) => [operation.number, operation.id]));
  const again: GivenOperation[] = [];
  const taken = new Set<string>();
  for (const { operation } of failed) {
    const { tool, arguments: given, idempotencyKey, number } = operation;
    // Rows of different pages may be called alike; none of those needs another.
    const id = taken.has(operation.id) ? `${operation.id} (${number + 1})` : operation.id;
    taken.add(id);
    const results = new Map<string, unknown>();
    const needs: string[] = [];
    for (const needed of operation.needs) {
      const own = ids.get(needed);
      if (own !== undefined) needs.push(own);
      else {
        const row = await rowOf(needed);
        if (row?.state.kind === "succeeded") results.set(row.operation.id, JSON.parse(row.answer ?? "null"));
      }
    }
    again.push({ id, tool, arguments: withResults(given, results), idempotencyKey, needs, line: number + 1 });
  }
  return again;
}
