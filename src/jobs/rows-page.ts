import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { type EachWish, type Position, type Source, isPosition } from "./each.ts";
import { type GivenOperation, operationIn, wrongLine } from "./given-operation.ts";
import { wordsIn } from "./perform.ts";
import { maxInput } from "./read-operations.ts";
import { filledAlong, pointed, referredTo } from "./reference.ts";
import { Template } from "./template.ts";

/** What one answer holds. */
export interface RowsPage {
  readonly rows: readonly JsonObject[];
  /** From where the next page goes on; undefined where there is none. */
  readonly next: Position | undefined;
  /** What it says in words. */
  readonly said: string | undefined;
}

/** What a template calls the row that it is filled with. */
const rowName = "row";
/** Rows of one page: their operations are kept in one go. */
export const maxPageRows = 5000;

/** The page that a tool's result is. @throws {GatewayError} `invalid_operations` — it has no rows where they were said to be, or too many. */
export function pageIn(result: JsonObject, { tool, rows: pointer, next: nextPointer }: EachWish): RowsPage {
  const rows = pointed(result, pointer);
  if (!Array.isArray(rows) || !rows.every(isJsonObject)) {
    throw new GatewayError("invalid_operations", `The answer of ${tool} has no list of objects at ${pointer}`);
  }
  if (rows.length > maxPageRows) {
    throw new GatewayError(
      "invalid_operations",
      `${tool} answers with ${rows.length} rows at once; at most ${maxPageRows} are taken: ask it for smaller pages`,
    );
  }
  const next = pointed(result, nextPointer);
  return { rows, next: isPosition(next) ? next : undefined, said: wordsIn(result) };
}

/**
 * Operations of these rows, which come after those of the source, and how long the arguments of all of them are then, in characters. A row
 * without an id of its own is known by its number in the source, from 1.
 *
 * @throws {GatewayError} `invalid_operations` — a row lacks what the template names, or makes no operation; names the row as a line, from 1.
 *   `body_too_large` — the arguments are longer than those of a job may be.
 */
export function operationsOfRows(
  rows: readonly JsonObject[],
  source: Source,
): { readonly given: readonly GivenOperation[]; readonly characters: number } {
  const wish = source.wish.template;
  const templates = new Map<string, Template>();
  const templateFor = (names: readonly string[], line: number): Template => {
    const key = JSON.stringify(names);
    const known = templates.get(key) ?? new Template(wish, names, line);
    // Rows of one tool are nearly always alike.
    if (templates.size < maxKinds) templates.set(key, known);
    return known;
  };
  const referred = [...referredTo(wish)];
  let { characters } = source;
  const given = rows.map((row, at) => {
    const operation = operationOf(row, { wish, referred, templateFor }, source.rows + at + 1);
    characters += JSON.stringify(operation.arguments).length;
    if (characters <= maxInput) return operation;
    throw new GatewayError("body_too_large", `The arguments together are longer than ${maxInput} characters`);
  });
  return { given, characters };
}

/** Kinds of rows whose templates are kept while a page is gone through. */
const maxKinds = 16;

/** What operations of rows are made by. */
interface Mould {
  readonly wish: JsonObject;
  /** What the template itself refers to. A row may hold anything, and what looks like a reference there is none. */
  readonly referred: readonly string[];
  readonly templateFor: (names: readonly string[], line: number) => Template;
}

function operationOf(row: JsonObject, { wish, referred, templateFor }: Mould, line: number): GivenOperation {
  try {
    const filled = templateFor(Object.keys(row), line).filled(Object.values(row), line);
    const { needs, ...operation } = operationIn({ id: String(line), ...filled }, line, () => referred);
    const other = needs.find((id) => id !== rowName);
    if (other !== undefined)
      throw wrongLine(line, 1, `it needs ${JSON.stringify(other)}; there is only ${JSON.stringify(rowName)} here`);
    if (referred.length === 0) return { ...operation, needs: [] };
    const placed = filledAlong(wish, filled, row);
    return { ...operationIn({ id: String(line), ...placed }, line, () => []), needs: [] };
  } catch (thrown) {
    const { code, message } = toGatewayError(thrown);
    if (code === "invalid_params") throw wrongLine(line, 1, message);
    throw thrown;
  }
}
