import { Button, Chip, Group, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { LiveMessage } from "switchyard/live";
import { useLive } from "../live.ts";
import { JsonView } from "../parts/json-view.tsx";
import { EventLine } from "../parts/event-line.tsx";
import { Empty } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { wordsOf } from "../text.ts";

const topics = ["upstreams", "calls", "jobs", "calculations", "entities", "status", "alerts", "cache"];

/** Messages that are drawn. */
const maxDrawn = 150;

/** Everything that happens, as it happens. */
export function EventsPage(): ReactNode {
  const { topic = "", q = "" } = useSearch({ from: "/events" });
  const navigate = useNavigate();
  const { messages } = useLive();
  const [held, setHeld] = useState<readonly LiveMessage[]>();
  const wanted = new Set(topic.split(",").filter(Boolean));
  const found = (held ?? messages).filter((message) => fits(message, wanted, q)).slice(0, maxDrawn);
  const go = (search: Readonly<Record<string, string>>): void => {
    void navigate({ to: "/events", search: { topic, q, ...search }, replace: true });
  };
  return (
    <Page
      title="Events"
      says="What happens, as it happens: the stream that programs watch too."
      actions={
        <Button
          variant="default"
          aria-pressed={held !== undefined}
          onClick={() => {
            setHeld(held === undefined ? messages : undefined);
          }}
        >
          {held === undefined ? "Hold still" : "Go on"}
        </Button>
      }
    >
      <Filters wanted={wanted} q={q} go={go} />
      <Panel>
        {found.length === 0 ? (
          <Empty title="Nothing yet">
            {wanted.size > 0 || q !== ""
              ? "Nothing that fits the filters happened since you came."
              : "Call a tool, or restart an upstream, and it appears here."}
          </Empty>
        ) : (
          <Stack gap={2}>
            {found.map((message, index) => (
              <Entry
                key={
                  message.id === undefined
                    ? `${message.timestamp} ${found.length - index}`
                    : `${message.id} ${message.type}`
                }
                message={message}
              />
            ))}
          </Stack>
        )}
      </Panel>
    </Page>
  );
}

function Filters(given: {
  readonly wanted: ReadonlySet<string>;
  readonly q: string;
  readonly go: (search: Readonly<Record<string, string>>) => void;
}): ReactNode {
  const { wanted, q, go } = given;
  return (
    <Group gap="xs">
      <TextInput
        aria-label="Filter"
        placeholder="Filter by text"
        value={q}
        onChange={(event) => {
          go({ q: event.currentTarget.value });
        }}
      />
      <Chip.Group
        multiple
        value={[...wanted]}
        onChange={(chosen) => {
          go({ topic: chosen.join(",") });
        }}
      >
        {topics.map((name) => (
          <Chip key={name} value={name} size="sm">
            {name}
          </Chip>
        ))}
      </Chip.Group>
    </Group>
  );
}

function fits(message: LiveMessage, wanted: ReadonlySet<string>, text: string): boolean {
  if (wanted.size > 0 && (message.topic === undefined || !wanted.has(message.topic))) return false;
  return text === "" || JSON.stringify(message).toLowerCase().includes(text.toLowerCase());
}

function Entry({ message }: { readonly message: LiveMessage }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open);
      }}
    >
      <summary style={{ cursor: "pointer", listStyle: "none", padding: "4px 0" }}>
        <Group gap="sm" wrap="nowrap">
          <Text size="xs" c="dimmed" w={150} visibleFrom="sm" className="ellipsis" style={{ flexShrink: 0 }}>
            {wordsOf(message.type)}
          </Text>
          <EventLine message={message} />
        </Group>
      </summary>
      {isOpen && <JsonView value={message} label={wordsOf(message.type)} />}
    </details>
  );
}
