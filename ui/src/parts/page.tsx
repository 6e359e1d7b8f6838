import { Box, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { GoTo } from "./go-to.tsx";

/** A page: what it is called, what can be done there, what is on it. */
export function Page(given: {
  readonly title: string;
  readonly says?: ReactNode;
  readonly back?: { readonly to: string; readonly label: string };
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { title, says, back, actions, children } = given;
  useEffect(() => {
    document.title = `${title} · Switchyard`;
  }, [title]);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box maw="100%" style={{ minWidth: 0 }}>
          {back !== undefined && (
            <GoTo to={back.to} size="sm">
              ← {back.label}
            </GoTo>
          )}
          <Title order={1} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          {says !== undefined && (
            <Text component="div" c="dimmed" size="sm" mt={4} maw={720}>
              {says}
            </Text>
          )}
        </Box>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A part of a page, with a heading. */
export function Panel(given: {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { title, aside, children } = given;
  return (
    <Paper component="section" withBorder p="md" className="panel" style={{ minWidth: 0 }}>
      {(title !== undefined || aside !== undefined) && (
        <Group justify="space-between" mb="sm" gap="xs">
          {title !== undefined && <Title order={2}>{title}</Title>}
          {aside}
        </Group>
      )}
      {children}
    </Paper>
  );
}
