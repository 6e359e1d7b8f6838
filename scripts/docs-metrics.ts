import { maxSeries, metricTable } from "../src/metrics/definitions.ts";
import type { MetricDefinition } from "../src/metrics/family.ts";
import { shownBounds } from "../src/metrics/histogram.ts";

/** The page of all metrics, from their table. */
export function metricsPage(): string {
  const rows = Object.entries(metricTable).map(([name, { type, help, labels }]: [string, MetricDefinition]) => {
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`;
  });
  return [
    "# Metrics",
    "",
    "What a gateway that listens measures of itself. Generated from `src/metrics/definitions.ts` by `npm run docs`.",
    "",
    "```sh",
    "curl http://127.0.0.1:8001/metrics        # Prometheus' text format",
    "curl http://127.0.0.1:8001/api/metrics    # JSON, with p50, p95 and p99 of every histogram in seconds",
    "```",
    "",
    "```yaml",
    "scrape_configs:",
    "  - job_name: switchyard",
    "    static_configs: [{ targets: ['127.0.0.1:8001'] }]",
    "```",
    "",
    "Where the gateway [asks who calls](access.md), this is for operators: give the scraper a key of that role (`authorization: { credentials: swy_… }`).",
    "",
    "| Metric | Type | Labels | Counts |",
    "|---|---|---|---|",
    ...rows,
    "",
    "**Outcomes** of a call: `ok`; `tool_error`, where the tool says that it failed; `error`, ours or the upstream's; `cancelled`. `code` says what failed: one of",
    "[errors](errors.md), or where the upstream's words are known one of [what upstreams say](errors.md#what-upstreams-say). So the table of what fails is",
    '`sum by (code) (rate(switchyard_calls_total{outcome!="ok"}[5m]))`.',
    "",
    `**Buckets** end at ${shownBounds.join(", ")} seconds. Inside, lengths of time are known to an eighth, which is what the JSON's quantiles are made from.`,
    "",
    `**Series are bounded.** A counter has ${maxSeries.counter} at most, a histogram ${maxSeries.histogram}. What comes after that counts in one series whose labels are all \`other\`;`,
    "`switchyard_metric_series` says how near a metric is. `tool` is what the upstream calls the tool, and empty for what is no tool call. No label and no value",
    "holds anything of arguments or results.",
    "",
  ].join("\n");
}
