import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { type EachWish, type Position, isPosition } from "./each.ts";
import { type GivenOperation, operationIn, wrongLine } from "./given-operation.ts";
import { wordsIn } from "./perform.ts";
import { pointed, withResults } from "./reference.ts";
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
 * Operations of these rows, of which the first is the row of this number, from 0. A row without an id of its own is known by its number, from 1.
 *
 * @throws {GatewayError} `invalid_operations` — a row lacks what the template names, or makes no operation; names the row as a line, from 1.
 */
export function operationsOfRows(
  rows: readonly JsonObject[],
  { template: wish }: EachWish,
  first: number,
): GivenOperation[] {
  const templates = new Map<string, Template>();
  const templateFor = (names: readonly string[], line: number): Template => {
    const key = names.join("\n");
    const known = templates.get(key) ?? new Template(wish, names, line);
    // Rows of one tool are nearly always alike.
    if (templates.size < maxKinds) templates.set(key, known);
    return known;
  };
  return rows.map((row, at) => operationOf(row, templateFor, first + at + 1));
}

/** Kinds of rows whose templates are kept while a page is gone through. */
const maxKinds = 16;

function operationOf(
  row: JsonObject,
  templateFor: (names: readonly string[], line: number) => Template,
  line: number,
): GivenOperation {
  try {
    const filled = templateFor(Object.keys(row), line).filled(Object.values(row).map(cellOf), line);
    const { needs, arguments: given, ...rest } = operationIn({ id: String(line), ...filled }, line);
    const other = needs.find((id) => id !== rowName);
    if (other === undefined) {
      return { ...rest, needs: [], arguments: withResults(given, new Map([[rowName, row]])) };
    }
    throw wrongLine(line, 1, `it needs ${JSON.stringify(other)}; there is only ${JSON.stringify(rowName)} here`);
  } catch (thrown) {
    const { code, message } = toGatewayError(thrown);
    if (code === "invalid_params") throw wrongLine(line, 1, message);
    throw thrown;
  }
}

/** A member as a template takes it: what is no text, as JSON has it. */
function cellOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
