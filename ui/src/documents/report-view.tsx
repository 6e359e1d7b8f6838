import { Alert, Button, Group, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { type Address, type SetAddress, useAddress } from "../address.ts";
import type { JsonObject } from "../answers.ts";
import { askTool } from "../ask.ts";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { saveFile } from "../parts/save-file.ts";
import { tell } from "../parts/told.ts";
import { countText, plural } from "../text.ts";
import type { ReportAnswer, RequirementsAnswer } from "./answers.ts";
import { useComputed } from "./ask.ts";
import { ChartButton, ChartPanel } from "./chart-panel.tsx";
import { conditionsIn } from "./conditions.ts";
import { isNumeric, shownValue } from "./fields.ts";
import { jsonOf, textAt } from "./json.ts";
import { Trail } from "./links.tsx";
import { ReportFilters } from "./report-filters.tsx";

/** Rows that are shown; the file has all. */
const mostRows = 500;

/** One of the site's reports: its filters, which stand in the address, and what it says. */
export function ReportView({ site, report }: { readonly site: string; readonly report: string }): ReactNode {
  const [search, set] = useAddress("/documents");
  const needs = useComputed<RequirementsAnswer>(site, "report_requirements", { report_name: report });
  return (
    <Page title={report} says={<Trail site={site} />}>
      {!needs.isPlaceholderData && (
        <Loaded query={needs}>
          {(known) => (
            <>
              <Panel title="Filters">
                <ReportFilters site={site} needs={known} search={search} set={set} />
              </Panel>
              <Said site={site} needs={known} search={search} set={set} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}

interface Asked {
  readonly site: string;
  readonly needs: RequirementsAnswer;
  readonly search: Address;
  readonly set: SetAddress;
}

/** What the address says of the filters, once what is required is there; undefined before. */
function filtersFrom({ required_filters: required }: RequirementsAnswer, search: Address): JsonObject | undefined {
  const given = conditionsIn(search["filters"]).map(({ field, value }) => [field, value] as const);
  const filters: JsonObject = Object.fromEntries(given);
  const isWhole = required.every(({ name }) => filters[name] !== undefined);
  return isWhole ? filters : undefined;
}

function Said({ site, needs, search, set }: Asked): ReactNode {
  const filters = filtersFrom(needs, search);
  const args = { report_name: needs.report_name, filters: filters ?? {} };
  const answer = useComputed<ReportAnswer>(
    site,
    "generate_report",
    { ...args, limit: mostRows },
    filters !== undefined,
  );
  if (filters === undefined)
    return (
      <Panel>
        <Empty title="It has not been run yet">Fill in what is marked above, and run it.</Empty>
      </Panel>
    );
  return (
    <>
      <Panel
        aside={
          <Buttons site={site} args={args} search={search} set={set} isThere={(answer.data?.data?.length ?? 0) > 0} />
        }
      >
        {answer.isPlaceholderData ? null : (
          <Loaded query={answer}>{(said) => <Rows said={said} again={() => void answer.refetch()} />}</Loaded>
        )}
      </Panel>
      {search["chart"] !== undefined && answer.data !== undefined && (
        <ChartPanel
          site={site}
          rows={args}
          columns={answer.data.columns.map(({ name, label, type }) => ({ name, label, isNumber: isNumeric(type) }))}
          search={search}
          set={set}
        />
      )}
    </>
  );
}

function Buttons(given: {
  readonly site: string;
  readonly args: JsonObject;
  readonly search: Address;
  readonly set: SetAddress;
  readonly isThere: boolean;
}): ReactNode {
  const { site, args, search, set, isThere } = given;
  return (
    <Group gap="sm">
      {isThere && <ChartButton site={site} search={search} set={set} size="xs" />}
      <Button
        size="xs"
        variant="default"
        disabled={!isThere}
        onClick={() => void tell(async () => fetchCsv(site, args), "The report is there")}
      >
        Save as CSV
      </Button>
    </Group>
  );
}

async function fetchCsv(site: string, args: JsonObject): Promise<void> {
  const { content = [] } = await askTool(
    site,
    "generate_report",
    { ...args, format: "csv" },
    new AbortController().signal,
  );
  const resource = content.find((part) => part.resource !== undefined)?.resource;
  saveFile(`${textAt(args, "report_name")}.csv`, "text/csv", resource?.text ?? "");
}

function Rows({ said, again }: { readonly said: ReportAnswer; readonly again: () => void }): ReactNode {
  const { data = [], row_count: count, prepared_at: preparedAt } = said;
  return (
    <>
      {preparedAt !== undefined && (
        <Alert color="blue" variant="light" p="sm" mb="sm">
          {`The site prepared it at ${preparedAt}, in its time zone.`}
        </Alert>
      )}
      <Group gap="sm" mb="sm">
        <Text size="sm" c="dimmed" role="status">
          {`${plural(count, "row")}${data.length < count ? `, of which the first ${countText(data.length)} are shown` : ""}`}
        </Text>
        <Button size="compact-xs" variant="default" onClick={again}>
          Run it again
        </Button>
      </Group>
      {count === 0 ? (
        <Empty title="It says nothing">There is no row for these filters.</Empty>
      ) : (
        <RowTable said={said} />
      )}
    </>
  );
}

function RowTable({ said }: { readonly said: ReportAnswer }): ReactNode {
  const { columns, data = [] } = said;
  return (
    <Table.ScrollContainer
      minWidth={Math.min(columns.length * 110, 1400)}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": said.report_name } }}
    >
      <Table striped className="numbers">
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ name, label, type }) => (
              <Table.Th key={name} ta={isNumeric(type) ? "right" : "left"}>
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((row, at) => {
            const cells = jsonOf(Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
            return (
              // Rows of a report have no name.
              <Table.Tr key={at}>
                {columns.map(({ name, type }) => (
                  <Table.Td
                    key={name}
                    ta={isNumeric(type) ? "right" : "left"}
                    className={type === "Date" ? "unbroken" : ""}
                  >
                    {shownValue(type, cells[name])}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
