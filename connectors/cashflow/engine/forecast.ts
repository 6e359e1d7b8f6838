import { CashflowError } from "../cashflow-error.ts";
import { type Month, firstDayOf, lastDayOf, monthOfDay, parseMonth } from "../calendar.ts";
import { type Entity, isOfType } from "../entities.ts";
import type { EntityType } from "../entity-types/all.ts";
import type { Model } from "../model.ts";
import { type Cents, roundHalfEven, toCents } from "../money.ts";
import { type View, viewOf } from "../scenario.ts";
import type { Scenario } from "../scenario-file.ts";
import type { EngineContext, Growth, Line, Section } from "./line.ts";
import { employmentOf } from "./payroll.ts";
import { isActiveOn, periodOf } from "./period.ts";
import { isSpending } from "./projects.ts";
import { linesOf } from "./rules.ts";
import { taxesOn } from "./taxes.ts";

/** Longest forecast, in months. */
export const mostMonths = 600;

export interface ForecastOptions {
  /** A scenario of the model by name, or one made up for the question. Default `baseline`. */
  readonly scenario?: string | Scenario;
  /** The first month, `YYYY-MM`. Default: the company's. Opening cash is always the company's, for its own first month. */
  readonly start?: string;
  /** 1 to 600. Default 24. */
  readonly months?: number;
}

/** Types whose lines are operating revenue, and columns. */
export const revenueTypes = ["grant", "sale", "service"] as const satisfies readonly EntityType[];

/** Types whose lines are operating expenses, and columns. */
export const expenseTypes = [
  "employee",
  "facility",
  "software",
  "equipment",
  "project",
] as const satisfies readonly EntityType[];

/**
 * The columns of a forecast, in cents. Down to `cash_balance` they are cash in the month it moves; from `accrued_revenue` on they are
 * what was earned, used and owed in it.
 */
export const columnNames = [
  "grant_revenue",
  "sale_revenue",
  "service_revenue",
  "total_revenue",
  "employee_costs",
  "facility_costs",
  "software_costs",
  "equipment_costs",
  "project_costs",
  "total_expenses",
  "tax_paid",
  "operating_cash_flow",
  "capital_expenditure",
  "financing",
  "net_cash_flow",
  "cash_balance",
  "accrued_revenue",
  "accrued_expenses",
  "depreciation",
  "profit_before_tax",
  "tax_accrued",
  "profit_after_tax",
] as const;

export type Column = (typeof columnNames)[number];
export type Columns = Readonly<Record<Column, Float64Array>>;

/** The months of a company under one scenario. */
export interface Forecast {
  readonly view: View;
  readonly context: EngineContext;
  readonly first: Month;
  readonly months: number;
  readonly openingCash: Cents;
  readonly columns: Columns;
  /** On the last day of each month. */
  readonly activeEmployees: Float64Array;
  readonly activeProjects: Float64Array;
  /** What the columns are the sums of. */
  readonly lines: readonly Line[];
}

/**
 * The months of a company. The same model and options always give the same numbers; nothing is remembered between two forecasts.
 *
 * @throws {CashflowError} `not_found`, `invalid_argument`.
 */
export function forecast(model: Model, options: ForecastOptions = {}): Forecast {
  const view = viewOf(model, options.scenario);
  const context = contextOf(model, view, options);
  const lines: Line[] = [];
  for (const entity of view.entities) for (const line of linesOf(entity, context)) lines.push(line);
  const months = context.last - context.first + 1;
  const openingCash = toCents(view.assumptions.opening_cash ?? model.company.opening_cash);
  return {
    view,
    context,
    first: context.first,
    months,
    openingCash,
    columns: columnsOf(lines, context, openingCash),
    ...headcounts(view.entities, context),
    lines,
  };
}

/**
 * What the rules need to know for a forecast with these options.
 *
 * @throws {CashflowError} `invalid_argument`.
 */
export function contextOf(model: Model, view: View, { start, months = 24 }: ForecastOptions): EngineContext {
  const first = parseMonth(start ?? model.company.start);
  if (first === undefined)
    throw new CashflowError("invalid_argument", `start must be a month as 2026-01, got "${start}".`);
  if (!Number.isInteger(months) || months < 1 || months > mostMonths) {
    throw new CashflowError(
      "invalid_argument",
      `months must be a whole number from 1 to ${mostMonths}, got ${months}.`,
    );
  }
  const { assumptions } = view;
  const rates: Readonly<Record<Growth, number>> = {
    revenue: assumptions.revenue_growth_rate ?? 0,
    expense: assumptions.expense_inflation_rate ?? 0,
    salary: assumptions.salary_growth_rate ?? 0,
  };
  return {
    company: model.company,
    assumptions,
    first,
    last: first + months - 1,
    growth: {
      revenue: growthOf(rates.revenue, first),
      expense: growthOf(rates.expense, first),
      salary: growthOf(rates.salary, first),
    },
  };
}

/** A year's growth compounded by the month from `first`; 1 before it. */
export function growthOf(rate: number, first: Month): (month: Month) => number {
  return rate === 0 ? () => 1 : (month) => (month <= first ? 1 : (1 + rate) ** ((month - first) / 12));
}

/** The column of a line's cash. */
export function cashColumnOf({ section, entity }: Pick<Line, "section" | "entity">): Column | undefined {
  return columnByTypeAndSection(section, entity.type);
}

