import {
  Button,
  Checkbox,
  Group,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Textarea,
} from "@mantine/core";
import type { ReactNode } from "react";
import { type Draft, type DraftArgument, type DraftMessage, newKey } from "./draft.ts";

/** What a version says, to be written. */
export function ContentForm(given: { readonly draft: Draft; readonly change: (draft: Draft) => void }): ReactNode {
  const { draft, change } = given;
  const text = (name: "title" | "description" | "category", label: string): ReactNode => (
    <TextInput
      label={label}
      value={draft[name]}
      onChange={(event) => {
        change({ ...draft, [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <Stack>
      {text("title", "Title")}
      {text("description", "Description")}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {text("category", "Category")}
        <TagsInput
          label="Tags"
          value={[...draft.tags]}
          onChange={(tags) => {
            change({ ...draft, tags });
          }}
        />
      </SimpleGrid>
      <Messages
        messages={draft.messages}
        change={(messages) => {
          change({ ...draft, messages });
        }}
      />
      <Arguments
        args={draft.arguments}
        change={(args) => {
          change({ ...draft, arguments: args });
        }}
      />
    </Stack>
  );
}

function Messages(given: {
  readonly messages: readonly DraftMessage[];
  readonly change: (messages: readonly DraftMessage[]) => void;
}): ReactNode {
  const { messages, change } = given;
  return (
    <Stack gap="xs">
      {messages.map((message, index) => (
        <Message
          key={message.key}
          message={message}
          number={index + 1}
          put={(next) => {
            change(messages.map((each) => (each.key === next.key ? next : each)));
          }}
          {...(messages.length > 1 && {
            remove: () => {
              change(messages.filter(({ key }) => key !== message.key));
            },
          })}
        />
      ))}
      <Text size="xs" c="dimmed">
        {
          "{{name}} is a place for an argument; {{#name}}…{{/name}} stands where it is given and not no, {{^name}}…{{/name}} where it is not."
        }
      </Text>
      <Group>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            change([...messages, { key: newKey(), role: "user", text: "" }]);
          }}
        >
          Add a message
        </Button>
      </Group>
    </Stack>
  );
}

function Message(given: {
  readonly message: DraftMessage;
  readonly number: number;
  readonly put: (message: DraftMessage) => void;
  readonly remove?: () => void;
}): ReactNode {
  const { message, number, put, remove } = given;
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Select
          size="xs"
          w={140}
          aria-label={`Who says message ${number}`}
          data={["user", "assistant"]}
          value={message.role}
          allowDeselect={false}
          onChange={(role) => {
            put({ ...message, role: role === "assistant" ? "assistant" : "user" });
          }}
        />
        {remove !== undefined && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-label={`Remove message ${number}`}
            onClick={remove}
          >
            Remove
          </Button>
        )}
      </Group>
      <Textarea
        aria-label={`Message ${number}`}
        autosize
        minRows={4}
        maxRows={24}
        classNames={{ input: "mono" }}
        value={message.text}
        onChange={(event) => {
          put({ ...message, text: event.currentTarget.value });
        }}
      />
    </div>
  );
}

function Arguments(given: {
  readonly args: readonly DraftArgument[];
  readonly change: (args: readonly DraftArgument[]) => void;
}): ReactNode {
  const { args, change } = given;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        Arguments
      </Text>
      {args.map((argument) => (
        <ArgumentRow
          key={argument.key}
          argument={argument}
          put={(next) => {
            change(args.map((each) => (each.key === next.key ? next : each)));
          }}
          remove={() => {
            change(args.filter(({ key }) => key !== argument.key));
          }}
        />
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            const empty = { name: "", description: "", fallback: "", choices: [], isRequired: true };
            change([...args, { key: newKey(), ...empty }]);
          }}
        >
          Add an argument
        </Button>
      </Group>
    </Stack>
  );
}

function ArgumentRow(given: {
  readonly argument: DraftArgument;
  readonly put: (argument: DraftArgument) => void;
  readonly remove: () => void;
}): ReactNode {
  const { argument, put, remove } = given;
  const text = (name: "name" | "description" | "fallback", label: string): ReactNode => (
    <TextInput
      size="xs"
      label={label}
      value={argument[name]}
      onChange={(event) => {
        put({ ...argument, [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <Paper withBorder p="xs">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
        {text("name", "Name")}
        {text("description", "What it is")}
        {text("fallback", "Default")}
        <TagsInput
          size="xs"
          label="Choices"
          value={[...argument.choices]}
          onChange={(choices) => {
            put({ ...argument, choices });
          }}
        />
      </SimpleGrid>
      <Group justify="space-between" mt="xs">
        <Checkbox
          size="xs"
          label="must be given"
          checked={argument.isRequired}
          onChange={(event) => {
            put({ ...argument, isRequired: event.currentTarget.checked });
          }}
        />
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-label={`Remove argument ${argument.name}`}
          onClick={remove}
        >
          Remove
        </Button>
      </Group>
    </Paper>
  );
}
