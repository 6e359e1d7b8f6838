import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";
import type { Filter, ListQuery } from "../client/list-query.ts";
import { momentOf } from "../client/site-time.ts";
import { type Desk, type Visitor, answer, docTypeFor, pageOf } from "../desk/desk.ts";
import type { DocType } from "../desk/doctype.ts";
import { docUse, doctypeUse } from "../desk/uses.ts";
import { asked, docShape } from "./shapes.ts";
import { targets } from "./targets.ts";

/** Where is looked when nobody says where: what people look for by a name, in ERPNext and without it. */
const usualDocTypes = [
  "Customer",
  "Supplier",
  "Item",
  "Lead",
  "Opportunity",
  "Quotation",
  "Sales Order",
  "Sales Invoice",
  "Purchase Order",
  "Purchase Invoice",
  "Employee",
  "Project",
  "Task",
  "Contact",
  "ToDo",
  "Note",
  "User",
] as const;
/** Of one DocType, in a search over several. */
const mostOfOne = 5;

const query = z
  .string()
  .trim()
  .min(1)
  .max(140)
  .describe("A part of a name, a title or another text that identifies it.");

/** What finds documents. */
export function searchTools(desk: Desk): readonly Tool[] {
  return [searchDocuments(desk), searchDocType(desk), searchLink(desk), searchPair(desk), fetchPair(desk)];
}

interface Found {
  readonly doctype: string;
  readonly name: string;
  readonly title: string;
}

const searchShape = z.object({
  results: z.array(z.object({ doctype: z.string(), name: z.string(), title: z.string(), url: z.string() })),
  searched: z.array(z.string()),
  not_searched: z.array(z.string()).describe("DocTypes that the site lacks or the user may not read."),
});

export type SearchAnswer = z.output<typeof searchShape>;

function searchDocuments(desk: Desk): Tool {
  return tool({
    name: "search_documents",
    title: "Search documents",
    description:
      "Finds documents by a part of their name, title or identifying fields, over several DocTypes, at most 5 of each. To search one DocType thoroughly, use search_doctype.",
    input: z.object({
      query,
      doctypes: z
        .array(asked.doctype)
        .min(1)
        .max(20)
        .optional()
        .describe("Where to look. Default: what is usual in an ERP."),
      limit: z.int().min(1).max(100).default(20),
    }),
    output: searchShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.searchMs,
    run: async ({ query: text, doctypes = usualDocTypes, limit }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const { found, searched, notSearched } = await searchAll(desk, visitor, text, doctypes, signal);
      const results = found.slice(0, limit).map(({ doctype, name, title }) => ({
        doctype,
        name,
        title,
        url: pageOf(desk, doctype, name),
      }));
      return answer(
        visitor,
        { results, searched: [...searched], not_searched: [...notSearched] },
        searched.map(doctypeUse),
      );
    },
  });
}

async function searchAll(
  desk: Desk,
  visitor: Visitor,
  text: string,
  doctypes: readonly string[],
  signal: AbortSignal,
): Promise<{
  readonly found: readonly Found[];
  readonly searched: readonly string[];
  readonly notSearched: readonly string[];
}> {
  const outcomes = await Promise.all(
    doctypes.map(async (doctype) => {
      try {
        const { rows, docType } = await rowsLike(desk, visitor, doctype, text, mostOfOne, 0, signal);
        return { doctype, found: rows.map((row) => foundOf(docType, row)) };
      } catch (thrown) {
        const isAway =
          thrown instanceof FrappeError && /^(?:doctype_unknown|not_found|permission_denied)$/.test(thrown.code);
        if (!isAway) throw thrown;
        return { doctype, found: undefined };
      }
    }),
  );
  const searched = outcomes.filter(({ found }) => found !== undefined).map(({ doctype }) => doctype);
  return {
    found: outcomes.flatMap(({ found }) => found ?? []),
    searched,
    notSearched: doctypes.filter((doctype) => !searched.includes(doctype)),
  };
}