function columnByTypeAndSection(section: Section, type: EntityType): Column | undefined {
  switch (section) {
    case "operating_revenue":
      return revenueTypes.flatMap((one) => (one === type ? [`${one}_revenue` as const] : [])).at(0);
    case "operating_expense":
      return expenseTypes.flatMap((one) => (one === type ? [`${one}_costs` as const] : [])).at(0);
    case "investing":
      return "capital_expenditure";
    case "financing":
      return "financing";
    case "depreciation":
      return undefined;
  }
}

/** The column of what a line recognises. */
export function accrualColumnOf(section: Section): Column | undefined {
  switch (section) {
    case "operating_revenue":
      return "accrued_revenue";
    case "operating_expense":
      return "accrued_expenses";
    case "depreciation":
      return "depreciation";
    case "investing":
    case "financing":
      return undefined;
  }
}

function columnsOf(lines: readonly Line[], context: EngineContext, openingCash: Cents): Columns {
  const months = context.last - context.first + 1;
  const columns = emptyColumns(months);
  for (const line of lines) addLine(line, columns, context.first, months);
  const sum = (into: Column, parts: readonly Column[]): void => {
    for (const part of parts)
      for (let at = 0; at < months; at += 1) columns[into][at] = (columns[into][at] ?? 0) + (columns[part][at] ?? 0);
  };
  sum(
    "total_revenue",
    revenueTypes.map((type) => `${type}_revenue` as const),
  );
  sum(
    "total_expenses",
    expenseTypes.map((type) => `${type}_costs` as const),
  );
  for (let at = 0; at < months; at += 1) {
    const earned = (columns.accrued_revenue[at] ?? 0) - (columns.accrued_expenses[at] ?? 0);
    columns.profit_before_tax[at] = earned - (columns.depreciation[at] ?? 0);
  }
  addTaxes(columns, context);
  let balance = openingCash;
  for (let at = 0; at < months; at += 1) {
    const operating =
      (columns.total_revenue[at] ?? 0) - (columns.total_expenses[at] ?? 0) - (columns.tax_paid[at] ?? 0);
    const net = operating - (columns.capital_expenditure[at] ?? 0) + (columns.financing[at] ?? 0);
    balance += net;
    columns.operating_cash_flow[at] = operating;
    columns.net_cash_flow[at] = net;
    columns.cash_balance[at] = balance;
    columns.profit_after_tax[at] = (columns.profit_before_tax[at] ?? 0) - (columns.tax_accrued[at] ?? 0);
  }
  return columns;
}

function emptyColumns(months: number): Record<Column, Float64Array> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name of the list has its entry
  return Object.fromEntries(columnNames.map((name) => [name, new Float64Array(months)])) as Record<
    Column,
    Float64Array
  >;
}

function addLine(line: Line, columns: Columns, first: Month, months: number): void {
  const cashColumn = cashColumnOf(line);
  const accrualColumn = accrualColumnOf(line.section);
  const cash = cashColumn === undefined ? undefined : columns[cashColumn];
  const accrual = accrualColumn === undefined ? undefined : columns[accrualColumn];
  const { amounts, paidIn } = line;
  for (let index = 0; index < amounts.length; index += 1) {
    const amount = amounts[index] ?? 0;
    const recognised = line.first + index - first;
    if (accrual !== undefined && recognised >= 0 && recognised < months)
      accrual[recognised] = (accrual[recognised] ?? 0) + amount;
    if (cash === undefined) continue;
    const paid = paidIn === undefined ? recognised : (paidIn[index] ?? 0) - first;
    if (paid >= 0 && paid < months) cash[paid] = (cash[paid] ?? 0) + amount;
  }
}

/** The rules of tax that hold under a scenario; undefined where there is no tax. */
export function taxRulesOf({
  company,
  assumptions,
}: EngineContext): NonNullable<EngineContext["company"]["tax"]> | undefined {
  const rate = assumptions.tax_rate ?? company.tax?.rate ?? 0;
  if (rate === 0) return undefined;
  return { payment: "quarterly", loss_carryforward: true, ...company.tax, rate };
}

function addTaxes(columns: Columns, context: EngineContext): void {
  const rules = taxRulesOf(context);
  if (rules === undefined) return;
  const { accrued, paid } = taxesOn(columns.profit_before_tax, context.first, rules, roundHalfEven);
  columns.tax_accrued.set(accrued);
  columns.tax_paid.set(paid);
}

function headcounts(
  entities: readonly Entity[],
  context: EngineContext,
): Pick<Forecast, "activeEmployees" | "activeProjects"> {
  const months = context.last - context.first + 1;
  const activeEmployees = new Float64Array(months);
  const activeProjects = new Float64Array(months);
  for (const entity of entities) {
    if (isOfType(entity, "employee")) countActive(activeEmployees, employmentOf(entity, context), context.first);
    else if (isOfType(entity, "project") && isSpending(entity))
      countActive(activeProjects, periodOf(entity), context.first);
  }
  return { activeEmployees, activeProjects };
}

function countActive(counts: Float64Array, period: Parameters<typeof isActiveOn>[0], first: Month): void {
  if (period.start > lastDayOf(first + counts.length - 1)) return;
  const from = Math.max(0, monthOfDay(period.start) - first);
  const until =
    period.end === undefined || period.end >= firstDayOf(first + counts.length)
      ? counts.length - 1
      : monthOfDay(period.end) - first;
  for (let at = from; at <= until; at += 1) {
    if (isActiveOn(period, lastDayOf(first + at))) counts[at] = (counts[at] ?? 0) + 1;
  }
}
