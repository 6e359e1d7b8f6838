import { JsonInput, NumberInput, Select, Stack, Switch, Text, TextInput, Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schema } from "../answers.ts";
import { type Typed, kindOf } from "./typed.ts";

/** A form for the arguments of a tool, made from its schema. What the schema nests is typed as JSON. */
export function SchemaForm(given: {
  readonly schema: Schema;
  readonly typed: Typed;
  readonly wrong: Readonly<Record<string, string>>;
  readonly change: (typed: Typed) => void;
}): ReactNode {
  const { schema, typed, wrong, change } = given;
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0)
    return (
      <Text size="sm" c="dimmed">
        It takes no arguments.
      </Text>
    );
  return (
    <Stack gap="sm">
      {members.map(([name, member]) => (
        <Field
          key={name}
          name={name}
          member={member}
          isRequired={schema.required?.includes(name) === true}
          value={typed[name] ?? ""}
          error={wrong[name]}
          change={(value) => {
            change({ ...typed, [name]: value });
          }}
        />
      ))}
    </Stack>
  );
}

function Field(given: {
  readonly name: string;
  readonly member: Schema;
  readonly isRequired: boolean;
  readonly value: string | boolean;
  readonly error: string | undefined;
  readonly change: (value: string | boolean) => void;
}): ReactNode {
  const { name, member, isRequired, value, error, change } = given;
  const common = { label: name, description: member.description, error, withAsterisk: isRequired };
  const text = String(value);
  switch (kindOf(member)) {
    case "boolean":
      return (
        <Switch
          label={name}
          description={member.description}
          checked={value === true}
          onChange={(event) => {
            change(event.currentTarget.checked);
          }}
        />
      );
    case "number":
      return <NumberField common={common} member={member} text={text} change={change} />;
    case "choice":
      return (
        <Select
          {...common}
          data={member.enum?.map((choice) => (typeof choice === "string" ? choice : JSON.stringify(choice))) ?? []}
          value={text === "" ? null : text}
          clearable={!isRequired}
          onChange={(next) => {
            change(next ?? "");
          }}
        />
      );
    case "json":
      return (
        <JsonInput
          {...common}
          placeholder={member.type === "array" ? "[ … ]" : "{ … }"}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={change}
        />
      );
    case "text":
      return <TextField common={common} member={member} name={name} text={text} change={change} />;
  }
}

/** Names of what is seldom one line. */
const long = /^(content|body|text|query|prompt|code|description|sql|input)$/i;

function TextField(given: {
  readonly common: object;
  readonly member: Schema;
  readonly name: string;
  readonly text: string;
  readonly change: (value: string) => void;
}): ReactNode {
  const { common, member, name, text, change } = given;
  if (long.test(name)) {
    return (
      <Textarea
        {...common}
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        onChange={(event) => {
          change(event.currentTarget.value);
        }}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={member.format === "password" ? "password" : "text"}
      autoComplete="off"
      value={text}
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
    />
  );
}

function NumberField(given: {
  readonly common: object;
  readonly member: Schema;
  readonly text: string;
  readonly change: (value: string) => void;
}): ReactNode {
  const { common, member, text, change } = given;
  return (
    <NumberInput
      {...common}
      value={text}
      {...(member.minimum !== undefined && { min: member.minimum })}
      {...(member.maximum !== undefined && { max: member.maximum })}
      allowDecimal={member.type !== "integer"}
      onChange={(next) => {
        change(String(next));
      }}
    />
  );
}
