import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import type { JsonObject } from "../client/json.ts";
import { type Desk, answer, docTypeFor, pageOf } from "../desk/desk.ts";
import type { DocType } from "../desk/doctype.ts";
import { docUse, doctypeUse } from "../desk/uses.ts";
import { asked, docShape } from "./shapes.ts";
import { targets } from "./targets.ts";

/** Rows of one answer. */
const mostRows = 1000;

const documentShape = z.object({ doctype: z.string(), name: z.string(), data: docShape, url: z.string() });

export type DocumentAnswer = z.output<typeof documentShape>;

const listShape = z.object({
  doctype: z.string(),
  data: z.array(docShape),
  count: z.int(),
  total_count: z.int().optional().describe("How many there are in all. Not there with group_by."),
  has_more: z.boolean(),
});

export type ListAnswer = z.output<typeof listShape>;

/** What reads documents. */
export function readTools(desk: Desk): readonly Tool[] {
  return [getDocument(desk), listDocuments(desk)];
}

function getDocument(desk: Desk): Tool {
  return tool({
    name: "get_document",
    title: "Read a document",
    description:
      "Reads one document with the rows of its tables. Keep its modified: with it, update_document notices whether somebody changed it meanwhile. Times are in the site's time zone.",
    input: z.object({ doctype: asked.doctype, name: asked.name }),
    output: documentShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.readMs,
    run: async ({ doctype, name }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const doc = await visitor.client.read(doctype, name, signal);
      const structured = { doctype, name, data: desk.masks.shown(doctype, doc), url: pageOf(desk, doctype, name) };
      return answer(visitor, structured, [docUse(doctype, name)]);
    },
  });
}

function listDocuments(desk: Desk): Tool {
  return tool({
    name: "list_documents",
    title: "List documents",
    description:
      "Lists documents that the user may see, in a stable order: go on with offset while has_more. Without fields, those that the site's own list shows.",
    input: z.object({
      doctype: asked.doctype,
      fields: asked.fields.optional(),
      filters: asked.filters.optional(),
      or_filters: asked.filters.optional().describe("Conditions of which at least one holds."),
      order_by: z.string().max(200).optional().describe("Such as posting_date desc. Default: the newest first."),
      group_by: z.string().max(200).optional().describe("A field; with it, fields may be such as sum(total) as total."),
      limit: z.int().min(1).max(mostRows).default(20),
      offset: z.int().min(0).default(0).describe("How many are left out before the first."),
    }),
    output: listShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.readMs,
    run: async ({ doctype, fields, limit, offset, ...rest }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const { client } = visitor;
      const wanted = fields ?? listFields(desk, await docTypeFor(desk, visitor, doctype, signal));
      const { filters, or_filters: orFilters, order_by: orderBy, group_by: groupBy } = rest;
      const conditions = { ...(filters && { filters }), ...(orFilters && { orFilters }) };
      const query = {
        ...conditions,
        fields: wanted,
        ...(orderBy !== undefined && { orderBy }),
        ...(groupBy !== undefined && { groupBy }),
      };
      desk.masks.check(doctype, query);
      // One more than asked for says whether there are more, also where they cannot be counted.
      const [rows, total] = await Promise.all([
        client.list(doctype, { ...query, start: offset, limit: limit + 1 }, signal),
        groupBy === undefined ? client.count(doctype, conditions, signal) : undefined,
      ]);
      const data = rows.slice(0, limit).map((row) => desk.masks.shown(doctype, row));
      const structured = {
        doctype,
        data,
        count: data.length,
        ...(total !== undefined && { total_count: total }),
        has_more: rows.length > limit,
      };
      return answer(visitor, structured, [doctypeUse(doctype), ...linkedDocTypes(wanted)]);
    },
  });
}

/** What the site's own list shows, but for what is masked: that cannot be asked for. */
export function listFields(
  { masks }: Desk,
  { name: doctype, fields, titleField, isSubmittable }: DocType,
): readonly string[] {
  const shown = fields.filter(({ isInList, isHidden, type }) => isInList && !isHidden && type !== "Password");
  const names = ["name", ...(titleField === undefined ? [] : [titleField]), ...shown.map(({ name }) => name)];
  const all = new Set([...names, ...(isSubmittable ? ["docstatus"] : []), "modified"]);
  return [...all].filter((field) => !masks.has(doctype, field));
}

/** Fields of linked documents (`customer.country`) make an answer of their DocTypes too, which are not known by the field alone. */
function linkedDocTypes(fields: readonly string[]): readonly string[] {
  return fields.some((field) => field.includes(".")) ? ["doctype:*"] : [];
}

/** A document's state in words. */
export function stateOf(doc: JsonObject): "draft" | "submitted" | "cancelled" {
  const status = Number(doc["docstatus"] ?? 0);
  return status === 1 ? "submitted" : status === 2 ? "cancelled" : "draft";
}
