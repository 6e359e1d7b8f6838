import { GatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { EachWish, Position, Source } from "./each.ts";
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
/** Longest text that says from where a page goes on, in characters: it is written with each turn of the job. */
const maxPosition = 4096;

/**
 * Reads the next page of a source, by the path that every call takes, for a job that has so many operations.
 *
 * @throws {GatewayError} what {@link readTool}, {@link pageIn} and {@link operationsOfRows} throw; `invalid_operations` — there would be more operations
 *   or pages than a job may have, or the tool goes on from where it was asked to, or from a text that is too long; `body_too_large` — the operations'
 *   arguments would be longer than those of a job may be.
 */
export async function readPage(
  gateway: Gateway,
  source: Source,
  total: number,
  caller: JobCaller,
  controller: AbortController,
): Promise<ReadPage> {
  const { wish, position } = source;
  const from = position === undefined ? {} : { [wish.cursor]: position };
  const params = { name: wish.tool, arguments: { ...wish.arguments, ...from } };
  const { rows, next, said } = pageIn(await readTool(gateway, params, caller, controller), wish);
  if (total + rows.length > maxOperations) {
    throw wrong(`${wish.tool} has more rows than the ${maxOperations} operations that a job may have: narrow it down`);
  }
  checkNext(source, next);
  const { given, characters } = operationsOfRows(rows, source);
  const counts = { pages: source.pages + 1, rows: source.rows + rows.length, characters };
  return { given, source: { ...source, ...counts, position: next, isRead: next === undefined, said } };
}

function checkNext({ wish, position, pages }: Source, next: Position | undefined): void {
  if (next === undefined) return;
  if (next === position) throw isRound(wish, next);
  if (typeof next === "string" && next.length > maxPosition) {
    throw wrong(
      `${wish.tool} says to go on from a text of ${next.length} characters; at most ${maxPosition} are taken`,
    );
  }
  if (pages + 1 >= maxPages) throw wrong(`${wish.tool} has more than ${maxPages} pages`);
}

/** What a tool is refused with that goes on from where it was asked to before. */
export function isRound({ tool }: EachWish, next: Position): GatewayError {
  return wrong(`${tool} says to go on from ${JSON.stringify(String(next).slice(0, 100))}, where it was asked to`);
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_operations", message);
}
