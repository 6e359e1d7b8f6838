import { Alert, Button, Group, Image, Select, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Address, SetAddress } from "../address.ts";
import type { Json, JsonObject, ToolResult } from "../answers.ts";
import { askTool, useMayUse } from "../ask.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { countText } from "../text.ts";
import { computed } from "./ask.ts";
import { textAt } from "./json.ts";

/** A column that can be drawn along or up. */
export interface ChartColumn {
  readonly name: string;
  readonly label: string;
  readonly isNumber: boolean;
}

/** What is drawn, as the address says it: `bar by customer sum of outstanding_amount`. */
interface Drawing {
  readonly kind: "bar" | "line" | "pie";
  readonly by: string;
  /** The column that is summed; undefined where rows are counted. */
  readonly sum: string | undefined;
}

const kinds = ["bar", "line", "pie"] as const;
/** Rows that are computed of. */
const mostRows = 10_000;

/** A report has no column that every row has, by which rows could be counted: of it something is summed. */
function mayCount(rows: JsonObject): boolean {
  return rows["doctype"] !== undefined;
}

function drawingIn(text: string | undefined, columns: readonly ChartColumn[], rows: JsonObject): Drawing {
  const [, kind, by, sum] = /^(bar|line|pie) by (\S+)(?: sum of (\S+))?$/.exec(text ?? "") ?? [];
  const first = columns.find(({ isNumber, name }) => !isNumber && name !== "name");
  return {
    kind: kinds.find((each) => each === kind) ?? "bar",
    by: by ?? first?.name ?? "",
    sum: sum ?? (mayCount(rows) ? undefined : columns.find(({ isNumber }) => isNumber)?.name),
  };
}

function drawingText({ kind, by, sum }: Drawing): string {
  return `${kind} by ${by}${sum === undefined ? "" : ` sum of ${sum}`}`;
}

/** Opens the chart, where the visitor may have one drawn and it is not there yet. */
export function ChartButton(given: {
  readonly site: string;
  readonly search: Address;
  readonly set: SetAddress;
  readonly size?: "xs";
}): ReactNode {
  const { site, search, set, size } = given;
  const mayChart = useMayUse(site, "chart_business_data");
  if (!mayChart || search["chart"] !== undefined) return null;
  return (
    <Button
      variant="default"
      {...(size !== undefined && { size })}
      onClick={() => {
        set({ chart: "bar" });
      }}
    >
      Chart
    </Button>
  );
}

/** A chart of all the rows of a list or a report, drawn by the connector, with its figures below. */
export function ChartPanel(given: {
  readonly site: string;
  /** Which rows, as the tool takes them. */
  readonly rows: JsonObject;
  readonly columns: readonly ChartColumn[];
  readonly search: Address;
  readonly set: SetAddress;
}): ReactNode {
  const { site, rows, columns, search, set } = given;
  const drawing = drawingIn(search["chart"], columns, rows);
  const change = (next: Partial<Drawing>): void => {
    set({ chart: drawingText({ ...drawing, ...next }) });
  };
  return (
    <Panel
      title="Chart"
      aside={
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            set({ chart: undefined });
          }}
        >
          Close the chart
        </Button>
      }
    >
      <Choices drawing={drawing} columns={columns} isCounting={mayCount(rows)} change={change} />
      {drawing.by !== "" && (mayCount(rows) || drawing.sum !== undefined) && (
        <Drawn site={site} rows={rows} drawing={drawing} columns={columns} />
      )}
    </Panel>
  );
}

