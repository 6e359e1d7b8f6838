import { cashChart } from "../charts/cash-chart.ts";
import { escaped } from "../charts/svg.ts";
import type { ForecastReport, ReportRow } from "../report-data.ts";
import { grouped, money, wholeUnits } from "../text-table.ts";
import { kpiText } from "./kpi-text.ts";

/** What a printed page shows of each period. */
const columns = [
  ["total_revenue", "Revenue"],
  ["total_expenses", "Expenses"],
  ["tax_paid", "Tax"],
  ["capital_expenditure", "Purchases"],
  ["financing", "Financing"],
  ["net_cash_flow", "Net"],
  ["cash_balance", "Cash"],
] as const satisfies readonly (readonly [keyof ReportRow, string])[];

const style = `
  :root { color-scheme: light; }
  body { font: 11pt/1.45 system-ui, sans-serif; color: #222; max-width: 190mm; margin: 12mm auto; padding: 0 4mm; }
  h1 { font-size: 20pt; margin: 0; } h2 { font-size: 13pt; margin: 8mm 0 2mm; }
  .sub { color: #666; margin: 0 0 6mm; }
  .figures { display: flex; flex-wrap: wrap; gap: 3mm; margin: 0; }
  .figures div { border: 1px solid #ddd; border-radius: 2mm; padding: 2mm 4mm; }
  dt { color: #666; font-size: 9pt; } dd { margin: 0; font-size: 13pt; font-variant-numeric: tabular-nums; }
  svg { max-width: 100%; height: auto; }
  table { border-collapse: collapse; width: 100%; font-size: 9pt; font-variant-numeric: tabular-nums; }
  th, td { padding: 1mm 2mm; border-bottom: 1px solid #e5e5e5; text-align: right; } th { color: #555; }
  th:first-child, td:first-child, .text td { text-align: left; } thead { display: table-header-group; }
  tr, svg, .figures div { break-inside: avoid; } h2 { break-after: avoid; }
  .negative { color: #a33a16; } .critical { color: #a31616; } .warning { color: #8a5a00; }
  @page { size: A4; margin: 14mm; } @media print { body { margin: 0; max-width: none; padding: 0; } }
`;

/** A forecast as one page to read or print: nothing in it is loaded from elsewhere, and nothing runs. */
export function reportHtml(company: string, report: ForecastReport): string {
  const { scenario, currency, start, end } = report;
  const title = `${company}: cash flow ${start} to ${end}`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body>
<h1>${escaped(company)}</h1>
<p class="sub">Cash flow ${start} to ${end}, scenario ${escaped(scenario)}, amounts in ${escaped(currency)}</p>
${figures(report)}
<h2>Cash</h2>
${cashChart(`Cash flow, ${scenario}`, report.periods, currency)}
${attention(report)}
<h2>Periods</h2>
${periods(report)}
<h2>Key figures</h2>
${keyFigures(report)}
</body>
</html>
`;
}

function figures({ currency, opening_cash: opening, summary, health }: ForecastReport): string {
  const shown = [
    ["Opening cash", money(opening, currency)],
    ["Final cash", money(summary.final_cash, currency)],
    ["Lowest cash", money(summary.lowest_cash, currency)],
    ["Cash runs out", summary.ruin_month ?? "not in these periods"],
    ["Health", `${health.score} of 100, ${health.band}`],
  ];
  return `<dl class="figures">${shown.map(([name = "", value = ""]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join("")}</dl>`;
}

function attention({ alerts, notes }: ForecastReport): string {
  const items = [
    ...alerts.map(
      ({ level, message, recommendation }) =>
        `<li class="${level}"><strong>${level}</strong>: ${escaped(`${message} ${recommendation}`)}</li>`,
    ),
    ...notes.map((note) => `<li>${escaped(note)}</li>`),
  ];
  return items.length === 0 ? "" : `<h2>Attention</h2>\n<ul>${items.join("")}</ul>`;
}

function periods({ periods: rows }: ForecastReport): string {
  const head = ["Period", ...columns.map(([, title]) => title)].map((title) => `<th>${title}</th>`).join("");
  const body = rows.map((row) => {
    const cells = columns.map(([name]) => {
      const value = row[name];
      return `<td${value < 0 ? ' class="negative"' : ""}>${wholeUnits(value)}</td>`;
    });
    return `<tr><td>${escaped(row.period)}</td>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function keyFigures({ kpis, health, currency }: ForecastReport): string {
  const rows = kpis.map(
    ({ name, value, unit, formula, note }) =>
      `<tr><td>${escaped(name.replaceAll("_", " "))}</td><td>${escaped(kpiText(value, unit, currency))}</td><td>${escaped(note ?? formula)}</td></tr>`,
  );
  const parts = health.parts.map(({ name, points, most, reason }) =>
    escaped(`${name} ${grouped(points, 0)} of ${most}: ${reason}`),
  );
  return `<p>Health: ${parts.join("; ")}.</p><table class="text"><thead><tr><th>Figure</th><th>Value</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
