import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Name and sign of the gateway. */
export function Mark(): ReactNode {
  return (
    <Group gap="xs" wrap="nowrap">
      <img src="/icon.svg" width={26} height={26} alt="" />
      <Text fw={700} size="lg">
        Switchyard
      </Text>
    </Group>
  );
}
