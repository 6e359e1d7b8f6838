import { CashflowError } from "./cashflow-error.ts";
import { type Month, formatMonth, parseMonth } from "./calendar.ts";
import type { EntityType } from "./entity-types/all.ts";
import {
  type Column,
  type Forecast,
  accrualColumnOf,
  cashColumnOf,
  columnNames,
  expenseTypes,
  revenueTypes,
  taxRulesOf,
} from "./engine/forecast.ts";
import type { Line } from "./engine/line.ts";
import { nearestName } from "./findings.ts";
import { type Cents, formatCents } from "./money.ts";

/** One amount of a column in one month, and where it comes from. */
export interface Contribution {
  /** The entity's id; `company` for tax and opening cash. */
  readonly entity: string;
  readonly name: string;
  readonly type: EntityType | "company";
  /** The rule, as README.md lists them. */
  readonly rule: string;
  /** With its sign in the column. */
  readonly cents: Cents;
  /** How the rule came to it. */
  readonly formula: string;
  /** The month in which it was earned or used; another than the one asked about where it is paid later or in advance. */
  readonly recognised: string;
  /** `file:line` of the entity. */
  readonly source?: string;
}

/** A figure of a forecast and all that it consists of: `contributions` sum to `cents` exactly. */
export interface Explanation {
  readonly month: string;
  readonly column: Column;
  readonly cents: Cents;
  readonly contributions: readonly Contribution[];
}

/** Columns that are sums of others, with the sign of each. */
const parts: Readonly<Partial<Record<Column, readonly (readonly [Column, 1 | -1])[]>>> = {
  total_revenue: revenueTypes.map((type) => [`${type}_revenue`, 1] as const),
  total_expenses: expenseTypes.map((type) => [`${type}_costs`, 1] as const),
  operating_cash_flow: [
    ["total_revenue", 1],
    ["total_expenses", -1],
    ["tax_paid", -1],
  ],
  net_cash_flow: [
    ["operating_cash_flow", 1],
    ["capital_expenditure", -1],
    ["financing", 1],
  ],
  profit_before_tax: [
    ["accrued_revenue", 1],
    ["accrued_expenses", -1],
    ["depreciation", -1],
  ],
  profit_after_tax: [
    ["profit_before_tax", 1],
    ["tax_accrued", -1],
  ],
};

/**
 * Where the figure of a column in a month (`YYYY-MM`) comes from, largest first. `cash_balance` is the opening cash of the month and what
 * moved in it.
 *
 * @throws {CashflowError} `not_found` no such column, or a month outside of the forecast.
 */
export function explainMonth(forecast: Forecast, month: string, column: string = "net_cash_flow"): Explanation {
  const known = columnNames.find((name) => name === column);
  if (known === undefined) {
    const near = nearestName(column, columnNames);
    const hint = near === undefined ? `Columns: ${columnNames.join(", ")}.` : `Did you mean ${near}?`;
    throw new CashflowError("not_found", `There is no column "${column}". ${hint}`);
  }
  const at = (parseMonth(month) ?? Number.NaN) - forecast.first;
  if (!(at >= 0 && at < forecast.months)) {
    const last = formatMonth(forecast.first + forecast.months - 1);
    throw new CashflowError(
      "not_found",
      `${month} is not in the forecast from ${formatMonth(forecast.first)} to ${last}.`,
    );
  }
  const contributions = contributionsTo(forecast, forecast.first + at, known, 1).toSorted(
    (a, b) => Math.abs(b.cents) - Math.abs(a.cents) || (a.entity < b.entity ? -1 : 1),
  );
  return { month, column: known, cents: forecast.columns[known][at] ?? 0, contributions };
}

function contributionsTo(forecast: Forecast, month: Month, column: Column, sign: 1 | -1): Contribution[] {
  if (column === "cash_balance") {
    return [openingOf(forecast, month), ...contributionsTo(forecast, month, "net_cash_flow", sign)];
  }
  const inner = parts[column];
  if (inner !== undefined) {
    return inner.flatMap(([part, its]) => contributionsTo(forecast, month, part, its === sign ? 1 : -1));
  }
  if (column === "tax_paid" || column === "tax_accrued") return taxOf(forecast, month, column, sign);
  return forecast.lines.flatMap((line) => ofLine(line, month, column, sign));
}

function ofLine(line: Line, month: Month, column: Column, sign: 1 | -1): Contribution[] {
  const isAccrual = accrualColumnOf(line.section) === column;
  if (!isAccrual && cashColumnOf(line) !== column) return [];
  return [...line.amounts].flatMap((cents, index) => {
    const recognised = line.first + index;
    const counted = isAccrual ? recognised : (line.paidIn?.[index] ?? recognised);
    if (counted !== month || cents === 0) return [];
    const { file, line: number } = line.entity.source;
    return [
      {
        entity: line.entity.id,
        name: line.entity.data.name,
        type: line.entity.type,
        rule: line.rule,
        cents: cents * sign,
        formula: line.explain(recognised),
        recognised: formatMonth(recognised),
        source: `${file}:${number}`,
      },
    ];
  });
}

function openingOf({ columns, openingCash, first, view }: Forecast, month: Month): Contribution {
  const isFirst = month === first;
  return {
    entity: "company",
    name: "opening cash",
    type: "company",
    rule: "company.opening_cash",
    cents: isFirst ? openingCash : (columns.cash_balance[month - first - 1] ?? 0),
    formula: isFirst
      ? `opening_cash of ${view.assumptions.opening_cash === undefined ? "company.yaml" : "the scenario"}`
      : `cash_balance of ${formatMonth(month - 1)}`,
    recognised: formatMonth(month),
  };
}

function taxOf(
  { columns, context, first }: Forecast,
  month: Month,
  column: "tax_paid" | "tax_accrued",
  sign: 1 | -1,
): Contribution[] {
  const cents = columns[column][month - first] ?? 0;
  const rules = taxRulesOf(context);
  if (cents === 0 || rules === undefined) return [];
  const profit = formatCents(columns.profit_before_tax[month - first] ?? 0);
  const formula =
    column === "tax_accrued"
      ? `change of ${rules.rate} × profit of the year so far, less losses; profit of the month ${profit}`
      : `tax accrued since the last payment, paid ${rules.payment}`;
  return [
    {
      entity: "company",
      name: "tax",
      type: "company",
      rule: `company.${column}`,
      cents: cents * sign,
      formula,
      recognised: formatMonth(month),
    },
  ];
}
