import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { JsonObject } from "../answers.ts";
import type { FieldAnswer } from "./answers.ts";
import { isFilled, isNumeric, isTable } from "./fields.ts";
import { textAt } from "./json.ts";
import { Value } from "./value.tsx";

/** Columns that are shown of a table: those that are filled, from the first. */
const mostColumns = 10;

function isRight({ type }: FieldAnswer): boolean {
  return isNumeric(type) && type !== "Check";
}

/** The rows of a table of a document. */
export function RowsView(given: {
  readonly site: string;
  readonly label: string;
  readonly fields: readonly FieldAnswer[];
  readonly rows: readonly JsonObject[];
}): ReactNode {
  const { site, label, fields, rows } = given;
  const columns = fields
    .filter(
      ({ name, type, hidden }) => hidden !== true && !isTable(type) && rows.some((row) => isFilled(type, row[name])),
    )
    .slice(0, mostColumns);
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {label}
      </Text>
      <Table.ScrollContainer
        minWidth={Math.min(columns.length * 110, 1000)}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": label } }}
      >
        <Table className="numbers">
          <Table.Thead>
            <Table.Tr>
              {columns.map((field) => (
                <Table.Th key={field.name} ta={isRight(field) ? "right" : "left"}>
                  {field.label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={textAt(row, "name")}>
                {columns.map((field) => (
                  <Table.Td key={field.name} ta={isRight(field) ? "right" : "left"}>
                    <Value site={site} field={field} doc={row} value={row[field.name]} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
