import { Button, Group, Select, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { tableCsv } from "../../../connectors/shared/csv.ts";
import { type Address, type SetAddress, useAddress } from "../address.ts";

import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { saveFile } from "../parts/save-file.ts";
import { countText } from "../text.ts";
import type { DocTypeAnswer, ListAnswer } from "./answers.ts";
import { useAnswer, useDocType } from "./ask.ts";
import { ChartButton, ChartPanel } from "./chart-panel.tsx";
import { conditionsIn, filtersOf } from "./conditions.ts";
import { askable, columnOf, isNumeric } from "./fields.ts";
import { FilterBar } from "./filter-bar.tsx";
import { DocumentLink, Trail } from "./links.tsx";
import { ColumnChoice, ListTable } from "./list-table.tsx";

const pageRows = 20;

/** Documents of one DocType: which, in what order, and what of them is shown stands in the address. */
export function ListView({ site, doctype }: { readonly site: string; readonly doctype: string }): ReactNode {
  const [search, set] = useAddress("/documents");
  const docType = useDocType(site, doctype);
  return (
    <Page title={doctype} says={<Trail site={site} />}>
      {docType.isPlaceholderData ? null : (
        <Loaded query={docType}>
          {(known) =>
            known.single ? (
              <Panel>
                <Empty title="There is one document of it">
                  <DocumentLink site={site} doctype={doctype} name={doctype} />
                </Empty>
              </Panel>
            ) : (
              <Documents site={site} docType={known} search={search} set={set} />
            )
          }
        </Loaded>
      )}
    </Page>
  );
}

/** What is asked for, as the tools take it. */
function questionOf(doctype: string, search: Address) {
  const filters = filtersOf(conditionsIn(search["filters"]));
  const columns = search["columns"]?.split(",").filter(Boolean);
  const from = Number(search["from"] ?? 0);
  return {
    rows: { doctype, ...(filters.length > 0 && { filters }) },
    // The name leads to the document, and its state is told beside it.
    fields: columns && [...new Set(["name", ...columns, "docstatus"])],
    columns,
    offset: Number.isInteger(from) && from > 0 ? from : 0,
  };
}

function Documents(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly search: Address;
  readonly set: SetAddress;
}): ReactNode {
  const { site, docType, search, set } = given;
  const { rows, fields, columns, offset } = questionOf(docType.doctype, search);
  const order = search["order"];
  const answer = useAnswer<ListAnswer>(site, "list_documents", {
    ...rows,
    ...(fields !== undefined && { fields }),
    ...(order !== undefined && { order_by: order }),
    limit: pageRows,
    offset,
  });
  const shown = columns ?? usualColumns(answer.data);
  return (
    <>
      <Panel>
        <FilterBar site={site} docType={docType} search={search} set={set} />
        <Group gap="sm" align="flex-end" my="sm">
          <OrderChoice docType={docType} order={order} set={set} />
          <ColumnChoice docType={docType} columns={shown} set={set} />
          <ChartButton site={site} search={search} set={set} />
          <Button
            variant="default"
            disabled={answer.data === undefined || answer.data.count === 0}
            onClick={() => {
              if (answer.data !== undefined) exportRows(docType, shown, answer.data);
            }}
          >
            Save as CSV
          </Button>
        </Group>
        <Loaded query={answer}>
          {(list) =>
            list.count === 0 ? (
              <Empty title="Nothing is like this">No document that you may see fits what is chosen above.</Empty>
            ) : (
              <>
                <ListTable site={site} docType={docType} columns={shown} rows={list.data} />
                <Pages offset={offset} list={list} set={set} />
              </>
            )
          }
        </Loaded>
      </Panel>
      {search["chart"] !== undefined && (
        <ChartPanel
          site={site}
          rows={rows}
          columns={askable(docType).map(({ name, label, type }) => ({ name, label, isNumber: isNumeric(type) }))}
          search={search}
          set={set}
        />
      )}
    </>
  );
}

/** What the site's own list shows, besides what is told of each row anyway. */
function usualColumns(list: ListAnswer | undefined): readonly string[] {
  const [first = {}] = list?.data ?? [];
  return Object.keys(first).filter((name) => name !== "name" && name !== "docstatus");
}

function OrderChoice(given: {
  readonly docType: DocTypeAnswer;
  readonly order: string | undefined;
  readonly set: SetAddress;
}): ReactNode {
  const { docType, order = "modified desc", set } = given;
  const [field, direction] = order.split(" ");
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <Select
        label="Order by"
        w={180}
        searchable
        allowDeselect={false}
        data={askable(docType).map(({ name, label }) => ({ value: name, label }))}
        value={field ?? null}
        onChange={(next) => {
          set({ order: `${next ?? field} ${direction ?? "desc"}`, from: undefined });
        }}
      />
      <Button
        variant="default"
        px="sm"
        aria-label={`${direction === "asc" ? "Smallest" : "Largest"} first: turn it round`}
        onClick={() => {
          set({ order: `${field} ${direction === "asc" ? "desc" : "asc"}`, from: undefined });
        }}
      >
        {direction === "asc" ? "↑" : "↓"}
      </Button>
    </Group>
  );
}

function Pages(given: { readonly offset: number; readonly list: ListAnswer; readonly set: SetAddress }): ReactNode {
  const { offset, list, set } = given;
  const { count, total_count: total, has_more: hasMore } = list;
  const go = (from: number): void => {
    set({ from: from <= 0 ? undefined : String(from) });
  };
  return (
    <Group justify="space-between" mt="sm">
      <Text size="sm" c="dimmed" role="status">
        {`${countText(offset + 1)} to ${countText(offset + count)}${total === undefined ? "" : ` of ${countText(total)}`}`}
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          disabled={offset === 0}
          onClick={() => {
            go(offset - pageRows);
          }}
        >
          Earlier ones
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={!hasMore}
          onClick={() => {
            go(offset + pageRows);
          }}
        >
          Further ones
        </Button>
      </Group>
    </Group>
  );
}

/** What is shown, as a file: masked where it is masked. */
function exportRows(docType: DocTypeAnswer, columns: readonly string[], list: ListAnswer): void {
  const names = ["name", ...columns, ...(docType.submittable ? ["docstatus"] : [])];
  const text = tableCsv({
    columns: names.map((name) => ({ name: columnOf(docType, name).label, type: undefined })),
    rows: list.data.map((row) => names.map((name) => row[name] ?? null)),
    truncated: undefined,
  });
  saveFile(`${docType.doctype}.csv`, "text/csv", text);
}
