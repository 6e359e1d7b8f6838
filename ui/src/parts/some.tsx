import { Button, Group, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { countText } from "../text.ts";

/**
 * Some of a long list, from its beginning, and what shows more of it: a thousand rows make every keystroke slow. `key` says of which list it
 * is: another begins anew.
 */
export function useSome<T>(all: readonly T[], key: string, step = 100): readonly [readonly T[], ReactNode] {
  const [wanted, setWanted] = useState({ key, count: step });
  const count = wanted.key === key ? wanted.count : step;
  const left = all.length - count;
  const more =
    left <= 0 ? null : (
      <Group mt="sm" gap="sm">
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setWanted({ key, count: count + step });
          }}
        >
          Show more
        </Button>
        <Text size="sm" c="dimmed">{`${countText(left)} more`}</Text>
      </Group>
    );
  return [all.slice(0, count), more];
}
