import { Alert, Button, Skeleton, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refusal } from "../api.ts";

/** What was read, or that it is being read, or why it cannot be. */
export function Loaded<T>(given: {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { query, children } = given;
  // What was read earlier is shown on while it is read again.
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return (
    <Stack gap="xs" role="status" aria-label="Loading">
      <Skeleton h={18} w="60%" />
      <Skeleton h={18} w="85%" />
      <Skeleton h={18} w="45%" />
    </Stack>
  );
}

/** Why something did not work, and what to do. */
export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): ReactNode {
  const refusal = error instanceof Refusal ? error : new Refusal("internal_error", String(error));
  const isForbidden = refusal.code === "forbidden";
  return (
    <Alert
      color={isForbidden ? "gray" : "red"}
      variant="light"
      title={isForbidden ? "Not for your role" : refusal.message}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        {isForbidden && <Text size="sm">{refusal.message}.</Text>}
        {refusal.suggestion !== undefined && <Text size="sm">{refusal.suggestion}</Text>}
        <ProblemList problems={refusal.data["problems"]} />
        {retry !== undefined && !isForbidden && (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function ProblemList({ problems }: { readonly problems: unknown }): ReactNode {
  if (!Array.isArray(problems)) return null;
  return problems.map((problem) => (
    <Text key={String(problem)} size="sm">
      {String(problem)}
    </Text>
  ));
}

/** That there is nothing, and how there comes to be something. */
export function Empty(given: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <Stack gap={4} align="center" py="xl" px="md">
      <Text fw={600}>{given.title}</Text>
      <Text component="div" c="dimmed" size="sm" ta="center" maw={460}>
        {given.children}
      </Text>
    </Stack>
  );
}
