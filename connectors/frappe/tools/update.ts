import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Doc, Written } from "../client/client.ts";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";
import { checked } from "../desk/checked.ts";
import { type Desk, type Visitor, answer, docTypeFor, pageOf, tellChanged, tellable } from "../desk/desk.ts";
import type { DocType } from "../desk/doctype.ts";
import { sayable } from "../desk/sayable.ts";
import { overridden, refuse } from "./create.ts";
import { stateOf } from "./read.ts";
import { asked, docShape } from "./shapes.ts";

/** Changes one document. */
export function updateTool(desk: Desk): Tool {
  return tool({
    name: "update_document",
    title: "Change a document",
    description:
      "Changes fields of one document; those not given stay. In a table, a row with its name changes that row, with _delete true removes it, and without a name is added; rows not given stay, unless replace_tables names the table. With modified, as it was read, a change that somebody made meanwhile is told and nothing is written.",
    input: z.object({
      doctype: asked.doctype,
      name: asked.name,
      data: docShape.describe("The fields to change."),
      modified: z.string().max(40).optional().describe("The document's modified as it was when you read it."),
      replace_tables: z
        .array(z.string())
        .max(50)
        .default([])
        .describe("Tables that become exactly the rows given, whatever was there."),
    }),
    output: z.object({
      doctype: z.string(),
      name: z.string(),
      data: docShape,
      state: z.enum(["draft", "submitted", "cancelled"]),
      updated_fields: z.array(z.string()),
      modified: z.string().optional(),
      url: z.string(),
      warnings: z.array(z.string()),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    run: async ({ doctype, name, data, modified, replace_tables: replaced }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const docType = await docTypeFor(desk, visitor, doctype, signal);
      refuse(checked(desk, docType, data, false).problems);
      const now = await visitor.client.read(doctype, name, signal);
      checkState(docType, now, data);
      const read = stringAt(now, "modified");
      if (modified !== undefined && modified !== read) throw conflict(desk, docType, now, data, modified);
      const changes = withTables(docType, data, now, replaced);
      try {
        const sent = { ...changes, ...(read !== undefined && { modified: read }) };
        const { doc, messages } = await visitor.client.update(doctype, name, sent, signal);
        tellChanged(desk, doctype, name);
        const structured = {
          doctype,
          name,
          data: desk.masks.shown(doctype, doc),
          state: stateOf(doc),
          updated_fields: Object.keys(data),
          ...(typeof doc["modified"] === "string" && { modified: doc["modified"] }),
          url: pageOf(desk, doctype, name),
          warnings: warningsOf(desk, docType, data, { now, doc, messages }),
        };
        return answer(visitor, structured, []);
      } catch (thrown) {
        throw await explained(desk, visitor, docType, name, data, read, thrown, signal);
      }
    },
  });
}

function warningsOf(desk: Desk, docType: DocType, data: JsonObject, { now, doc, messages }: Written & { now: Doc }) {
  const said = sayable(desk.masks, docType, messages, data, now, doc);
  return [...said, ...overridden(desk, docType, flat(data), doc)];
}

/** Fields alone: rows are not in the order in which they were given. */
function flat(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !Array.isArray(value)));
}

/** @throws {ToolFailure} in its state, these fields cannot be changed. */
export function checkState(docType: DocType, now: JsonObject, data: JsonObject): void {
  const name = String(now["name"]);
  switch (stateOf(now)) {
    case "draft":
      return;
    case "cancelled":
      throw new ToolFailure(
        `${docType.name} ${name} is cancelled and cannot be changed; amend_document makes a new draft of it`,
      );
    case "submitted": {
      const may = docType.fields.filter(({ mayChangeAfterSubmit }) => mayChangeAfterSubmit).map((field) => field.name);
      const refused = Object.keys(data).filter((field) => !may.includes(field) && field !== "modified");
      if (refused.length === 0) return;
      const open = may.length === 0 ? "none may be" : `only ${may.join(", ")} may be`;
      throw new ToolFailure(
        `${docType.name} ${name} is submitted: ${refused.join(", ")} cannot be changed any more, ${open}. cancel_document and amend_document make a new draft`,
      );
    }
  }
}

/** The tables as they shall be, whole, as a site takes the place of a table by what is sent. */
export function withTables(
  docType: DocType,
  data: JsonObject,
  now: JsonObject,
  replaced: readonly string[],
): JsonObject {
  const entries = Object.entries(data).map(([field, value]): [string, unknown] => {
    const isTable = docType.tables.has(field) || (Array.isArray(value) && Array.isArray(now[field]));
    if (!isTable || replaced.includes(field) || !Array.isArray(value)) return [field, value];
    const there = now[field];
    return [field, patched(field, Array.isArray(there) ? there.filter(isJsonObject) : [], value.filter(isJsonObject))];
  });
  return Object.fromEntries(entries);
}

function patched(table: string, now: readonly JsonObject[], changes: readonly JsonObject[]): readonly JsonObject[] {
  const byName = new Map(changes.flatMap((row) => (typeof row["name"] === "string" ? [[row["name"], row]] : [])));
  const names = new Set(now.map((row) => row["name"]));
  const gone = [...byName.keys()].find((name) => !names.has(name));
  if (gone !== undefined) {
    throw new ToolFailure(
      `${table} has no row ${JSON.stringify(gone)}; read the document for the names of its rows. Nothing was written`,
    );
  }
  const kept = now.flatMap((row) => {
    const change = typeof row["name"] === "string" ? byName.get(row["name"]) : undefined;
    if (change === undefined) return [row];
    return change["_delete"] === true ? [] : [{ ...row, ...change }];
  });
  return [...kept, ...changes.filter((row) => row["name"] === undefined)];
}

/** Where it was changed meanwhile, both versions; else what was thrown. */
async function explained(
  desk: Desk,
  { client }: Visitor,
  docType: DocType,
  name: string,
  data: JsonObject,
  read: string | undefined,
  thrown: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(thrown instanceof FrappeError) || thrown.code !== "modified_meanwhile")
    return tellable(desk, docType.name, data, thrown);
  const now = await client.read(docType.name, name, signal);
  return conflict(desk, docType, now, data, read ?? "an unknown time", thrown);
}

/** Both versions. As somebody else has changed it, what is kept of it is dropped. */
function conflict(
  desk: Desk,
  docType: DocType,
  now: JsonObject,
  data: JsonObject,
  read: string,
  cause?: Error,
): ToolFailure {
  tellChanged(desk, docType.name, String(now["name"]));
  const shown = desk.masks.shown(docType.name, now);
  const both = Object.entries(data).map(([field, yours]) => [field, { yours, theirs: shown[field] ?? null }]);
  const versions = JSON.stringify(Object.fromEntries(both)).slice(0, 4000);
  return new ToolFailure(
    `${docType.name} ${String(now["name"])} was changed by ${String(now["modified_by"])} at ${String(now["modified"])}, after the version of ${read} that you have. Nothing was written. Both versions of what you change: ${versions}. Decide what shall stand, then call again with modified ${JSON.stringify(now["modified"])}.`,
    cause === undefined ? undefined : { cause },
  );
}
