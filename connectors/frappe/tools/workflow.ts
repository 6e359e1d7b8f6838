import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";
import { type Desk, type Visitor, answer, docTypeFor, pageOf, tellChanged } from "../desk/desk.ts";
import { sayable } from "../desk/sayable.ts";
import { doctypeUse } from "../desk/uses.ts";
import { asked } from "./shapes.ts";

const transitionShape = z.object({ action: z.string(), next_state: z.string(), allowed: z.string() });

type Transition = z.output<typeof transitionShape>;

const pendingShape = z.object({
  pending_approvals: z.array(
    z.object({
      doctype: z.string(),
      name: z.string(),
      workflow_state: z.string(),
      creation: z.string(),
      actions: z.array(transitionShape).optional(),
      url: z.string(),
    }),
  ),
  total_pending: z.int(),
  doctypes_with_pending: z.array(z.string()),
});

export type PendingAnswer = z.output<typeof pendingShape>;

/** Approvals: what waits for the user, and the step that settles it. */
export function workflowTools(desk: Desk): readonly Tool[] {
  return [runWorkflow(desk), pendingApprovals(desk)];
}

function runWorkflow(desk: Desk): Tool {
  return tool({
    name: "run_workflow",
    title: "Take a step of a workflow",
    description:
      "Takes a step of the workflow that a document is in, such as Approve, where the user may. An action that is not open is refused with those that are.",
    input: z.object({ doctype: asked.doctype, name: asked.name, action: z.string().min(1).max(140) }),
    output: z.object({
      doctype: z.string(),
      name: z.string(),
      previous_state: z.string().optional(),
      current_state: z.string().optional(),
      next_actions: z.array(transitionShape),
      url: z.string(),
      warnings: z.array(z.string()),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    run: async ({ doctype, name, action }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const docType = await docTypeFor(desk, visitor, doctype, signal);
      const doc = await visitor.client.read(doctype, name, signal);
      const open = await transitionsOf(visitor, { doctype, ...doc }, signal);
      if (!open.some((each) => each.action === action)) {
        const can = open.map((each) => `${each.action} (to ${each.next_state})`).join(", ");
        const hint = can === "" ? "no action is open to this user in its state" : `open are ${can}`;
        throw new ToolFailure(
          `${doctype} ${name} has no action ${JSON.stringify(action)} now: ${hint}. Nothing was changed`,
        );
      }
      const args = { doc: JSON.stringify({ doctype, ...doc }), action };
      const { value, messages } = await visitor.client.call("frappe.model.workflow.apply_workflow", args, {}, signal);
      tellChanged(desk, doctype, name);
      const after = isJsonObject(value) ? value : await visitor.client.read(doctype, name, signal);
      const next = await transitionsOf(visitor, { doctype, ...after }, signal);
      const [previous, current] = [stateIn(doc), stateIn(after)];
      const structured = {
        doctype,
        name,
        ...(previous !== undefined && { previous_state: previous }),
        ...(current !== undefined && { current_state: current }),
        next_actions: [...next],
        url: pageOf(desk, doctype, name),
        warnings: [...sayable(desk.masks, docType, messages, doc, after)],
      };
      return answer(visitor, structured, []);
    },
  });
}

function pendingApprovals(desk: Desk): Tool {
  return tool({
    name: "get_pending_approvals",
    title: "What waits for approval",
    description: "Lists documents that wait for a step of a workflow by this user, the oldest first.",
    input: z.object({
      doctype: asked.doctype.optional().describe("Only of this DocType."),
      limit: z.int().min(1).max(200).default(50),
      include_actions: z.boolean().default(true).describe("Say which actions are open; costs two requests each."),
    }),
    output: pendingShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ doctype, limit, include_actions: hasActions }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const filters = { status: "Open", ...(doctype !== undefined && { reference_doctype: doctype }) };
      const fields = ["reference_doctype", "reference_name", "workflow_state", "creation"];
      const [rows, total] = await Promise.all([
        visitor.client.list("Workflow Action", { fields, filters, orderBy: "creation asc", limit }, signal),
        visitor.client.count("Workflow Action", { filters }, signal),
      ]);
      const pending = await Promise.all(
        rows.map(async (row) => {
          const [of, name] = [String(row["reference_doctype"]), String(row["reference_name"])];
          const actions = hasActions ? await actionsOf(visitor, of, name, signal) : undefined;
          const base = {
            doctype: of,
            name,
            workflow_state: stringAt(row, "workflow_state") ?? "",
            creation: stringAt(row, "creation") ?? "",
            url: pageOf(desk, of, name),
          };
          return actions === undefined ? base : Object.assign(base, { actions: [...actions] });
        }),
      );
      const doctypes = [...new Set(pending.map((each) => each.doctype))];
      const structured = { pending_approvals: pending, total_pending: total, doctypes_with_pending: doctypes };
      return answer(visitor, structured, ["Workflow Action", ...doctypes].map(doctypeUse));
    },
  });
}

/** What is open on one document; nothing where it is gone or hidden from the user meanwhile. */
async function actionsOf(
  visitor: Visitor,
  doctype: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly Transition[]> {
  try {
    const doc = await visitor.client.read(doctype, name, signal);
    return await transitionsOf(visitor, { doctype, ...doc }, signal);
  } catch (thrown) {
    if (thrown instanceof FrappeError && (thrown.code === "not_found" || thrown.code === "permission_denied"))
      return [];
    throw thrown;
  }
}

async function transitionsOf(
  { client }: Visitor,
  doc: JsonObject,
  signal: AbortSignal,
): Promise<readonly Transition[]> {
  const args = { doc: JSON.stringify(doc) };
  const how = { isReading: true };
  const { value } = await client.call("frappe.model.workflow.get_transitions", args, how, signal);
  const rows = Array.isArray(value) ? value.filter(isJsonObject) : [];
  return rows.map((row) => ({
    action: stringAt(row, "action") ?? "",
    next_state: stringAt(row, "next_state") ?? "",
    allowed: stringAt(row, "allowed") ?? "",
  }));
}

function stateIn(doc: JsonObject): string | undefined {
  return stringAt(doc, "workflow_state");
}
