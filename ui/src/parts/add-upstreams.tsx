import { Alert, Button, Group, JsonInput, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Refusal, act } from "../api.ts";
import { queries } from "../queries.ts";
import { plural } from "../text.ts";
import { entriesIn } from "./client-config.ts";

interface Added {
  readonly name: string;
  readonly refusal: Refusal | undefined;
}

async function addAll(text: string): Promise<readonly Added[]> {
  const entries = entriesIn(text);
  if (typeof entries === "string") throw new Refusal("usage", entries);
  const added: Added[] = [];
  for (const [name, server] of Object.entries(entries)) {
    const refusal = await act("/api/upstreams", { name, server }).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof Refusal ? thrown : new Refusal("internal_error", String(thrown))),
    );
    added.push({ name, refusal });
  }
  void queries.invalidateQueries({ queryKey: ["status"] });
  return added;
}

const example = `{
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/srv/notes"]
    }
  }
}`;

/** Takes what a client has in its configuration, as it is. */
export function AddUpstreams({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }): ReactNode {
  const [text, setText] = useState("");
  const add = useMutation({
    mutationFn: addAll,
    onSuccess: (added) => {
      if (added.every(({ refusal }) => refusal === undefined)) leave();
    },
  });
  const leave = (): void => {
    setText("");
    add.reset();
    close();
  };
  const found = text.trim() === "" ? undefined : entriesIn(text);
  const count = typeof found === "object" ? Object.keys(found).length : 0;
  return (
    <Modal opened={isOpen} onClose={leave} title="Add upstreams" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack>
        <Text size="sm" c="dimmed">
          Paste the configuration of Claude Desktop, Claude Code, Cursor, VS Code or another client, or a part of it.
          Secrets are better written as references, {"${NAME}"}.
        </Text>
        <JsonInput
          label="Configuration"
          placeholder={example}
          autosize
          minRows={10}
          maxRows={18}
          value={text}
          onChange={setText}
          error={typeof found === "string" ? found : undefined}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
          data-autofocus
        />
        {typeof found === "object" && (
          <Text size="sm">{`Found ${plural(count, "server")}: ${Object.keys(found).join(", ")}`}</Text>
        )}
        {add.data?.some(({ refusal }) => refusal !== undefined) === true && <Refused added={add.data} />}
        {add.isError && <Alert color="red" title={add.error.message} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>
            Cancel
          </Button>
          <Button
            disabled={count === 0}
            loading={add.isPending}
            onClick={() => {
              add.mutate(text);
            }}
          >
            {count === 0 ? "Add" : `Add ${plural(count, "upstream")}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Refused({ added }: { readonly added: readonly Added[] }): ReactNode {
  return (
    <Alert color="red" title="Not all were added" role="alert">
      <List size="sm">
        {added.map(({ name, refusal }) => (
          <List.Item key={name}>
            <b>{name}</b>:{" "}
            {refusal === undefined ? "added" : [refusal.message, refusal.suggestion].filter(Boolean).join(". ")}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
