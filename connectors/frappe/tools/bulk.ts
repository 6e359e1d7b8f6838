import { type Tool, type ToolCall, ToolFailure, batch, tool } from "switchyard/connector";
import { z } from "zod";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, stringAt } from "../client/json.ts";
import { checked } from "../desk/checked.ts";
import { type Desk, type Visitor, answer, docTypeFor, tellChanged, tellable } from "../desk/desk.ts";
import { checkState, withTables } from "./update.ts";
import { asked, docShape } from "./shapes.ts";

/** Documents of one call. */
export const mostDocuments = 5000;
/** Documents that are created at once: a site takes 200, and the more at once, the longer others wait for it. */
const chunkSize = 50;
/** Requests at a time. */
const concurrency = 4;

export const rowResultShape = z.object({
  row: z.int().describe("Its place in what was given, from 0."),
  name: z.string().optional(),
  error: z.string().optional().describe("Why it was not written; not there where it was."),
});

export type RowResult = z.output<typeof rowResultShape>;

/** Many documents at once. */
export function bulkTool(desk: Desk): Tool {
  return tool({
    name: "bulk_documents",
    title: "Write many documents",
    description:
      "Creates, changes or deletes up to 5000 documents of one DocType. What fails of them is told row by row, and does not stop the others. For more, or work that must survive, make a job of calls of it.",
    input: z.object({
      operation: z.enum(["insert", "update", "delete"]),
      doctype: asked.doctype,
      documents: z
        .array(docShape)
        .max(mostDocuments)
        .default([])
        .describe("insert: the fields of each. update: each with its name and the fields to change."),
      names: z.array(asked.name).max(mostDocuments).default([]).describe("delete: which."),
      dry_run: z.boolean().default(false).describe("Write nothing; tell what can be known to be wrong before."),
    }),
    output: z.object({
      doctype: z.string(),
      succeeded: z.int(),
      failed: z.int(),
      dry_run: z.boolean(),
      results: z.array(rowResultShape),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    run: async ({ operation, doctype, documents, names, dry_run: isTrial }, call) => {
      const visitor = desk.visitor(call.caller);
      const isDelete = operation === "delete";
      const count = isDelete ? names.length : documents.length;
      if (count === 0)
        throw new ToolFailure(`${operation} needs ${isDelete ? "names" : "documents"}, and there are none`);
      const docType = await docTypeFor(desk, visitor, doctype, call.signal);
      const wrong = new Map(
        documents.flatMap((values, at) => {
          const { problems } = checked(desk, docType, values, operation === "insert");
          const error = wrongOf(values, operation, problems);
          return error === undefined ? [] : [[at, error] as const];
        }),
      );
      const results = isTrial
        ? Array.from({ length: count }, (_, row): RowResult => ({
            row,
            ...(wrong.has(row) && { error: wrong.get(row) }),
          }))
        : await written(desk, visitor, { operation, doctype, documents, names, wrong }, call);
      const failed = results.filter(({ error }) => error !== undefined).length;
      return answer(
        visitor,
        { doctype, succeeded: count - failed, failed, dry_run: isTrial, results: [...results] },
        [],
      );
    },
  });
}

function wrongOf(
  values: JsonObject,
  operation: string,
  problems: readonly { readonly field: string; readonly problem: string }[],
) {
  if (operation === "update" && typeof values["name"] !== "string")
    return "name: it is needed to know which document is meant";
  return problems.length === 0 ? undefined : problems.map(({ field, problem }) => `${field}: ${problem}`).join("; ");
}

interface Bulk {
  readonly operation: "insert" | "update" | "delete";
  readonly doctype: string;
  readonly documents: readonly JsonObject[];
  readonly names: readonly string[];
  readonly wrong: ReadonlyMap<number, string>;
}

async function written(desk: Desk, visitor: Visitor, bulk: Bulk, call: ToolCall): Promise<readonly RowResult[]> {
  const { operation, doctype, documents, names, wrong } = bulk;
  const refused = [...wrong].map(([row, error]): RowResult => ({ row, error }));
  const rows = documents.map((values, row) => ({ row, values })).filter(({ row }) => !wrong.has(row));
  try {
    switch (operation) {
      case "insert":
        return inOrder([...refused, ...(await inserted(desk, visitor, doctype, rows, call))]);
      case "update":
        return inOrder([
          ...refused,
          ...(await each(rows, call, ({ values }) => updated(desk, visitor, doctype, values, call.signal))),
        ]);
      case "delete": {
        const going = names.map((name, row) => ({ row, name }));
        return await each(going, call, async ({ name }) => {
          await visitor.client.remove(doctype, name, call.signal);
          return name;
        });
      }
    }
  } finally {
    tellChanged(desk, doctype);
  }
}

function inOrder(results: readonly RowResult[]): readonly RowResult[] {
  return results.toSorted((a, b) => a.row - b.row);
}

async function updated(
  desk: Desk,
  visitor: Visitor,
  doctype: string,
  values: JsonObject,
  signal: AbortSignal,
): Promise<string> {
  const { name: given, ...changes } = values;
  const name = String(given);
  const docType = await docTypeFor(desk, visitor, doctype, signal);
  const hasTables = Object.keys(changes).some((field) => docType.tables.has(field));
  // The rows of its tables as they are must be known, for those that are not given to stay; and whether it is final.
  const isRead = hasTables || docType.isSubmittable;
  const now = isRead ? await visitor.client.read(doctype, name, signal) : {};
  if (isRead) checkState(docType, now, changes);
  const modified = stringAt(now, "modified");
  const sent = { ...withTables(docType, changes, now, []), ...(modified !== undefined && { modified }) };
  try {
    await visitor.client.update(doctype, name, sent, signal);
  } catch (thrown) {
    throw tellable(desk, doctype, changes, thrown);
  }
  return name;
}

interface Row {
  readonly row: number;
  readonly values: JsonObject;
}

/**
 * Creates rows in chunks. Of a chunk that the site itself refuses nothing is written; then its rows are created one by one, to find which is wrong. Where
 * it is not known whether a chunk was written, its rows are told so, and are not sent again.
 */
export async function inserted(
  desk: Desk,
  { client }: Visitor,
  doctype: string,
  rows: readonly Row[],
  call: ToolCall,
): Promise<readonly RowResult[]> {
  const chunks = Array.from({ length: Math.ceil(rows.length / chunkSize) }, (_, at) =>
    rows.slice(at * chunkSize, (at + 1) * chunkSize),
  );
  let done = 0;
  const one = async ({ row, values }: Row, signal: AbortSignal): Promise<RowResult> => {
    const { doc } = await client.create(doctype, values, signal);
    return { row, name: String(doc["name"]) };
  };
  const failed = ({ row, values }: Row, reason: unknown): RowResult =>
    failedInsert(row, reason, tellable(desk, doctype, values, reason));
  const insertChunk = async (chunk: readonly Row[], signal: AbortSignal): Promise<readonly RowResult[]> => {
    try {
      const docs = chunk.map(({ values }) => ({ ...values, doctype }));
      const names = await client.insertMany(docs, signal);
      return chunk.map(({ row }, at) => ({ row, ...(names[at] !== undefined && { name: names[at] }) }));
    } catch (thrown) {
      if (!(thrown instanceof FrappeError) || !thrown.wroteNothing || thrown.mayPass) throw thrown;
      const results: RowResult[] = [];
      for (const item of chunk) results.push(await one(item, signal).catch((reason: unknown) => failed(item, reason)));
      return results;
    }
  };
  const outcomes = await batch(
    chunks,
    async (chunk, signal) => {
      const results = await insertChunk(chunk, signal);
      done += chunk.length;
      call.progress(done, rows.length);
      return results;
    },
    silent(call),
    { concurrency },
  );
  return outcomes.flatMap((outcome, at) =>
    outcome.kind === "done" ? outcome.value : (chunks[at] ?? []).map((item) => failed(item, outcome.thrown)),
  );
}

async function each<Item extends { readonly row: number }>(
  items: readonly Item[],
  call: ToolCall,
  run: (item: Item) => Promise<string>,
): Promise<readonly RowResult[]> {
  const outcomes = await batch(items, run, call, { concurrency });
  return outcomes.map((outcome, at): RowResult => {
    const row = items[at]?.row ?? at;
    return outcome.kind === "done" ? { row, name: outcome.value } : failedRow(row, outcome.thrown);
  });
}

function failedRow(row: number, reason: unknown): RowResult {
  return { row, error: reason instanceof Error ? reason.message : String(reason) };
}

/** `told` is the reason as it may be told. */
function failedInsert(row: number, reason: unknown, told: unknown): RowResult {
  const failed = failedRow(row, told);
  if (!(reason instanceof FrappeError) || reason.wroteNothing) return failed;
  return { row, error: `Whether it was written is not known; look for it before it is written again. ${failed.error}` };
}

/** Progress is by rows, not by chunks. */
function silent(call: ToolCall): ToolCall {
  return { ...call, progress: () => undefined };
}
