import { MultiSelect, Table } from "@mantine/core";
import type { ReactNode } from "react";
import type { SetAddress } from "../address.ts";
import type { DocTypeAnswer, ListAnswer } from "./answers.ts";
import { askable, columnOf, isNumeric, shownValue, stateOf } from "./fields.ts";
import { jsonOf, textAt } from "./json.ts";
import { DocumentLink } from "./links.tsx";
import { StateTag } from "./state-tag.tsx";

/** Documents, a row each. */
export function ListTable(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly columns: readonly string[];
  readonly rows: ListAnswer["data"];
}): ReactNode {
  const { site, docType, columns, rows } = given;
  const fields = columns.map((name) => columnOf(docType, name));
  return (
    <Table.ScrollContainer
      minWidth={Math.min(300 + fields.length * 120, 1100)}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": docType.doctype } }}
    >
      <Table striped className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            {docType.submittable && <Table.Th>State</Table.Th>}
            {fields.map(({ name, label, type }) => (
              <Table.Th key={name} ta={isNumeric(type) && type !== "Check" ? "right" : "left"}>
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(jsonOf).map((row) => (
            <Table.Tr key={textAt(row, "name")}>
              <Table.Td>
                <DocumentLink site={site} doctype={docType.doctype} name={textAt(row, "name")} />
              </Table.Td>
              {docType.submittable && (
                <Table.Td miw={120}>
                  <StateTag state={stateOf(row)} />
                </Table.Td>
              )}
              {fields.map(({ name, type }) => (
                <Table.Td
                  key={name}
                  ta={isNumeric(type) && type !== "Check" ? "right" : "left"}
                  className={type === "Date" ? "unbroken" : ""}
                >
                  {shownValue(type, row[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Which fields are shown of each document. */
export function ColumnChoice(given: {
  readonly docType: DocTypeAnswer;
  readonly columns: readonly string[];
  readonly set: SetAddress;
}): ReactNode {
  const { docType, columns, set } = given;
  const data = askable(docType).filter(({ name }) => name !== "name" && name !== "docstatus");
  return (
    <MultiSelect
      label="Columns"
      flex={1}
      miw={220}
      searchable
      hidePickedOptions
      maxValues={20}
      data={data.map(({ name, label }) => ({ value: name, label }))}
      value={columns.filter((name) => data.some((each) => each.name === name))}
      onChange={(next) => {
        set({ columns: next.length === 0 ? undefined : next.join(",") });
      }}
    />
  );
}
