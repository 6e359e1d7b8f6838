import { balanceOf, linesOf } from "../accounts.ts";
import { type Json, numberOf, textOf } from "../json.ts";
import { cents } from "../ledger.ts";
import type { ReportResult } from "../methods/reports.ts";
import type { Request } from "../request.ts";
import { accountsOf, columnsOf, currencyOf, sideOf, sumRow } from "./accounts.ts";
import { type Period, periodsIn } from "./periods.ts";

/** What a company owns and owes at the end of each period. */
export function balanceSheet({ site }: Request, filters: Json): ReportResult {
  const company = textOf(filters["company"]);
  const periods = periodsIn(site, filters);
  const side = (rootType: "Asset" | "Liability" | "Equity"): Json[] =>
    sideOf(site, { company, rootType, isAccumulated: true }, periods);
  const [assets, liabilities, equity] = [side("Asset"), side("Liability"), side("Equity")];
  const rows = [...assets, ...liabilities, ...equity];
  const totals = (
    [
      ["Asset", assets],
      ["Liability", liabilities],
      ["Equity", equity],
    ] as const
  ).map(([name, of]) => ({
    name,
    total: numberOf(sumRow(of, `Total ${name}`)?.["total"]),
    values: periods.map(({ key }) => numberOf(sumRow(of, `Total ${name}`)?.[key])),
  }));
  const profit = cents((totals[0]?.total ?? 0) - (totals[1]?.total ?? 0) - (totals[2]?.total ?? 0));
  const name = "'Provisional Profit / Loss (Credit)'";
  // As an ERPNext has it: where nothing is owed and nothing put in, there is no such row.
  const result =
    profit === 0 || liabilities.length + equity.length === 0
      ? rows
      : [
          ...rows,
          {
            account_name: name,
            account: name,
            warn_if_negative: true,
            currency: currencyOf(site, company),
            total: profit,
          },
        ];
  const summary = [
    ...totals.map((one) => [`Total ${one.name}`, one.total] as const),
    ["Provisional Profit / Loss (Credit)", profit] as const,
  ];
  const names: Readonly<Record<string, string>> = { Asset: "Assets", Liability: "Liabilities", Equity: "Equity" };
  const datasets = totals
    .filter(({ values }) => values.some((value) => value !== 0))
    .map((one) => ({ name: names[one.name], values: one.values }));
  return {
    result,
    columns: columnsOf(periods),
    chart: { data: { labels: labelsOf(periods), datasets }, type: "line" },
    report_summary: summaryOf(summary, currencyOf(site, company)),
  };
}

/** What a company earned and spent in each period. */
export function profitAndLoss({ site }: Request, filters: Json): ReportResult {
  const company = textOf(filters["company"]);
  const periods = periodsIn(site, filters);
  const isAccumulated = numberOf(filters["accumulated_values"]) === 1;
  const income = sideOf(site, { company, rootType: "Income", isAccumulated }, periods);
  const expense = sideOf(site, { company, rootType: "Expense", isAccumulated }, periods);
  const profit = profitRow(company, { site }, periods);
  const [earned, spent] = [
    numberOf(sumRow(income, "Total Income")?.["total"]),
    numberOf(sumRow(expense, "Total Expense")?.["total"]),
  ];
  const datasets = [
    { name: "Income", values: periods.map(({ key }) => numberOf(sumRow(income, "Total Income")?.[key])) },
    { name: "Expense", values: periods.map(({ key }) => numberOf(sumRow(expense, "Total Expense")?.[key])) },
    { name: "Net Profit/Loss", values: periods.map(({ key }) => numberOf(profit[key])) },
  ];
  const summary = [
    ["Total Income", earned],
    ["Total Expense", spent],
    ["Net Profit", cents(earned - spent)],
  ] as const;
  return {
    result: [...income, ...expense, profit],
    columns: columnsOf(periods),
    chart: { data: { labels: labelsOf(periods), datasets }, type: "bar", fieldtype: "Currency" },
    report_summary: summaryOf(summary, currencyOf(site, company)),
  };
}

