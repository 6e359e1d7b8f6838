import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Chart } from "../../shared/charts/chart.ts";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";
import { type Desk, type Visitor, answer, pageOf, tellChanged } from "../desk/desk.ts";
import { doctypeUse } from "../desk/uses.ts";
import { picture } from "./analyze.ts";
import { asked } from "./shapes.ts";

/** Dashboards and charts on the site itself, for the people who look at it there. */
export function dashboardTools(desk: Desk): readonly Tool[] {
  return [createDashboard(desk), createChart(desk), listDashboards(desk)];
}

const name = z.string().min(1).max(140);

function createDashboard(desk: Desk): Tool {
  return tool({
    name: "create_dashboard",
    title: "Create a dashboard on the site",
    description: "Creates a dashboard on the site of charts that are there, and shares it with users.",
    input: z.object({
      dashboard_name: name,
      chart_names: z.array(name).min(1).max(50),
      width: z.enum(["Half", "Full"]).default("Half").describe("Of each chart."),
      share_with: z.array(z.string().max(140)).max(50).default([]).describe("Users, by their e-mail address."),
    }),
    output: z.object({
      dashboard_id: z.string(),
      dashboard_url: z.string(),
      charts_linked: z.int(),
      shared_count: z.int(),
      warnings: z.array(z.string()),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    run: async ({ dashboard_name: title, chart_names: charts, width, share_with: users }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const values = { dashboard_name: title, charts: charts.map((chart) => ({ chart, width })) };
      const { doc, messages } = await visitor.client.create("Dashboard", values, signal);
      const id = String(doc["name"]);
      tellChanged(desk, "Dashboard", id);
      const unshared: string[] = [];
      for (const user of users) {
        const why = await shared(visitor, id, user, signal);
        if (why !== undefined) unshared.push(`Not shared with ${user}: ${why}`);
      }
      const structured = {
        dashboard_id: id,
        dashboard_url: `${desk.url}/app/dashboard-view/${encodeURIComponent(id)}`,
        charts_linked: charts.length,
        shared_count: users.length - unshared.length,
        warnings: [...messages, ...unshared],
      };
      return answer(visitor, structured, []);
    },
  });
}

/** Shares a dashboard; why that was refused, where it was. */
async function shared({ client }: Visitor, id: string, user: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    await client.call("frappe.share.add", { doctype: "Dashboard", name: id, user, read: 1 }, {}, signal);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof FrappeError) return thrown.message;
    throw thrown;
  }
}

const chartTypes = ["line", "bar", "percentage", "pie", "donut", "heatmap"] as const;

/** How the site calls them, and how they are drawn here. */
const kinds = {
  line: ["Line", "line"],
  bar: ["Bar", "bar"],
  percentage: ["Percentage", "pie"],
  pie: ["Pie", "pie"],
  donut: ["Donut", "pie"],
  heatmap: ["Heatmap", "bar"],
} as const satisfies Record<(typeof chartTypes)[number], readonly [string, Chart["kind"]]>;

const chartInput = z.object({
  chart_name: name,
  chart_type: z.enum(chartTypes),
  doctype: asked.doctype,
  aggregate_function: z.enum(["Count", "Sum", "Average", "Group By"]),
  based_on: z
    .string()
    .max(140)
    .optional()
    .describe("Count, Sum, Average: the field of dates along. Group By: the field whose values make the groups."),
  value_based_on: z.string().max(140).optional().describe("Sum, Average, and Group By of sums: the field of numbers."),
  group_by_type: z.enum(["Count", "Sum", "Average"]).default("Count").describe("Group By: what is made of each group."),
  timespan: z.enum(["Last Year", "Last Quarter", "Last Month", "Last Week"]).default("Last Year"),
  time_interval: z.enum(["Yearly", "Quarterly", "Monthly", "Weekly", "Daily"]).default("Monthly"),
  filters: z.array(z.array(z.unknown()).length(3)).max(50).default([]).describe('[["status", "=", "Overdue"]]'),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .optional(),
  dashboard_name: name.optional().describe("A dashboard of the site to which it is added."),
});

