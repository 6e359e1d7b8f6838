import { type Json, textOf } from "../json.ts";
import { thrown } from "../raised.ts";
import type { SiteState } from "../site.ts";

/** One column of a statement: its days, and the key and label of its values. */
export interface Period {
  readonly key: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const lengths: Readonly<Record<string, number>> = { Monthly: 1, Quarterly: 3, "Half-Yearly": 6, Yearly: 12 };

/** The periods that a statement's filters ask for. @throws {Raised} `ValidationError` — the filters name no days. */
export function periodsIn(site: SiteState, filters: Json): readonly Period[] {
  const [from, to] = spanIn(site, filters);
  const periodicity = textOf(filters["periodicity"]) || "Yearly";
  const length = lengths[periodicity] ?? 12;
  const found: Period[] = [];
  let start = new Date(`${from}T00:00:00Z`);
  while (day(start) <= to && found.length < 60) {
    const next = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + length, 1));
    const end = [day(new Date(next.getTime() - 86_400_000)), to].toSorted()[0] ?? to;
    const month = months[Number(end.slice(5, 7)) - 1] ?? "";
    const year = end.slice(0, 4);
    const label = length === 12 ? year : `${month.charAt(0).toUpperCase()}${month.slice(1)} ${year}`;
    found.push({ key: `${month}_${year}`, label, from: day(start), to: end });
    start = next;
  }
  return found;
}

/** First and last day of what the filters ask for: of fiscal years, or as they are given. */
export function spanIn(site: SiteState, filters: Json): readonly [string, string] {
  const years = [
    filters["from_fiscal_year"] ?? filters["fiscal_year"],
    filters["to_fiscal_year"] ?? filters["fiscal_year"],
  ];
  const [first, last] = years.map((year) => site.store.get("Fiscal Year", textOf(year)));
  const isByDate = filters["filter_based_on"] === "Date Range" || first === undefined;
  const from = isByDate ? (filters["period_start_date"] ?? filters["from_date"]) : first["year_start_date"];
  const to = isByDate ? (filters["period_end_date"] ?? filters["to_date"]) : last?.["year_end_date"];
  if (textOf(from) === "" || textOf(to) === "") throw thrown("ValidationError", "From Date and To Date are mandatory");
  return [textOf(from), textOf(to)];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
