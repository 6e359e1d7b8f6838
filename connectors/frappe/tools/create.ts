import { type Tool, type ToolCall, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject } from "../client/json.ts";
import { type Problem, deadLinks } from "../desk/check-values.ts";
import { checked } from "../desk/checked.ts";
import { type Desk, type Visitor, answer, docTypeFor, pageOf, tellChanged, tellable } from "../desk/desk.ts";
import type { DocType } from "../desk/doctype.ts";
import { sayable } from "../desk/sayable.ts";
import { stateOf } from "./read.ts";
import { asked, docShape } from "./shapes.ts";
import { targets } from "./targets.ts";

const problemShape = z.array(z.object({ field: z.string(), problem: z.string() }));

const creationShape = z.object({
  doctype: z.string(),
  name: z.string().optional(),
  data: docShape.optional(),
  state: z.enum(["draft", "submitted", "cancelled"]).optional(),
  can_submit: z.boolean(),
  url: z.string().optional(),
  warnings: z.array(z.string()).describe("What the site said, and values that it set otherwise than asked."),
  validation_passed: z.boolean().optional().describe("With validate_only."),
  problems: problemShape.optional(),
  missing: problemShape.optional().describe("With validate_only: what is required, and not given."),
});

/** Creates one document. */
export function createTool(desk: Desk): Tool {
  return tool({
    name: "create_document",
    title: "Create a document",
    description:
      "Creates one document, as a draft where its DocType can be submitted. get_doctype_info says which fields there are. With validate_only nothing is written: what the site would refuse or ignore is told as far as it can be known before.",
    input: z.object({
      doctype: asked.doctype,
      data: docShape.describe("Its fields; a table is a list of rows."),
      submit: z.boolean().default(false).describe("Submit it at once, which makes it final."),
      validate_only: z.boolean().default(false),
    }),
    output: creationShape,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    withinMs: targets.createMs,
    run: async ({ doctype, data, submit, validate_only: isTrial }, call) => {
      const visitor = desk.visitor(call.caller);
      const docType = await docTypeFor(desk, visitor, doctype, call.signal);
      refuseSubmit(docType, submit);
      const { problems, warnings, links } = checked(desk, docType, data, true);
      if (isTrial) {
        const all = [...problems, ...(await deadLinks(visitor.client, links, call.signal))];
        const structured = { doctype, can_submit: docType.isSubmittable, warnings: [], problems: all };
        return answer(visitor, { ...structured, validation_passed: all.length === 0, missing: [...warnings] }, []);
      }
      refuse(problems);
      const { doc, messages } = await created(desk, visitor, docType, data, call.signal);
      const name = String(doc["name"]);
      tellChanged(desk, doctype, name);
      const done = submit ? await submitted(desk, visitor, doctype, data, doc, call) : { doc, messages: [] };
      const state = stateOf(done.doc);
      return answer(
        visitor,
        {
          doctype,
          name,
          data: desk.masks.shown(doctype, done.doc),
          state,
          can_submit: docType.isSubmittable && state === "draft",
          url: pageOf(desk, doctype, name),
          warnings: [
            ...sayable(desk.masks, docType, [...messages, ...done.messages], data, doc, done.doc),
            ...overridden(desk, docType, data, doc),
          ],
        },
        [],
      );
    },
  });
}

function refuseSubmit({ name, isSubmittable }: DocType, submit: boolean): void {
  if (submit && !isSubmittable)
    throw new ToolFailure(`${name} cannot be submitted: leave submit out. Nothing was written`);
}

/** @throws {ToolFailure} there are problems; nothing was sent. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const told = problems.slice(0, 10).map(({ field, problem }) => `${field}: ${problem}`);
  throw new ToolFailure(`${told.join("; ")}. Nothing was written; get_doctype_info lists fields and their types`);
}

async function created(desk: Desk, { client }: Visitor, docType: DocType, data: JsonObject, signal: AbortSignal) {
  try {
    return await client.create(docType.name, data, signal);
  } catch (thrown) {
    throw tellable(desk, docType.name, data, thrown);
  }
}

async function submitted(
  desk: Desk,
  { client }: Visitor,
  doctype: string,
  data: JsonObject,
  doc: JsonObject,
  { signal }: ToolCall,
) {
  const name = String(doc["name"]);
  try {
    const modified = typeof doc["modified"] === "string" ? doc["modified"] : undefined;
    const written = await client.submit(doctype, name, modified, signal);
    tellChanged(desk, doctype, name);
    return written;
  } catch (caught) {
    const thrown = tellable(desk, doctype, data, caught);
    if (!(thrown instanceof FrappeError)) throw thrown;
    throw new ToolFailure(
      `${doctype} ${name} was created as a draft and not submitted: ${thrown.message} Correct it with update_document, then submit_document; do not create it again.`,
      { cause: thrown },
    );
  }
}

/** Values that the site made others of, at the top and in rows: fetched from a link, rounded, computed. */
export function overridden(desk: Desk, docType: DocType, given: JsonObject, got: JsonObject): readonly string[] {
  const told: string[] = [];
  for (const [field, value] of Object.entries(given)) {
    const now = got[field];
    if (Array.isArray(value) && Array.isArray(now)) {
      for (const [at, row] of value.entries()) {
        const gotRow: unknown = now[at];
        if (!isJsonObject(row) || !isJsonObject(gotRow)) continue;
        const child = docType.tables.get(field)?.name;
        for (const [name, cell] of Object.entries(row)) {
          const isMasked = desk.masks.has(child, name, docType.name);
          tell(`${field}[${at}].${name}`, isMasked, cell, gotRow[name]);
        }
      }
    } else tell(field, desk.masks.has(docType.name, field), value, now);
  }
  return told.slice(0, 50);

  function tell(place: string, isMasked: boolean, wanted: unknown, now: unknown): void {
    if (typeof wanted === "object" || now === undefined || isSame(wanted, now)) return;
    const shown = isMasked ? "another value" : JSON.stringify(now);
    told.push(`${place}: the site set ${shown} where ${JSON.stringify(wanted)} was given`);
  }
}

/** Whether two values are one to a site: `1`, `"1"` and `true` are, and a date and its midnight. */
function isSame(a: unknown, b: unknown): boolean {
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right || (left !== "" && Number(left) === Number(right))) return true;
  const [longer, shorter] = left.length > right.length ? [left, right] : [right, left];
  return shorter !== "" && /^\d{4}-/.test(shorter) && longer.replace("T", " ").startsWith(shorter.replace("T", " "));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return String(Number(value));
  return typeof value === "string" ? value : JSON.stringify(value);
}