function Choices(given: {
  readonly drawing: Drawing;
  readonly columns: readonly ChartColumn[];
  readonly isCounting: boolean;
  readonly change: (next: Partial<Drawing>) => void;
}): ReactNode {
  const { drawing, columns, isCounting, change } = given;
  const optionOf = ({ name, label }: ChartColumn) => ({ value: name, label });
  return (
    <Group gap="sm" align="flex-end" mb="sm">
      <Select
        label="As"
        w={110}
        allowDeselect={false}
        data={[
          { value: "bar", label: "Bars" },
          { value: "line", label: "A line" },
          { value: "pie", label: "A pie" },
        ]}
        value={drawing.kind}
        onChange={(next) => {
          change({ kind: kinds.find((kind) => kind === next) ?? "bar" });
        }}
      />
      <Select
        label="By"
        w={200}
        searchable
        allowDeselect={false}
        data={columns.filter(({ name }) => name !== "name").map(optionOf)}
        value={drawing.by}
        onChange={(by) => {
          change({ by: by ?? drawing.by });
        }}
      />
      <Select
        label="Sum of"
        w={200}
        clearable={isCounting}
        allowDeselect={isCounting}
        {...(isCounting && { placeholder: "nothing: count them" })}
        data={columns.filter(({ isNumber, name }) => isNumber && name !== drawing.by).map(optionOf)}
        value={drawing.sum ?? null}
        onChange={(sum) => {
          change({ sum: sum ?? undefined });
        }}
      />
    </Group>
  );
}

function Drawn(given: {
  readonly site: string;
  readonly rows: JsonObject;
  readonly drawing: Drawing;
  readonly columns: readonly ChartColumn[];
}): ReactNode {
  const { site, rows, drawing, columns } = given;
  const { kind, by, sum } = drawing;
  const up = sum ?? "name";
  const args = {
    ...rows,
    ...(mayCount(rows) && { fields: [...new Set([by, up])] }),
    chart_type: kind,
    x: by,
    y: [up],
    aggregate: sum === undefined ? "count" : "sum",
    limit: mostRows,
  };
  const answer = useQuery({
    queryKey: [computed, site, "chart_business_data", args],
    queryFn: ({ signal }) => askTool(site, "chart_business_data", args, signal),
    staleTime: Infinity,
  });
  const labelOf = (name: string): string => columns.find((each) => each.name === name)?.label ?? name;
  const title = `${sum === undefined ? "Count" : labelOf(sum)} by ${labelOf(by)}`;
  return <Loaded query={answer}>{(result) => <Picture result={result} title={title} />}</Loaded>;
}

function Picture({ result, title }: { readonly result: ToolResult; readonly title: string }): ReactNode {
  const image = result.content?.find(({ type }) => type === "image");
  const { structuredContent } = result;
  const points = pointsIn(structuredContent);
  if (points.length === 0)
    return (
      <Text size="sm" c="dimmed">
        There is nothing to draw.
      </Text>
    );
  return (
    <>
      {isObject(structuredContent) && structuredContent["is_partial"] === true && (
        <Alert color="orange" variant="light" p="sm" mb="sm">
          {`It is drawn of the first ${countText(mostRows)} rows: narrow the list.`}
        </Alert>
      )}
      {image?.data !== undefined && (
        <Image
          className="drawing"
          src={`data:${image.mimeType ?? ""};base64,${image.data}`}
          alt={`${title}: its figures are in the table below`}
          fit="contain"
        />
      )}
      <Figures points={points} title={title} />
    </>
  );
}

/** Figures that are told of one chart. */
const mostFigures = 100;

function Figures({ points, title }: { readonly points: readonly Point[]; readonly title: string }): ReactNode {
  return (
    <Table className="numbers" mt="sm" captionSide="top">
      <Table.Caption>{title}</Table.Caption>
      <Table.Tbody>
        {points.slice(0, mostFigures).map(([name, value], at) => (
          <Table.Tr key={`${at} ${name}`}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{name === "" ? "none" : name}</Table.Td>
            <Table.Td ta="right">{value.toLocaleString("en", { maximumFractionDigits: 2 })}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** What stands along, and how much. */
type Point = readonly [string, number];

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** What a chart shows, from its option. */
function pointsIn(structured: Json | undefined): readonly Point[] {
  const option = isObject(structured) ? structured["option"] : undefined;
  if (!isObject(option)) return [];
  const [series] = listOf(option["series"]);
  const values = isObject(series) ? listOf(series["data"]) : [];
  const { xAxis } = option;
  const names = isObject(xAxis) ? listOf(xAxis["data"]) : [];
  return values.map((value, at) =>
    isObject(value) ? [textAt(value, "name"), Number(value["value"])] : [textOf(names[at]), Number(value)],
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
