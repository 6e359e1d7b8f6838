import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { JsonObject } from "../answers.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { Tag } from "../parts/state-badge.tsx";
import type { ListAnswer } from "./answers.ts";
import { useAnswer, useDocTypesOf } from "./ask.ts";
import { shownValue } from "./fields.ts";
import { jsonOf, textAt } from "./json.ts";

const fields = ["posting_date", "account", "party", "against", "debit", "credit", "is_cancelled"];
/** Entries that are shown of one document. */
const mostEntries = 200;

/** What a document did to the ledger, where the site keeps one. */
export function Ledger(given: { readonly site: string; readonly doctype: string; readonly name: string }): ReactNode {
  const { site, doctype, name } = given;
  if (useDocTypesOf(site, ["GL Entry"])?.has("GL Entry") !== true) return null;
  return <Entries site={site} doctype={doctype} name={name} />;
}

function Entries(given: { readonly site: string; readonly doctype: string; readonly name: string }): ReactNode {
  const { site, doctype, name } = given;
  const answer = useAnswer<ListAnswer>(site, "list_documents", {
    doctype: "GL Entry",
    fields: ["name", ...fields],
    filters: [
      ["voucher_type", "=", doctype],
      ["voucher_no", "=", name],
    ],
    order_by: "creation asc",
    limit: mostEntries,
  });
  return (
    <Panel title="Ledger">
      {!answer.isPlaceholderData && (
        <Loaded query={answer}>
          {({ data, has_more: hasMore }) => (
            <>
              {data.length === 0 ? (
                <Text size="sm" c="dimmed">
                  It has posted nothing.
                </Text>
              ) : (
                <EntryTable entries={data.map(jsonOf)} />
              )}
              {hasMore && <Text size="sm">{`Only the first ${mostEntries} entries are shown.`}</Text>}
            </>
          )}
        </Loaded>
      )}
    </Panel>
  );
}

function EntryTable({ entries }: { readonly entries: readonly JsonObject[] }): ReactNode {
  const sumOf = (side: "debit" | "credit"): number => entries.reduce((sum, entry) => sum + Number(entry[side] ?? 0), 0);
  return (
    <Table.ScrollContainer
      minWidth={640}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": "Entries of the ledger" } }}
    >
      <Table className="numbers" aria-label="Ledger">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Date</Table.Th>
            <Table.Th>Account</Table.Th>
            <Table.Th>Against</Table.Th>
            <Table.Th ta="right">Debit</Table.Th>
            <Table.Th ta="right">Credit</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={textAt(entry, "name")}>
              <Table.Td>{shownValue("Date", entry["posting_date"])}</Table.Td>
              <Table.Td>
                {shownValue("Data", entry["account"])}{" "}
                {Number(entry["is_cancelled"]) === 1 && <Tag color="gray">cancelled</Tag>}
              </Table.Td>
              <Table.Td>{shownValue("Data", entry["against"])}</Table.Td>
              <Table.Td ta="right">{shownValue("Currency", entry["debit"])}</Table.Td>
              <Table.Td ta="right">{shownValue("Currency", entry["credit"])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th colSpan={3}>Sum</Table.Th>
            <Table.Th ta="right">{shownValue("Currency", sumOf("debit"))}</Table.Th>
            <Table.Th ta="right">{shownValue("Currency", sumOf("credit"))}</Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </Table.ScrollContainer>
  );
}
