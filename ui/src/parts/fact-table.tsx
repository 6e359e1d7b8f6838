import { Table } from "@mantine/core";
import type { ReactNode } from "react";

/** What is known of one thing, a line each; what is undefined or empty is left out. */
export function FactTable({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <Table layout="auto">
      <Table.Tbody>
        {facts.map(([label, value]) =>
          value === undefined || value === "" ? null : (
            <Table.Tr key={label}>
              <Table.Th scope="row" w="35%" fw={500} c="dimmed">
                {label}
              </Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ),
        )}
      </Table.Tbody>
    </Table>
  );
}
