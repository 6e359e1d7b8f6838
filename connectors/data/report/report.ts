import type { Chart } from "../../shared/charts/chart.ts";
import type { Table } from "../../shared/table.ts";

/** Forms in which a report can be written. */
export const formats = ["html", "csv", "json", "xlsx"] as const;

export type Format = (typeof formats)[number];

/** One part of a report, from the top: its heading, its text, its drawing, its rows. */
export interface Section {
  readonly heading: string | undefined;
  readonly text: string | undefined;
  readonly table: Table | undefined;
  readonly chart: Chart | undefined;
}

/** What a report says, before it is written in any form. */
export interface Report {
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sections: readonly Section[];
}

/** A report that cannot be written so; the message says why, for whoever asked. */
export class ReportRefused extends Error {
  override readonly name = "ReportRefused";
}
