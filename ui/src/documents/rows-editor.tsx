import { ActionIcon, Button, Table, Text, VisuallyHidden } from "@mantine/core";
import { type ReactNode, useId } from "react";
import type { DocTypeAnswer, FieldAnswer } from "./answers.ts";
import { type EditedRow, rowFields } from "./changes.ts";
import { type State, isChangeable, isTable } from "./fields.ts";
import { ValueInput } from "./value-input.tsx";

/** Columns that can be typed in: those that are required or filled, from the first. */
const mostColumns = 8;

/** The rows of a table while it is edited: changed, taken out, added. */
export function RowsEditor(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly table: string;
  readonly label: string;
  readonly state: State;
  readonly rows: readonly EditedRow[];
  readonly wrong: Readonly<Record<string, string>>;
  readonly change: (rows: readonly EditedRow[]) => void;
}): ReactNode {
  const { site, docType, table, label, state, rows, wrong, change } = given;
  const id = useId();
  const columns = columnsOf(rowFields(docType, table), rows, state);
  return (
    <div>
      <Text size="sm" fw={600} mb={4} id={id}>
        {label}
      </Text>
      <Table.ScrollContainer
        minWidth={Math.min(columns.length * 150, 1100)}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-labelledby": id } }}
      >
        <Table className="numbers">
          <Table.Thead>
            <Head columns={columns} isOpen={state === "draft"} />
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, at) => (
              <Row
                key={row.key}
                site={site}
                row={row}
                title={`row ${at + 1} of ${label}`}
                columns={columns}
                wrongAt={(field) => wrong[`${table} ${row.key} ${field}`]}
                set={(next) => {
                  change(withRow(rows, row, next));
                }}
                isOpen={state === "draft"}
                remove={() => {
                  change(row.isNew ? rows.filter((each) => each !== row) : withRow(rows, row, { isGone: !row.isGone }));
                }}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {state === "draft" && (
        <AddRow
          label={label}
          add={() => {
            change([...rows, newRow(rows)]);
          }}
        />
      )}
    </div>
  );
}

function withRow(rows: readonly EditedRow[], row: EditedRow, next: Partial<EditedRow>): readonly EditedRow[] {
  return rows.map((each) => (each === row ? { ...row, ...next } : each));
}

/** An empty row, whose key no other has. */
function newRow(rows: readonly EditedRow[]): EditedRow {
  const count = rows.filter(({ isNew }) => isNew).map(({ key }) => Number(key.slice("new ".length)));
  return { key: `new ${Math.max(0, ...count) + 1}`, isNew: true, isGone: false, values: {} };
}

function AddRow({ label, add }: { readonly label: string; readonly add: () => void }): ReactNode {
  return (
    <Button size="xs" variant="default" mt="xs" onClick={add}>
      {`Add a row to ${label}`}
    </Button>
  );
}

function Head({ columns, isOpen }: { readonly columns: readonly FieldAnswer[]; readonly isOpen: boolean }): ReactNode {
  return (
    <Table.Tr>
      {columns.map((field) => (
        <Table.Th key={field.name}>{field.label}</Table.Th>
      ))}
      {isOpen && (
        <Table.Th w={48}>
          <VisuallyHidden>Take out</VisuallyHidden>
        </Table.Th>
      )}
    </Table.Tr>
  );
}

function Row(given: {
  readonly site: string;
  readonly row: EditedRow;
  readonly title: string;
  readonly columns: readonly FieldAnswer[];
  readonly wrongAt: (field: string) => string | undefined;
  readonly set: (next: Partial<EditedRow>) => void;
  /** Whether rows can be taken out. */
  readonly isOpen: boolean;
  /** Takes it out, or keeps it after all. */
  readonly remove: () => void;
}): ReactNode {
  const { site, row, title, columns, wrongAt, set, isOpen, remove } = given;
  return (
    <Table.Tr>
      {columns.map((field) => {
        const problem = wrongAt(field.name);
        return (
          <Table.Td key={field.name}>
            <ValueInput
              site={site}
              field={field}
              value={row.values[field.name] ?? ""}
              change={(value) => {
                set({ values: { ...row.values, [field.name]: value } });
              }}
              common={{
                "aria-label": `${field.label} of ${title}`,
                disabled: row.isGone,
                ...(problem !== undefined && { error: problem }),
              }}
            />
          </Table.Td>
        );
      })}
      {isOpen && (
        <Table.Td>
          <ActionIcon variant="default" aria-label={`${row.isGone ? "Keep" : "Take out"} ${title}`} onClick={remove}>
            {row.isGone ? "↺" : "×"}
          </ActionIcon>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function columnsOf(fields: readonly FieldAnswer[], rows: readonly EditedRow[], state: State): readonly FieldAnswer[] {
  const open = fields.filter((field) => isChangeable(field, state) && !isTable(field.type));
  const isUsual = ({ name, required }: FieldAnswer): boolean =>
    required === true || rows.some(({ values }) => !["", "0", undefined].includes(values[name]));
  return open.filter(isUsual).slice(0, mostColumns);
}
