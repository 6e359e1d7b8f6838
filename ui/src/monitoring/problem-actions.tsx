import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, type SubmitEvent, useState } from "react";
import type { JsonObject } from "../answers.ts";
import { askTool, useMayUse } from "../ask.ts";
import { tell } from "../parts/told.ts";
import type { ShownProblem } from "./answers.ts";
import { subject } from "./ask.ts";

/** What can be done about a problem: say that somebody looks after it, or that it is meant to be so for a while. */
export function ProblemActions({
  site,
  problem,
}: {
  readonly site: string;
  readonly problem: ShownProblem;
}): ReactNode {
  const kind = problem.service_name === null ? "host" : "service";
  const mayAcknowledge = useMayUse(site, `acknowledge_${kind}_problem`);
  const mayPlan = useMayUse(site, `create_${kind}_downtime`);
  return (
    <Group gap={6} wrap="nowrap">
      {mayAcknowledge && !problem.acknowledged && (
        <ActionButton label="Acknowledge" problem={problem}>
          {(close) => <Acknowledge site={site} problem={problem} close={close} />}
        </ActionButton>
      )}
      {mayPlan && !problem.in_downtime && (
        <ActionButton label="Downtime" problem={problem}>
          {(close) => <Downtime site={site} problem={problem} close={close} />}
        </ActionButton>
      )}
    </Group>
  );
}

function nameOf({ host_name: host, service_name: service }: ShownProblem): string {
  return service === null ? host : `${service} on ${host}`;
}

function aboutOf({ host_name: host, service_name: service }: ShownProblem): JsonObject {
  return { host_name: host, ...(service !== null && { service_name: service }) };
}

function ActionButton(given: {
  readonly label: string;
  readonly problem: ShownProblem;
  readonly children: (close: () => void) => ReactNode;
}): ReactNode {
  const { label, problem, children } = given;
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="compact-xs" variant="default" aria-label={`${label}: ${nameOf(problem)}`} onClick={open}>
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={`${label}: ${nameOf(problem)}`}
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {isOpen && children(close)}
      </Modal>
    </>
  );
}

/** A form that calls a tool, says how it went, and closes once it went well. */
function Form(given: {
  readonly submit: string;
  readonly isReady: boolean;
  readonly run: () => Promise<unknown>;
  readonly done: string;
  readonly close: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { submit, isReady, run, done, close, children } = given;
  const [isRunning, setIsRunning] = useState(false);
  const send = async (): Promise<void> => {
    setIsRunning(true);
    const isDone = await tell(run, done, [subject]);
    setIsRunning(false);
    if (isDone) close();
  };
  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (isReady) void send();
      }}
    >
      {children}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Leave it
        </Button>
        <Button type="submit" loading={isRunning} disabled={!isReady}>
          {submit}
        </Button>
      </Group>
    </Stack>
  );
}

interface Dialog {
  readonly site: string;
  readonly problem: ShownProblem;
  readonly close: () => void;
}

function Comment(given: { readonly value: string; readonly change: (text: string) => void }): ReactNode {
  return (
    <TextInput
      label="Comment"
      description="Who looks after it, or why it is so: others read it."
      required
      data-autofocus
      value={given.value}
      onChange={(event) => {
        given.change(event.currentTarget.value);
      }}
    />
  );
}

function Acknowledge({ site, problem, close }: Dialog): ReactNode {
  const [comment, setComment] = useState("");
  const [isSticky, setIsSticky] = useState(false);
  const [isNotifying, setIsNotifying] = useState(true);
  const tool = problem.service_name === null ? "acknowledge_host_problem" : "acknowledge_service_problem";
  const args = { ...aboutOf(problem), comment: comment.trim(), sticky: isSticky, notify: isNotifying };
  return (
    <Form
      submit="Acknowledge"
      isReady={comment.trim() !== ""}
      done={`Acknowledged: ${nameOf(problem)}`}
      close={close}
      run={() => askTool(site, tool, args, new AbortController().signal)}
    >
      <Comment value={comment} change={setComment} />
      <Checkbox
        label="Until it is fine again, also where the state changes"
        checked={isSticky}
        onChange={(event) => {
          setIsSticky(event.currentTarget.checked);
        }}
      />
      <Checkbox
        label="Tell those who are notified of problems"
        checked={isNotifying}
        onChange={(event) => {
          setIsNotifying(event.currentTarget.checked);
        }}
      />
    </Form>
  );
}

const lengths = [
  ["1", "1 hour"],
  ["2", "2 hours"],
  ["4", "4 hours"],
  ["8", "8 hours"],
  ["24", "1 day"],
  ["168", "1 week"],
] as const;

function Downtime({ site, problem, close }: Dialog): ReactNode {
  const [comment, setComment] = useState("");
  const [hours, setHours] = useState<string | null>("2");
  const tool = problem.service_name === null ? "create_host_downtime" : "create_service_downtime";
  const args = { ...aboutOf(problem), comment: comment.trim(), duration_hours: Number(hours) };
  return (
    <Form
      submit="Plan downtime"
      isReady={comment.trim() !== "" && hours !== null}
      done={`In downtime: ${nameOf(problem)}`}
      close={close}
      run={() => askTool(site, tool, args, new AbortController().signal)}
    >
      <Comment value={comment} change={setComment} />
      <Select
        label="From now for"
        allowDeselect={false}
        data={lengths.map(([value, label]) => ({ value, label }))}
        value={hours}
        onChange={setHours}
      />
    </Form>
  );
}