function createChart(desk: Desk): Tool {
  return tool({
    name: "create_dashboard_chart",
    title: "Create a chart on the site",
    description:
      "Creates a dashboard chart on the site and gives what it shows: data points, a picture (SVG) and an option of ECharts. To draw without leaving anything on the site, use chart_business_data.",
    input: chartInput,
    output: z.object({
      chart_id: z.string(),
      chart_url: z.string(),
      chart_validated: z.boolean().describe("Whether the site could draw it."),
      data_points: z.int(),
      added_to_dashboard: z.boolean(),
      warnings: z.array(z.string()),
      option: z.looseObject({}).optional(),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    run: async (args, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      desk.masks.check(args.doctype, {
        fields: [args.based_on ?? "", args.value_based_on ?? ""],
        filters: args.filters,
      });
      const { doc, messages } = await visitor.client.create("Dashboard Chart", chartValues(args), signal);
      const id = String(doc["name"]);
      tellChanged(desk, "Dashboard Chart", id);
      const points = await pointsOf(visitor, id, signal);
      const dashboard = args.dashboard_name;
      if (dashboard !== undefined) await added(desk, visitor, dashboard, id, signal);
      const base = {
        chart_id: id,
        chart_url: pageOf(desk, "Dashboard Chart", id),
        chart_validated: typeof points !== "string",
        data_points: typeof points === "string" ? 0 : points.length,
        added_to_dashboard: dashboard !== undefined,
        warnings: [...messages, ...(typeof points === "string" ? [`The site could not draw it: ${points}`] : [])],
      };
      if (typeof points === "string" || points.length === 0) return answer(visitor, base, []);
      const table = {
        columns: ["label", "value"].map((column) => ({ name: column, type: undefined })),
        rows: points.map(({ label, value }) => [label, value]),
        truncated: undefined,
      };
      const chart = { kind: kinds[args.chart_type][1], x: "label", y: ["value"] };
      const { option, svg } = await desk.apart.run({ kind: "chart", table, chart }, signal);
      const structured = { ...base, option: { ...option } };
      return { ...answer(visitor, structured, []), content: picture(svg, structured) };
    },
  });
}

function chartValues(args: z.output<typeof chartInput>): JsonObject {
  const { chart_name: title, chart_type: type, doctype, aggregate_function: aggregate, based_on: along } = args;
  const { value_based_on: value, group_by_type: groupBy, timespan, time_interval: interval, filters, color } = args;
  if (along === undefined) throw new ToolFailure(`${aggregate} needs based_on, a field of ${doctype}`);
  const needsValue =
    aggregate === "Sum" || aggregate === "Average" || (aggregate === "Group By" && groupBy !== "Count");
  if (needsValue && value === undefined)
    throw new ToolFailure(`${aggregate} needs value_based_on, a field of numbers of ${doctype}`);
  const common = {
    chart_name: title,
    chart_type: aggregate,
    document_type: doctype,
    type: kinds[type][0],
    filters_json: JSON.stringify(filters.map(([field, operator, of]) => [doctype, field, operator, of, false])),
    dynamic_filters_json: "[]",
    is_public: 0,
    ...(color !== undefined && { color }),
  };
  if (aggregate === "Group By") {
    return {
      ...common,
      group_by_based_on: along,
      group_by_type: groupBy,
      ...(groupBy !== "Count" && { aggregate_function_based_on: value }),
    };
  }
  return {
    ...common,
    based_on: along,
    timeseries: 1,
    timespan,
    time_interval: interval,
    ...(needsValue && { value_based_on: value }),
  };
}

interface Point {
  readonly label: string;
  readonly value: number;
}

/** What the site draws of a chart; or why it cannot, as a text. */
async function pointsOf({ client }: Visitor, id: string, signal: AbortSignal): Promise<readonly Point[] | string> {
  try {
    const method = "frappe.desk.doctype.dashboard_chart.dashboard_chart.get";
    const { value } = await client.call(method, { chart_name: id, refresh: 1 }, { isReading: true }, signal);
    const { labels, datasets } = isJsonObject(value) ? value : {};
    const [first]: readonly unknown[] = Array.isArray(datasets) ? datasets : [];
    const values = isJsonObject(first) && Array.isArray(first["values"]) ? first["values"] : [];
    return (Array.isArray(labels) ? labels : []).map((label: unknown, at) => ({
      label: String(label),
      value: Number(values[at] ?? 0),
    }));
  } catch (thrown) {
    if (thrown instanceof FrappeError) return thrown.message;
    throw thrown;
  }
}

async function added(
  desk: Desk,
  { client }: Visitor,
  dashboard: string,
  chart: string,
  signal: AbortSignal,
): Promise<void> {
  const doc = await client.read("Dashboard", dashboard, signal);
  const charts = Array.isArray(doc["charts"]) ? doc["charts"] : [];
  const modified = stringAt(doc, "modified");
  const changes = { charts: [...charts, { chart, width: "Half" }], ...(modified !== undefined && { modified }) };
  await client.update("Dashboard", dashboard, changes, signal);
  tellChanged(desk, "Dashboard", dashboard);
}

function listDashboards(desk: Desk): Tool {
  return tool({
    name: "list_user_dashboards",
    title: "List dashboards",
    description: "Lists the dashboards of the site that the user may see, with their charts.",
    input: z.object({
      only_own: z.boolean().default(false).describe("Only those that the user made."),
      limit: z.int().min(1).max(100).default(20),
      offset: z.int().min(0).default(0),
    }),
    output: z.object({
      dashboards: z.array(
        z.object({
          name: z.string(),
          owner: z.string(),
          modified: z.string(),
          charts: z.array(z.string()),
          url: z.string(),
        }),
      ),
      has_more: z.boolean(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ only_own: isOwn, limit, offset }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const { client } = visitor;
      const filters = isOwn ? { owner: await client.user(signal) } : {};
      const query = { fields: ["name", "owner", "modified"], filters, start: offset, limit: limit + 1 };
      const rows = await client.list("Dashboard", query, signal);
      const dashboards = await Promise.all(
        rows.slice(0, limit).map(async (row) => {
          const id = String(row["name"]);
          const { charts } = await client.read("Dashboard", id, signal);
          return {
            name: id,
            owner: stringAt(row, "owner") ?? "",
            modified: stringAt(row, "modified") ?? "",
            charts: (Array.isArray(charts) ? charts.filter(isJsonObject) : []).map(({ chart }) => String(chart)),
            url: `${desk.url}/app/dashboard-view/${encodeURIComponent(id)}`,
          };
        }),
      );
      return answer(visitor, { dashboards, has_more: rows.length > limit }, [doctypeUse("Dashboard")]);
    },
  });
}
