import { loaded, save } from "../documents.ts";
import { argument } from "../filters.ts";
import { type Json, isJson, objectsIn, textOf } from "../json.ts";
import { mustMay } from "../permissions.ts";
import { thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { shownDoc } from "../shown.ts";
import { rolesOf } from "../site.ts";
import type { StoredDoc } from "../store.ts";
import type { Methods } from "./method.ts";

/** Workflows: which steps a document may take, and taking one. Conditions of transitions are not evaluated. */
export const workflowMethods: Methods = {
  "frappe.model.workflow.get_transitions": {
    needs: ["doc"],
    run: (args, request) => ({ message: transitionsOf(request, docOf(args, request)) }),
  },
  "frappe.model.workflow.apply_workflow": {
    needs: ["doc", "action"],
    isWriting: true,
    run: (args, request) => {
      const doc = docOf(args, request);
      const action = textOf(args["action"]);
      const transition = transitionsOf(request, doc).find((one) => one["action"] === action);
      if (transition === undefined) throw thrown("WorkflowTransitionError", `Not a valid Workflow Action: ${action}`);
      const workflow = workflowOf(request, textOf(doc["doctype"]));
      const state = objectsIn(workflow["states"]).find((one) => one["state"] === transition["next_state"]);
      const changes = {
        [textOf(workflow["workflow_state_field"])]: transition["next_state"],
        docstatus: Number(textOf(state?.["doc_status"]) || "0"),
      };
      const after = save(request, textOf(doc["doctype"]), doc.name, changes);
      return {
        message: shownDoc(request, loaded(request, textOf(doc["doctype"]), doc.name).type, after, { nulls: true }),
      };
    },
  },
};

function docOf(args: Json, request: Request): StoredDoc {
  const given = argument(args["doc"]);
  const { doctype, name } = isJson(given) ? given : {};
  const { type, doc } = loaded(request, textOf(doctype), textOf(name));
  mustMay(request.site, request.user, type, "read", doc);
  return doc;
}

function workflowOf({ site }: Request, doctype: string): StoredDoc {
  const found = site.store.all("Workflow").find((one) => one["document_type"] === doctype && one["is_active"] === 1);
  if (found === undefined) throw thrown("WorkflowStateError", "Workflow State not set");
  return found;
}

function transitionsOf(request: Request, doc: StoredDoc): readonly Json[] {
  const workflow = workflowOf(request, textOf(doc["doctype"]));
  const [first] = objectsIn(workflow["states"]);
  const state = textOf(doc[textOf(workflow["workflow_state_field"])]) || textOf(first?.["state"]);
  const roles = rolesOf(request.site, request.user);
  return objectsIn(workflow["transitions"]).filter(
    (one) =>
      one["state"] === state &&
      (request.user === "Administrator" || roles.has(textOf(one["allowed"]))) &&
      (one["allow_self_approval"] === 1 || doc["owner"] !== request.user),
  );
}