/** Where a company's money came from and went to. */
export function cashFlow({ site }: Request, filters: Json): ReportResult {
  const company = textOf(filters["company"]);
  const periods = periodsIn(site, filters);
  const currency = currencyOf(site, company);
  const moved = (type: string): Json => movedIn({ site }, company, type, periods);
  const flows = [
    flowOf("Operations", currency, periods, [
      ["'Profit for the year'", { ...profitRow(company, { site }, periods) }],
      ["Depreciation", moved("Depreciation")],
      ["Net Change in Accounts Receivable", moved("Receivable")],
      ["Net Change in Accounts Payable", moved("Payable")],
      ["Net Change in Inventory", moved("Stock")],
    ]),
    flowOf("Investing", currency, periods, [["Net Change in Fixed Asset", moved("Fixed Asset")]]),
    flowOf("Financing", currency, periods, [["Net Change in Equity", moved("Equity")]]),
  ];
  const net = added(
    flows.map(({ sum }) => sum),
    periods,
  );
  const name = "'Net Change in Cash'";
  const datasets = flows.map((flow) => ({
    name: `Net Cash from ${flow.name}`,
    values: periods.map(({ key }) => numberOf(flow.sum[key])),
  }));
  const summary = flows.map((flow) => [`Net Cash from ${flow.name}`, numberOf(flow.sum["total"])] as const);
  return {
    result: [...flows.flatMap(({ rows }) => rows), { account_name: name, account: name, currency, ...net }, {}],
    columns: columnsOf(periods),
    chart: { data: { labels: labelsOf(periods), datasets }, type: "bar", fieldtype: "Currency" },
    report_summary: summaryOf(summary, currency),
  };
}

interface Flow {
  readonly name: string;
  readonly rows: readonly Json[];
  readonly sum: Json;
}

/** One of the three parts of a cash flow: its head, its lines, its sum. */
function flowOf(
  name: string,
  currency: string,
  periods: readonly Period[],
  lines: readonly (readonly [string, Json])[],
): Flow {
  const head = `Cash Flow from ${name}`;
  const sum = added(
    lines.map(([, values]) => values),
    periods,
  );
  const net = `'Net Cash from ${name}'`;
  const rows = lines.map(([label, values]) =>
    Object.assign(values, { account_name: label, account: label, indent: 1, parent_account: head, currency }),
  );
  return {
    name,
    rows: [
      { account_name: head, parent_account: null, indent: 0, account: head },
      ...rows,
      { account_name: net, account: net, currency, ...sum },
      {},
    ],
    sum,
  };
}

/** How accounts of a type moved, as money that came in. */
function movedIn({ site }: Pick<Request, "site">, company: string, type: string, periods: readonly Period[]): Json {
  const all = accountsOf(site, company, ["Asset", "Liability", "Equity"]);
  const names = new Set(
    all.filter(({ account }) => account["account_type"] === type).map(({ account }) => account.name),
  );
  const values = periods.map(
    ({ key, from, to }) => [key, cents(-balanceOf(linesOf(site, { company, from, to }), names))] as const,
  );
  return withTotal(values);
}

function profitRow(company: string, { site }: Pick<Request, "site">, periods: readonly Period[]): Json {
  const names = new Set(accountsOf(site, company, ["Income", "Expense"]).map(({ account }) => account.name));
  const values = periods.map(
    ({ key, from, to }) => [key, cents(-balanceOf(linesOf(site, { company, from, to }), names))] as const,
  );
  const name = "'Profit for the year'";
  return {
    account_name: name,
    account: name,
    warn_if_negative: true,
    currency: currencyOf(site, company),
    ...withTotal(values),
  };
}

function withTotal(values: readonly (readonly [string, number])[]): Json {
  return { ...Object.fromEntries(values), total: cents(values.reduce((sum, [, value]) => sum + value, 0)) };
}

function added(rows: readonly Json[], periods: readonly Period[]): Json {
  return withTotal(
    periods.map(({ key }) => [key, cents(rows.reduce((sum, row) => sum + numberOf(row[key]), 0))] as const),
  );
}

function labelsOf(periods: readonly Period[]): readonly string[] {
  return periods.map(({ label }) => label);
}

function summaryOf(values: readonly (readonly [string, number])[], currency: string): readonly Json[] {
  return values.map(([label, value]) => ({ value, label, datatype: "Currency", currency }));
}
