import { Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { AccessAnswer } from "../answers.ts";
import { useAccess } from "../queries.ts";
import { Loaded } from "./loaded.tsx";
import { Panel } from "./page.tsx";

/** Who the visitor is, what grants look like, and what each role may do. */
export function Roles(): ReactNode {
  const access = useAccess();
  return (
    <Loaded query={access}>
      {(known) => (
        <>
          <Panel title="You and grants">
            <Yourself you={known.you} />
          </Panel>
          <Panel title="What roles may do">
            <ByRole access={known} />
          </Panel>
        </>
      )}
    </Loaded>
  );
}

function Yourself({ you: { id, role, grants } }: { readonly you: AccessAnswer["you"] }): ReactNode {
  return (
    <Stack gap="xs">
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {`You are ${id}, with the role ${role}, and may use ${grants === undefined ? "every upstream" : grants.length === 0 ? "nothing, as nothing is granted" : grants.join(", ")}.`}
      </Text>
      <Text size="sm" c="dimmed">
        Admins and operators may use every upstream. Users may use what is granted to them, viewers what of it only
        reads. A grant is UPSTREAM, UPSTREAM/TOOL or profile:NAME, with * for anything; after read: it is for what
        changes nothing.
      </Text>
    </Stack>
  );
}

function ByRole({ access: { roles, actions } }: { readonly access: AccessAnswer }): ReactNode {
  return (
    <Table layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>May</Table.Th>
          {roles.map((role) => (
            <Table.Th key={role} ta="center" w={{ base: 58, sm: 92 }} fz={{ base: 11, sm: "sm" }}>
              {role}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {actions.map(({ name, says, from }) => (
          <Table.Tr key={name}>
            <Table.Td>{says}</Table.Td>
            {roles.map((role) => {
              const mayDo = roles.indexOf(role) <= roles.indexOf(from);
              return (
                <Table.Td key={role} ta="center" aria-label={mayDo ? "yes" : "no"}>
                  {mayDo ? "✓" : "–"}
                </Table.Td>
              );
            })}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
