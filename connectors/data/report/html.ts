import { chartSvg } from "../../shared/charts/chart.ts";
import { type Table, cellText } from "../../shared/table.ts";
import type { Report, Section } from "./report.ts";

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:13px}
th,td{border-bottom:1px solid #ddd;padding:.3rem .5rem;text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}footer,.note{color:#666;font-size:13px}`;

/** A report as one page that needs nothing from elsewhere, has no script, and may load nothing. */
export function reportHtml({ title, createdAt, sections }: Report): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><h1>${escaped(title)}</h1>
${sections.map(sectionHtml).join("\n")}
<footer>${escaped(createdAt)}</footer></body></html>
`;
}

function sectionHtml({ heading, text, table, chart }: Section): string {
  const paragraphs = (text ?? "").split(/\n{2,}/).filter((each) => each.trim() !== "");
  return [
    ...(heading === undefined ? [] : [`<h2>${escaped(heading)}</h2>`]),
    ...paragraphs.map((each) => `<p>${escaped(each)}</p>`),
    ...(chart === undefined || table === undefined ? [] : [chartSvg(chart, table)]),
    ...(table === undefined ? [] : [tableHtml(table)]),
  ].join("\n");
}

function tableHtml({ columns, rows, truncated }: Table): string {
  const head = columns.map(({ name }) => `<th>${escaped(name)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cellHtml).join("")}</tr>`).join("\n");
  const note = truncated === undefined ? "" : `\n<p class="note">Only the first ${rows.length} rows.</p>`;
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>${note}`;
}

function cellHtml(cell: unknown): string {
  return `<td${typeof cell === "number" ? ' class="n"' : ""}>${escaped(cellText(cell))}</td>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
