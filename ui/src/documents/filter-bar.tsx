import { Button, CloseButton, Group, Select, Text } from "@mantine/core";
import { type ReactNode, type SubmitEvent, useState } from "react";
import type { Address, SetAddress } from "../address.ts";
import type { DocTypeAnswer, FieldAnswer } from "./answers.ts";
import { type Condition, type Operator, conditionsIn, conditionsText, operatorsFor } from "./conditions.ts";
import { askable, columnOf } from "./fields.ts";
import { ValueInput } from "./value-input.tsx";

/** The conditions of a list: those that hold, and a form for one more. */
export function FilterBar(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly search: Address;
  readonly set: SetAddress;
}): ReactNode {
  const { site, docType, search, set } = given;
  const conditions = conditionsIn(search["filters"]);
  const change = (next: readonly Condition[]): void => {
    set({ filters: conditionsText(next), from: undefined });
  };
  return (
    <>
      {conditions.length > 0 && (
        <Group gap="xs" mb="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-label="Conditions">
          {conditions.map((condition, at) => (
            <Chosen
              key={`${at} ${condition.field}`}
              text={textOf(docType, condition)}
              remove={() => {
                change(conditions.filter((_, index) => index !== at));
              }}
            />
          ))}
        </Group>
      )}
      <Another
        site={site}
        fields={askable(docType)}
        add={(condition) => {
          change([...conditions, condition]);
        }}
      />
    </>
  );
}

function Chosen({ text, remove }: { readonly text: string; readonly remove: () => void }): ReactNode {
  return (
    <li className="condition">
      {text}
      <CloseButton size="sm" aria-label={`Leave out: ${text}`} onClick={remove} />
    </li>
  );
}

const words: Readonly<Partial<Record<Operator, string>>> = {
  "!=": "is not",
  "=": "is",
  "<=": "at most",
  ">=": "at least",
  "<": "below",
  ">": "above",
  like: "contains",
  "not like": "does not contain",
  in: "is one of",
  "not in": "is none of",
  is: "is",
};

function wordOf(operator: Operator): string {
  return words[operator] ?? operator;
}

const states = ["Draft", "Submitted", "Cancelled"];

/** A condition in words: `Due Date below 2026-01-31`. */
function textOf(docType: DocTypeAnswer, { field, operator, value }: Condition): string {
  const { label, type } = columnOf(docType, field);
  const shown =
    field === "docstatus"
      ? (states[Number(value)] ?? value)
      : type === "Check"
        ? value === "1"
          ? "Yes"
          : "No"
        : value;
  return `${label} ${wordOf(operator)} ${shown}`;
}

function Another(given: {
  readonly site: string;
  readonly fields: readonly FieldAnswer[];
  readonly add: (condition: Condition) => void;
}): ReactNode {
  const { site, fields, add } = given;
  const [field, setField] = useState<FieldAnswer>();
  const [operator, setOperator] = useState<Operator>("=");
  const [value, setValue] = useState("");
  const choose = (name: string | null): void => {
    const next = fields.find((each) => each.name === name);
    setField(next);
    setOperator(operatorsFor(next?.type ?? "")[0] ?? "=");
    setValue("");
  };
  return (
    <Group
      component="form"
      gap="sm"
      align="flex-end"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (field === undefined || value === "") return;
        add({ field: field.name, operator, value });
        choose(null);
      }}
    >
      <Select
        label="Only where"
        w={200}
        searchable
        placeholder="a field"
        data={fields.map(({ name, label }) => ({ value: name, label }))}
        value={field?.name ?? null}
        onChange={choose}
      />
      {field !== undefined && (
        <>
          <OperatorChoice
            field={field}
            operator={operator}
            choose={(next) => {
              setOperator(next);
              setValue("");
            }}
          />
          <ConditionValue site={site} field={field} operator={operator} value={value} change={setValue} />
          <Button type="submit" variant="default" disabled={value === ""}>
            Add
          </Button>
          {["in", "not in", "between"].includes(operator) && (
            <Text size="xs" c="dimmed">
              with commas between
            </Text>
          )}
        </>
      )}
    </Group>
  );
}

function OperatorChoice(given: {
  readonly field: FieldAnswer;
  readonly operator: Operator;
  readonly choose: (operator: Operator) => void;
}): ReactNode {
  const { field, operator, choose } = given;
  const all = operatorsFor(field.type);
  return (
    <Select
      aria-label="How it is compared"
      w={150}
      allowDeselect={false}
      data={all.map((each) => ({ value: each, label: each === "is" ? "is set or not" : wordOf(each) }))}
      value={operator}
      onChange={(next) => {
        choose(all.find((each) => each === next) ?? "=");
      }}
    />
  );
}

function ConditionValue(given: {
  readonly site: string;
  readonly field: FieldAnswer;
  readonly operator: Operator;
  readonly value: string;
  readonly change: (value: string) => void;
}): ReactNode {
  const { site, field, operator, value, change } = given;
  const common = { "aria-label": `Value of ${field.label}` };
  if (operator === "is" || field.name === "docstatus") {
    const data =
      operator === "is"
        ? ["set", "not set"].map((each) => ({ value: each, label: each }))
        : states.map((label, at) => ({ value: String(at), label }));
    return (
      <Select
        {...common}
        w={170}
        data={data}
        value={value === "" ? null : value}
        onChange={(next) => {
          change(next ?? "");
        }}
      />
    );
  }
  const isOne = ["=", "!=", "<", "<=", ">", ">="].includes(operator);
  const typable = isOne ? field : { type: "Data" };
  return <ValueInput site={site} field={typable} value={value} change={change} common={common} />;
}
