import { type Field, field } from "../doctype.ts";

const company = field("company", "Link", { options: "Company", reqd: true });
const from_date = field("from_date", "Date", { reqd: true });
const to_date = field("to_date", "Date", { reqd: true });
const party = field("party", "Data");
const year = { options: "Fiscal Year", reqd: true };
const fiscal = [
  company,
  field("filter_based_on", "Select", { options: "Fiscal Year\nDate Range", default: "Fiscal Year", reqd: true }),
  field("from_fiscal_year", "Link", { ...year, label: "Start Year" }),
  field("to_fiscal_year", "Link", { ...year, label: "End Year" }),
  field("period_start_date", "Date", { label: "Start Date" }),
  field("period_end_date", "Date", { label: "End Date" }),
  field("periodicity", "Select", { options: "Monthly\nQuarterly\nHalf-Yearly\nYearly", default: "Yearly", reqd: true }),
];

const filters: Readonly<Record<string, readonly Field[]>> = {
  "General Ledger": [company, from_date, to_date, field("account", "Link", { options: "Account" }), party],
  "Trial Balance": [
    company,
    field("fiscal_year", "Link", year),
    from_date,
    to_date,
    field("show_zero_values", "Check", { label: "Show zero values" }),
  ],
  "Balance Sheet": fiscal,
  "Profit and Loss Statement": fiscal,
  "Cash Flow": fiscal,
  "Accounts Receivable": [
    company,
    field("report_date", "Date", { reqd: true }),
    field("ageing_based_on", "Select", { options: "Due Date\nPosting Date", default: "Due Date" }),
    ...["range1", "range2", "range3", "range4"].map((name) => field(name, "Int")),
  ],
  "Budget Variance Report": [
    company,
    ...fiscal.slice(2, 4),
    field("budget_against", "Select", { options: "Cost Center\nProject", default: "Cost Center" }),
  ],
};

/** The code that a browser would run for a report's form: its filters, as reports of apps write them. */
export function scriptOf(report: string): string {
  const written = (filters[report] ?? []).map(({ fieldname, label, fieldtype, options, reqd, ...rest }) => {
    const members = [
      `fieldname: "${fieldname}"`,
      `label: __("${label}")`,
      `fieldtype: "${fieldtype}"`,
      ...(options === undefined ? [] : [`options: ${JSON.stringify(options)}`]),
      ...(rest.default === undefined ? [] : [`default: "${rest.default}"`]),
      ...(reqd === true ? ["reqd: 1"] : []),
    ];
    return `\t\t{ ${members.join(", ")} },\n`;
  });
  return `frappe.query_reports["${report}"] = {\n\tfilters: [\n${written.join("")}\t],\n};\n`;
}
