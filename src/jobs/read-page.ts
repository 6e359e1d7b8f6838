import { GatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Source } from "./each.ts";
import type { GivenOperation } from "./given-operation.ts";
import { type JobCaller, readTool } from "./perform.ts";
import { maxOperations } from "./read-operations.ts";
import { operationsOfRows, pageIn } from "./rows-page.ts";

/** What reading one page brought. */
export interface ReadPage {
  readonly given: readonly GivenOperation[];
  /** The source from then on. */
  readonly source: Source;
}

/** Pages of one job, of which some may have no rows. */
const maxPages = 100_000;

/**
 * Reads the next page of a source, by the path that every call takes. The page's first row makes the operation of the number `first`.
 *
 * @throws {GatewayError} what {@link readTool}, {@link pageIn} and {@link operationsOfRows} throw; `invalid_operations` — there would be more operations
 *   or pages than a job may have, or the tool goes on from where it was asked to.
 */
export async function readPage(
  gateway: Gateway,
  source: Source,
  first: number,
  caller: JobCaller,
  controller: AbortController,
): Promise<ReadPage> {
  const { wish, position } = source;
  const pages = source.pages + 1;
  const from = position === undefined ? {} : { [wish.cursor]: position };
  const params = { name: wish.tool, arguments: { ...wish.arguments, ...from } };
  const { rows, next, said } = pageIn(await readTool(gateway, params, caller, controller), wish);
  if (first + rows.length > maxOperations) {
    throw wrong(`${wish.tool} has more rows than the ${maxOperations} operations that a job may have: narrow it down`);
  }
  if (next !== undefined && next === position) {
    throw wrong(`${wish.tool} says to go on from ${JSON.stringify(String(next).slice(0, 100))}, where it was asked to`);
  }
  if (next !== undefined && pages >= maxPages) throw wrong(`${wish.tool} has more than ${maxPages} pages`);
  const given = operationsOfRows(rows, wish, first);
  return { given, source: { wish, position: next, pages, isRead: next === undefined, said, problem: undefined } };
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_operations", message);
}
