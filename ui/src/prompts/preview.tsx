import { Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { RenderedMessage, TemplateContent } from "../answers.ts";
import { act } from "../api.ts";
import { Problem } from "../parts/loaded.tsx";

/** How long nothing is typed before what was typed is shown, in ms. */
const restMs = 250;

/** What a content comes to with arguments that are tried, as the gateway itself fills it. */
export function Preview({ content }: { readonly content: TemplateContent }): ReactNode {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const given = Object.fromEntries(
    content.arguments.flatMap(({ name }) => {
      const value = values[name];
      return name === "" || value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
  const [wanted] = useDebouncedValue(JSON.stringify({ content, arguments: given }), restMs);
  const preview = useQuery({
    queryKey: ["prompt-preview", wanted],
    queryFn: () => act<{ readonly messages: readonly RenderedMessage[] }>("/api/prompt-preview", JSON.parse(wanted)),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  return (
    <Stack gap="xs">
      {content.arguments.map((argument) => (
        <Trial
          key={argument.name}
          argument={argument}
          value={values[argument.name] ?? ""}
          put={(value) => {
            setValues({ ...values, [argument.name]: value });
          }}
        />
      ))}
      {preview.isError ? <Problem error={preview.error} /> : <Messages messages={preview.data?.messages ?? []} />}
    </Stack>
  );
}

function Trial(given: {
  readonly argument: TemplateContent["arguments"][number];
  readonly value: string;
  readonly put: (value: string) => void;
}): ReactNode {
  const { argument, value, put } = given;
  const { name, choices, default: fallback = "" } = argument;
  const label = `Try ${name === "" ? "an argument without a name" : name}`;
  if (choices === undefined) {
    return (
      <TextInput
        size="xs"
        label={label}
        placeholder={fallback}
        value={value}
        onChange={(event) => {
          put(event.currentTarget.value);
        }}
      />
    );
  }
  return (
    <Select
      size="xs"
      label={label}
      placeholder={fallback}
      data={[...new Set(choices)]}
      value={value === "" ? null : value}
      onChange={(chosen) => {
        put(chosen ?? "");
      }}
    />
  );
}

function Messages({ messages }: { readonly messages: readonly RenderedMessage[] }): ReactNode {
  return messages.map((message, index) => (
    // A preview is drawn whole each time: its messages have nothing of their own to keep.
    <Paper key={index} withBorder p="xs" aria-label={`Preview of message ${index + 1}`} role="group">
      <Text size="xs" c="dimmed">
        {message.role}
      </Text>
      <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {message.content.text}
      </Text>
    </Paper>
  ));
}
