import { TextDecoder } from "node:util";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { type CsvRecord, CsvReader } from "./csv.ts";
import { type EachWish, eachIn, isEach } from "./each.ts";
import { type GivenOperation, operationIn, wrongLine } from "./given-operation.ts";
import { mistakeIn } from "./json-mistake.ts";
import { Template } from "./template.ts";

/** Forms in which operations are given: an array, one in a line, or a template that the rows of a table fill. */
export type InputFormat =
  | { readonly kind: "json" }
  | { readonly kind: "jsonl" }
  /** An operation with `{{column}}` in place of what the table's columns hold; the first line names those. */
  | { readonly kind: "csv"; readonly template: JsonObject };

/** Operations of one job. */
export const maxOperations = 100_000;
/** Longest input, and longest line of it, in characters. */
export const maxInput = 64 * 1024 * 1024;
const maxLine = 4 * 1024 * 1024;
/** Longest array, which is parsed in one go: some 100 ms. */
const maxArray = 16 * 1024 * 1024;

/** What a job is to be made of. */
export type JobContent =
  | { readonly kind: "operations"; readonly operations: readonly GivenOperation[] }
  | { readonly kind: "each"; readonly wish: EachWish };

/**
 * Reads what a job is to be made of as it arrives: operations, or as JSON what they are made of, page by page.
 *
 * @throws {GatewayError} what {@link readOperations} and {@link eachIn} throw.
 */
export async function readJob(pieces: AsyncIterable<Uint8Array>, format: InputFormat): Promise<JobContent> {
  if (format.kind !== "json") return { kind: "operations", operations: await readOperations(pieces, format) };
  const value = await jsonIn(bounded(pieces));
  if (isEach(value)) return { kind: "each", wish: eachIn(value) };
  return { kind: "operations", operations: await gathered(inList(value)) };
}

/**
 * Reads the operations of a job as they arrive.
 *
 * @throws {GatewayError} `invalid_operations` — names the line and the column, from 1; `body_too_large`.
 */
export async function readOperations(
  pieces: AsyncIterable<Uint8Array>,
  format: InputFormat,
): Promise<readonly GivenOperation[]> {
  return gathered(operationsOf(bounded(pieces), format));
}

async function gathered(
  read: AsyncIterable<GivenOperation> | Iterable<GivenOperation>,
): Promise<readonly GivenOperation[]> {
  const operations: GivenOperation[] = [];
  for await (const operation of read) {
    if (operations.length === maxOperations) {
      throw wrongLine(operation.line, 1, `a job has at most ${maxOperations} operations`);
    }
    operations.push(operation);
  }
  if (operations.length === 0) throw wrongLine(1, 1, "there is no operation");
  return operations;
}

async function* bounded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > maxInput) throw new GatewayError("body_too_large", `The input is larger than ${maxInput} bytes`);
    yield decodedText(decoder, piece);
  }
  yield decodedText(decoder);
}

function decodedText(decoder: TextDecoder, piece?: Uint8Array): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch {
    throw new GatewayError("invalid_operations", "The input is not UTF-8");
  }
}

function operationsOf(texts: AsyncIterable<string>, format: InputFormat): AsyncGenerator<GivenOperation> {
  switch (format.kind) {
    case "json":
      return fromJson(texts);
    case "jsonl":
      return fromLines(texts);
    case "csv":
      return fromCsv(texts, format.template);
  }
}

async function* fromJson(texts: AsyncIterable<string>): AsyncGenerator<GivenOperation> {
  yield* inList(await jsonIn(texts));
}

async function jsonIn(texts: AsyncIterable<string>): Promise<unknown> {
  let text = "";
  for await (const piece of texts) {
    text += piece;
    if (text.length > maxArray) {
      throw new GatewayError(
        "body_too_large",
        `An array is longer than ${maxArray} characters; send lines of JSON instead`,
      );
    }
  }
  return parsedAt(text, 1);
}

function* inList(value: unknown): Generator<GivenOperation> {
  const list = isJsonObject(value) ? value["operations"] : value;
  if (!Array.isArray(list)) throw wrongLine(1, 1, "the input must be an array of operations");
  // An array has no lines of its own: the place of each is what it is known by.
  for (const [at, each] of list.entries()) yield operationIn(each, at + 1);
}

async function* fromLines(texts: AsyncIterable<string>): AsyncGenerator<GivenOperation> {
  let rest = "";
  let line = 0;
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxLine)
      throw wrongLine(line + lines.length + 1, 1, `a line is longer than ${maxLine} characters`);
    for (const each of lines) {
      line += 1;
      if (each.trim() !== "") yield operationIn(parsedAt(each, line), line);
    }
  }
  if (rest.trim() !== "") yield operationIn(parsedAt(rest, line + 1), line + 1);
}

async function* fromCsv(texts: AsyncIterable<string>, template: JsonObject): AsyncGenerator<GivenOperation> {
  const reader = new CsvReader();
  let filling: { readonly template: Template; readonly width: number } | undefined;
  let length = 0;
  for await (const { cells, line } of recordsOf(reader, texts)) {
    if (filling === undefined) filling = { template: new Template(template, cells), width: cells.length };
    else if (cells.length !== filling.width) {
      const column = Math.min(cells.length, filling.width) + 1;
      throw wrongLine(line, column, `there are ${cells.length} cells; the first line names ${filling.width}`);
    } else {
      const operation = operationIn(filling.template.filled(cells, line), line);
      // A template may name each cell many times.
      length += JSON.stringify(operation.arguments).length;
      if (length > maxInput)
        throw new GatewayError("body_too_large", `The arguments together are longer than ${maxInput} characters`);
      yield operation;
    }
  }
}

async function* recordsOf(reader: CsvReader, texts: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  for await (const text of texts) yield* reader.read(text);
  yield* reader.end();
}

/** What a text says as JSON; `line` is where it begins. */
function parsedAt(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const before = text.slice(0, mistakeIn(text)).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw wrongLine(line + before.length - 1, column, "this is not JSON");
  }
}
