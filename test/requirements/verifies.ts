import type { RequirementId } from "./subjects.ts";

/**
 * Says, inside a test, which requirements it shows to be met. `test/requirements.test.ts` finds the calls in the text of the tests, so
 * that the ids must be written out; in the corpus they stand in a case's `verifies`.
 */
export function verifies(..._ids: readonly [RequirementId, ...RequirementId[]]): void {
  // What it says is read, not run.
}