function searchDocType(desk: Desk): Tool {
  return tool({
    name: "search_doctype",
    title: "Search one DocType",
    description: "Finds documents of one DocType by a part of their name, title or identifying fields.",
    input: z.object({
      doctype: asked.doctype,
      query,
      limit: z.int().min(1).max(100).default(20),
      offset: z.int().min(0).default(0),
    }),
    output: z.object({
      doctype: z.string(),
      results: z.array(docShape),
      fields_searched: z.array(z.string()),
      has_more: z.boolean(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.searchMs,
    run: async ({ doctype, query: text, limit, offset }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const { rows, fields } = await rowsLike(desk, visitor, doctype, text, limit + 1, offset, signal);
      const results = rows.slice(0, limit).map((row) => desk.masks.shown(doctype, row));
      const structured = { doctype, results, fields_searched: [...fields], has_more: rows.length > limit };
      return answer(visitor, structured, [doctypeUse(doctype)]);
    },
  });
}

/** Rows of which a name, the title, or another text that identifies it holds the text. */
async function rowsLike(
  desk: Desk,
  visitor: Visitor,
  doctype: string,
  text: string,
  limit: number,
  start: number,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly JsonObject[]; readonly fields: readonly string[]; readonly docType: DocType }> {
  const docType = await docTypeFor(desk, visitor, doctype, signal);
  const fields = searchedFields(desk, docType);
  const orFilters = holding(fields, text);
  const rows = await visitor.client.list(doctype, { fields: [...fields, "modified"], orFilters, start, limit }, signal);
  return { rows, fields, docType };
}

/** Conditions of which one holds where one of these fields holds the text. */
function holding(fields: readonly string[], text: string): readonly Filter[] {
  // In LIKE, these two stand for others; a backslash before them for themselves.
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return fields.map((field) => [field, "like", pattern]);
}

/** The name, the title, what the DocType names for it, and up to five more texts. */
function searchedFields(desk: Desk, { name: doctype, titleField, searchFields, fields }: DocType): readonly string[] {
  const texts = new Set(["Data", "Small Text", "Text", "Link", "Select"]);
  const own = new Map(fields.map((field) => [field.name, field]));
  const more = fields.filter(
    ({ type, isHidden, level }) => (type === "Data" || type === "Small Text") && !isHidden && level === 0,
  );
  const wished = [
    ...(titleField === undefined ? [] : [titleField]),
    ...searchFields,
    ...more.slice(0, 5).map((field) => field.name),
  ];
  const usable = wished.filter((field) => texts.has(own.get(field)?.type ?? "") && !desk.masks.has(doctype, field));
  return [...new Set(["name", ...usable])];
}

function foundOf({ name: doctype, titleField }: DocType, row: JsonObject): Found {
  const name = String(row["name"]);
  const title = titleField === undefined ? undefined : stringAt(row, titleField);
  return { doctype, name, title: title ?? name };
}

const linksShape = z.object({
  doctype: z.string(),
  results: z.array(z.object({ value: z.string(), description: z.string() })),
});

export type LinksAnswer = z.output<typeof linksShape>;

function searchLink(desk: Desk): Tool {
  return tool({
    name: "search_link",
    title: "Find what a link may hold",
    description:
      "Finds documents that a link field may name, as the site's own forms offer them: use it to learn the exact name before writing one.",
    input: z.object({
      doctype: asked.doctype.describe("The DocType that the field links to, as its options say."),
      query: z.string().max(140).default("").describe("A part of it; empty for the first ones."),
      filters: asked.filters.optional(),
      limit: z.int().min(1).max(100).default(10),
    }),
    output: linksShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.searchMs,
    run: async ({ doctype, query: txt, filters, limit }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      if (filters !== undefined) desk.masks.check(doctype, { filters });
      const { titleField, searchFields } = await docTypeFor(desk, visitor, doctype, signal);
      // The site finds by these, and shows them beside the name.
      const fields = ["name", ...(titleField === undefined ? [] : [titleField]), ...searchFields];
      const open = fields.filter((field) => !desk.masks.has(doctype, field));
      const given = { ...(filters !== undefined && { filters }) };
      const results =
        open.length === fields.length
          ? await offered(visitor, { doctype, txt, page_length: String(limit), ...given }, signal)
          : await listedLinks(
              visitor,
              doctype,
              { fields: open, orFilters: holding(open, txt), limit, ...given },
              signal,
            );
      return answer(visitor, { doctype, results: results.slice(0, limit) }, [doctypeUse(doctype)]);
    },
  });
}

interface Choice {
  readonly value: string;
  readonly description: string;
}

/** What a link may hold, as the site's own forms offer it. */
async function offered({ client }: Visitor, args: JsonObject, signal: AbortSignal): Promise<readonly Choice[]> {
  const { value, body } = await client.call("frappe.desk.search.search_link", args, { verb: "GET" }, signal);
  // Version 14 puts them beside.
  const given = Array.isArray(value) ? value : body["results"];
  const rows = Array.isArray(given) ? given.filter(isJsonObject) : [];
  return rows.map((row) => ({ value: String(row["value"]), description: stringAt(row, "description") ?? "" }));
}

/** Likewise, by these fields alone. */
async function listedLinks(
  { client }: Visitor,
  doctype: string,
  wanted: ListQuery,
  signal: AbortSignal,
): Promise<readonly Choice[]> {
  const rows = await client.list(doctype, wanted, signal);
  return rows.map(({ name, ...others }) => ({
    value: String(name),
    description: (wanted.fields ?? []).flatMap((field) => stringAt(others, field) || []).join(", "),
  }));
}

function searchPair(desk: Desk): Tool {
  return tool({
    name: "search",
    title: "Search",
    description: "Finds documents of the ERP by a text; fetch reads one of them by its id.",
    input: z.object({ query }),
    output: z.object({ results: z.array(z.object({ id: z.string(), title: z.string(), url: z.string() })) }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.searchMs,
    run: async ({ query: text }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const { found, searched } = await searchAll(desk, visitor, text, usualDocTypes, signal);
      const results = found.map(({ doctype, name, title }) => ({
        id: `${doctype}/${name}`,
        title: title === name ? `${doctype} ${name}` : `${doctype} ${name}: ${title}`,
        url: pageOf(desk, doctype, name),
      }));
      return answer(visitor, { results }, searched.map(doctypeUse));
    },
  });
}

function fetchPair(desk: Desk): Tool {
  return tool({
    name: "fetch",
    title: "Fetch",
    description: "Reads one document of the ERP by the id that search gave.",
    input: z.object({ id: z.string().min(3).max(300).describe("DocType/name, such as Sales Invoice/SINV-00012.") }),
    output: z.object({ id: z.string(), title: z.string(), text: z.string(), url: z.string(), metadata: docShape }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.readMs,
    run: async ({ id }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      // A name may hold a slash, a DocType does not.
      const [doctype = "", ...rest] = id.split("/");
      const name = rest.join("/");
      if (doctype === "" || name === "")
        throw new ToolFailure(`${JSON.stringify(id)} is no id; it is DocType/name, as search gives it`);
      const doc = desk.masks.shown(doctype, await visitor.client.read(doctype, name, signal));
      const { owner, docstatus } = doc;
      const modified = momentIn(desk, doc["modified"]);
      const text = Object.entries(doc)
        .filter(([, value]) => value !== null && value !== "")
        .map(([field, value]) => `${field}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join("\n");
      const structured = {
        id,
        title: `${doctype} ${name}`,
        text,
        url: pageOf(desk, doctype, name),
        metadata: { doctype, owner, modified, docstatus },
      };
      return answer(visitor, structured, [docUse(doctype, name)]);
    },
  });
}

/** A time of the site with its offset, where the site's time zone is known. */
function momentIn({ timeZone }: Desk, siteTime: unknown): unknown {
  if (timeZone === undefined || typeof siteTime !== "string") return siteTime;
  return momentOf(siteTime, timeZone) ?? siteTime;
}
