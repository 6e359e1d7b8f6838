import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";
import { checked } from "../desk/checked.ts";
import { type Desk, answer, docTypeFor, pageOf, tellChanged } from "../desk/desk.ts";
import { type DocType, standardFields } from "../desk/doctype.ts";
import { sayable } from "../desk/sayable.ts";
import { refuse } from "./create.ts";
import { stateOf } from "./read.ts";
import { asked, docShape } from "./shapes.ts";

const output = z.object({
  doctype: z.string(),
  name: z.string(),
  data: docShape,
  state: z.enum(["draft", "submitted", "cancelled"]),
  workflow_state: z.string().optional(),
  modified: z.string().optional(),
  url: z.string(),
  warnings: z.array(z.string()),
});

export type WrittenAnswer = z.output<typeof output>;

/** What a document goes through: a draft is submitted, what was submitted cancelled, what was cancelled amended; what is no more wanted deleted. */
export function lifecycleTools(desk: Desk): readonly Tool[] {
  return [submitDocument(desk), cancelDocument(desk), amendDocument(desk), deleteDocument(desk)];
}

function submitDocument(desk: Desk): Tool {
  return tool({
    name: "submit_document",
    title: "Submit a document",
    description:
      "Makes a draft final: it takes effect, in ledgers and stock too, and most of its fields cannot be changed any more. With modified, as it was read, a change that somebody made meanwhile is told and nothing is submitted.",
    input: z.object({ doctype: asked.doctype, name: asked.name, modified: z.string().max(40).optional() }),
    output,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    run: async ({ doctype, name, modified }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const docType = await docTypeFor(desk, visitor, doctype, signal);
      if (!docType.isSubmittable)
        throw new ToolFailure(`${doctype} cannot be submitted: it is in effect once it is saved`);
      const now = await visitor.client.read(doctype, name, signal);
      expect(docType, now, "draft", "submitted");
      if (modified !== undefined && modified !== now["modified"]) {
        tellChanged(desk, doctype, name);
        throw new ToolFailure(
          `${doctype} ${name} was changed by ${String(now["modified_by"])} at ${String(now["modified"])}, after the version of ${modified} that you have. Nothing was submitted; read it again`,
        );
      }
      const { doc, messages } = await visitor.client.submit(doctype, name, stringAt(now, "modified"), signal);
      // What it posts to, such as ledgers, is of other DocTypes.
      tellChanged(desk, doctype, name);
      return answer(visitor, told(desk, docType, doc, messages), []);
    },
  });
}

function cancelDocument(desk: Desk): Tool {
  return tool({
    name: "cancel_document",
    title: "Cancel a document",
    description:
      "Takes back a submitted document: ledgers get reversing entries. It stays as cancelled; amend_document makes a new draft of it.",
    input: z.object({ doctype: asked.doctype, name: asked.name }),
    output,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    run: async ({ doctype, name }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const docType = await docTypeFor(desk, visitor, doctype, signal);
      expect(docType, await visitor.client.read(doctype, name, signal), "submitted", "cancelled");
      const { doc, messages } = await visitor.client.cancel(doctype, name, signal);
      tellChanged(desk, doctype, name);
      return answer(visitor, told(desk, docType, doc, messages), []);
    },
  });
}

function amendDocument(desk: Desk): Tool {
  return tool({
    name: "amend_document",
    title: "Amend a cancelled document",
    description:
      "Makes a new draft of a cancelled document, with all its values and rows, and with changes where some are given.",
    input: z.object({ doctype: asked.doctype, name: asked.name, changes: docShape.default({}) }),
    output,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    run: async ({ doctype, name, changes }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const docType = await docTypeFor(desk, visitor, doctype, signal);
      refuse(checked(desk, docType, changes, false).problems);
      const now = await visitor.client.read(doctype, name, signal);
      expect(docType, now, "cancelled", "amended");
      const values = { ...copied(docType, now), ...changes, amended_from: name };
      const { doc, messages } = await visitor.client.create(doctype, values, signal);
      tellChanged(desk, doctype, name, String(doc["name"]));
      return answer(visitor, told(desk, docType, doc, messages), []);
    },
  });
}

function deleteDocument(desk: Desk): Tool {
  return tool({
    name: "delete_document",
    title: "Delete a document",
    description:
      "Deletes one document for good. Refused where others refer to it, or it is submitted; a submitted one is cancelled first.",
    input: z.object({ doctype: asked.doctype, name: asked.name }),
    output: z.object({ doctype: z.string(), name: z.string(), deleted: z.boolean() }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    run: async ({ doctype, name }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      await visitor.client.remove(doctype, name, signal);
      tellChanged(desk, doctype, name);
      return answer(visitor, { doctype, name, deleted: true }, []);
    },
  });
}

function expect(docType: DocType, now: JsonObject, state: ReturnType<typeof stateOf>, becomes: string): void {
  const is = stateOf(now);
  if (is === state) return;
  const next = {
    draft: "submit_document comes first",
    submitted: "cancel_document comes first",
    cancelled: "amend_document makes a new draft of it",
  }[is];
  throw new ToolFailure(
    `${docType.name} ${String(now["name"])} is ${is}; only what is ${state} can be ${becomes}: ${next}. Nothing was changed`,
  );
}

/** The values of a document for a new one: none of its own marks, and rows without their names. */
function copied(docType: DocType, now: JsonObject): JsonObject {
  const fields = docType.fields.flatMap(({ name }): (readonly [string, unknown])[] => {
    const value = now[name];
    if (value === undefined || name === "amended_from") return [];
    return [[name, Array.isArray(value) ? value.filter(isJsonObject).map(rowCopied) : value]];
  });
  return Object.fromEntries(fields);
}

function rowCopied(row: JsonObject): JsonObject {
  const entries = Object.entries(row).filter(([name]) => !standardFields.has(name) && !name.startsWith("__"));
  return Object.fromEntries(entries);
}

function told(desk: Desk, docType: DocType, doc: JsonObject, messages: readonly string[]) {
  const { name: doctype } = docType;
  const name = String(doc["name"]);
  const state = stringAt(doc, "workflow_state");
  const modified = stringAt(doc, "modified");
  return {
    doctype,
    name,
    data: desk.masks.shown(doctype, doc),
    state: stateOf(doc),
    ...(state !== undefined && { workflow_state: state }),
    ...(modified !== undefined && { modified }),
    url: pageOf(desk, doctype, name),
    warnings: [...sayable(desk.masks, docType, messages, doc)],
  };
}
