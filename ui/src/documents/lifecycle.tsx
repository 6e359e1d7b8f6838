import { Button, Group, Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { JsonObject } from "../answers.ts";
import { answerOf, askTool, useMayUse } from "../ask.ts";
import { ConfirmButton } from "../parts/confirm.tsx";
import { Problem } from "../parts/loaded.tsx";
import type { DocTypeAnswer, PendingAnswer, WrittenAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { isChangeable, stateOf } from "./fields.ts";
import { textAt } from "./json.ts";
import { type Write, useWrite } from "./write.ts";

/** What can be done with a document in its state, as far as the visitor's key reaches the tools for it; whether the site lets its user, it says itself. */
export function Actions(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly doc: JsonObject;
  readonly edit: () => void;
}): ReactNode {
  const { site, docType, doc, edit } = given;
  const { doctype, submittable } = docType;
  const [name, state] = [textAt(doc, "name"), stateOf(doc)];
  const may = {
    update: useMayUse(site, "update_document"),
    submit: useMayUse(site, "submit_document"),
    cancel: useMayUse(site, "cancel_document"),
    amend: useMayUse(site, "amend_document"),
    delete: useMayUse(site, "delete_document"),
  };
  const navigate = useNavigate();
  const { isRunning, problem, run } = useWrite();
  const call = (tool: string, done: string, more: JsonObject = {}): void => {
    void run(async () => {
      const args = { doctype, name, ...more };
      const { name: made } = await answerOf<WrittenAnswer>(site, tool, args, new AbortController().signal);
      if (made !== name) await navigate({ to: "/documents", search: { upstream: site, doctype, name: made } });
    }, done);
  };
  const mayEdit = may.update && docType.fields.some((field) => isChangeable(field, state));
  const isInWorkflow = doc["workflow_state"] !== undefined;
  // A draft in a workflow is submitted by a step of that.
  const isOpen = submittable && !(isInWorkflow && state === "draft");
  const step = isOpen && may[steps[state].verb] ? steps[state] : undefined;
  // What was submitted is cancelled first: no site deletes it.
  const mayDelete = may.delete && state !== "submitted";
  if (!mayEdit && !mayDelete && step === undefined && !isInWorkflow) return null;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {mayEdit && (
          <Button size="xs" variant="default" disabled={isRunning} onClick={edit}>
            Edit
          </Button>
        )}
        {step !== undefined && (
          // Each step asks for itself: a question that is going away must not be taken for the next.
          <StepButton key={step.verb} doc={doc} step={step} isRunning={isRunning} call={call} />
        )}
        {isInWorkflow && <Steps site={site} doctype={doctype} name={name} call={call} />}
        {mayDelete && <DeleteButton site={site} doctype={doctype} name={name} isRunning={isRunning} run={run} />}
      </Group>
      {problem !== undefined && <Problem error={problem} />}
    </Stack>
  );
}

const steps = {
  draft: {
    verb: "submit",
    tool: "submit_document",
    label: "Submit",
    done: "submitted",
    color: "cyan.9",
    says: "It becomes final and takes effect, in ledgers and stock too. Most of its fields cannot be changed any more; it can be cancelled.",
  },
  submitted: {
    verb: "cancel",
    tool: "cancel_document",
    label: "Cancel",
    done: "cancelled",
    color: "red.9",
    says: "Its effect is taken back: entries of the ledger are reversed. It stays as it is, marked as cancelled, and can be amended; it is never again submitted itself.",
  },
  cancelled: {
    verb: "amend",
    tool: "amend_document",
    label: "Amend",
    done: "amended",
    color: "cyan.9",
    says: "A new draft is made of it, with all its values and rows and a name that says what it amends. Nothing takes effect before that is submitted.",
  },
} as const;

function StepButton(given: {
  readonly doc: JsonObject;
  readonly step: (typeof steps)[keyof typeof steps];
  readonly isRunning: boolean;
  readonly call: (tool: string, done: string, more: JsonObject) => void;
}): ReactNode {
  const { doc, step, isRunning, call } = given;
  const name = textAt(doc, "name");
  return (
    <ConfirmButton
      label={step.label}
      question={`${step.label} ${name}?`}
      says={step.says}
      color={step.color}
      button={{ loading: isRunning, color: step.color, variant: "filled" }}
      run={() => {
        // As it was read: what somebody changed meanwhile is not submitted unseen.
        call(step.tool, `${name} is ${step.done}`, step.verb === "submit" ? { modified: doc["modified"] } : {});
      }}
    />
  );
}

/** Deletes it after a question, and leads to the others; where the site refuses, as something refers to it, it stays, and why is shown. */
function DeleteButton(given: {
  readonly site: string;
  readonly doctype: string;
  readonly name: string;
  readonly isRunning: boolean;
  readonly run: Write["run"];
}): ReactNode {
  const { site, doctype, name, isRunning, run } = given;
  const navigate = useNavigate();
  return (
    <ConfirmButton
      label="Delete"
      question={`Delete ${doctype} ${name}?`}
      says="It is gone for everybody, with its rows, and cannot be taken back. A document that others refer to is not deleted: the site says then which."
      button={{ disabled: isRunning }}
      run={() => {
        void run(async () => {
          await askTool(site, "delete_document", { doctype, name }, new AbortController().signal);
          // Before anything is read anew: what is gone must not be asked for.
          await navigate({ to: "/documents", search: { upstream: site, doctype } });
        }, `${name} is deleted`);
      }}
    />
  );
}

/** The steps of its workflow that wait for the visitor. */
function Steps(given: {
  readonly site: string;
  readonly doctype: string;
  readonly name: string;
  readonly call: (tool: string, done: string, more: JsonObject) => void;
}): ReactNode {
  const { site, doctype, name, call } = given;
  const mayRun = useMayUse(site, "run_workflow");
  const { data } = useAnswer<PendingAnswer>(site, "get_pending_approvals", { doctype, limit: 200 }, mayRun);
  const waiting = data?.pending_approvals.find((each) => each.doctype === doctype && each.name === name);
  return (waiting?.actions ?? []).map(({ action, next_state: next }) => (
    <ConfirmButton
      key={action}
      label={action}
      question={`${action}: ${name}?`}
      says={`It is ${String(waiting?.workflow_state)} and becomes ${next}.`}
      color="cyan.9"
      button={{ color: "cyan.9" }}
      run={() => {
        call("run_workflow", `${name} is ${next}`, { action });
      }}
    />
  ));
}
