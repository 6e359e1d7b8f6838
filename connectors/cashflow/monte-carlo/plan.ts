import { CashflowError } from "../cashflow-error.ts";
import { type Month, parseMonth } from "../calendar.ts";
import type { TaxRules } from "../company.ts";
import { type Forecast, taxRulesOf } from "../engine/forecast.ts";
import type { Growth, Line, Section } from "../engine/line.ts";
import { isSelected } from "../scenario.ts";
import type { Selector } from "../scenario-file.ts";
import { type Matrix, cholesky } from "./cholesky.ts";
import type { Distribution } from "./distributions.ts";
import type { Correlation, Uncertainty } from "./uncertainty.ts";

/** One number that is drawn in each iteration. */
export interface Dimension {
  /** The uncertainty's name, and the entity's id where each has its own. */
  readonly name: string;
  readonly distribution: Distribution;
}

/** Amounts of the forecast that are multiplied by a product of draws: each draw itself, or 1 + draw ÷ base where `base` is not 0. */
export interface Term {
  readonly drives: readonly { readonly dimension: number; readonly base: number }[];
  /** Net cash of each month, in cents, with its sign. */
  readonly net: Float64Array;
  /** What it adds to the profit of each month. */
  readonly profit: Float64Array;
  readonly revenue: number;
  readonly expenses: number;
  readonly financing: number;
}

/** Amounts that grow at an uncertain rate: a term for each month in which they are recognised. */
export interface GrowingTerm {
  readonly dimension: number;
  /** The rate that the forecast has grown them by. */
  readonly baseRate: number;
  /** Months after the first in which they are recognised. */
  readonly age: number;
  readonly term: Term;
}

export interface Shock {
  readonly dimension: number;
  /** Another dimension, evenly from 0 to 1: the shock happens where it is below the probability. */
  readonly happens: number;
  readonly probability: number;
  readonly sign: 1 | -1;
  readonly from: number;
  readonly to: number;
}

/** Everything that an iteration needs: plain data, the same for every thread. */
export interface Plan {
  readonly seed: number;
  readonly iterations: number;
  readonly sampling: "random" | "latin_hypercube";
  readonly months: number;
  readonly first: Month;
  readonly openingCents: number;
  /** What the forecast comes to without any draw. */
  readonly base: Term;
  readonly dimensions: readonly Dimension[];
  /** Blocks of dimensions that go together, and the lower triangle that makes them so. */
  readonly blocks: readonly { readonly dimensions: readonly number[]; readonly lower: Matrix }[];
  readonly terms: readonly Term[];
  readonly growing: readonly GrowingTerm[];
  readonly shocks: readonly Shock[];
  readonly tax: TaxRules | undefined;
}

export interface PlanOptions {
  readonly seed: number;
  readonly iterations: number;
  readonly sampling: Plan["sampling"];
}

/**
 * Compiles a forecast and what is uncertain about it. Everything is as in the forecast where every draw changes nothing.
 *
 * @throws {CashflowError} `not_found` an uncertainty that touches nothing; `invalid_argument`; `not_positive_definite`.
 */
export function planOf(
  forecast: Forecast,
  uncertainties: readonly Uncertainty[],
  correlations: readonly Correlation[],
  options: PlanOptions,
): Plan {
  const builder = new PlanBuilder(forecast);
  for (const uncertainty of uncertainties) builder.add(uncertainty);
  const { months, first, openingCash, context } = forecast;
  return {
    ...options,
    months,
    first,
    openingCents: openingCash,
    base: termOf(forecast, forecast.lines, []),
    dimensions: builder.dimensions,
    blocks: blocksOf(builder, correlations),
    ...builder.finish(),
    tax: taxRulesOf(context),
  };
}

type Drive = Term["drives"][number];

/** Collects the dimensions of uncertainties, and which lines each of them drives. */
class PlanBuilder {
  readonly dimensions: Dimension[] = [];
  /** By uncertainty: its dimensions. */
  readonly named = new Map<string, number[]>();
  readonly #forecast: Forecast;
  readonly #drives = new Map<Line, Drive[]>();
  readonly #rates = new Map<Growth, { readonly dimension: number; readonly baseRate: number }>();
  readonly #shocks: Shock[] = [];

  constructor(forecast: Forecast) {
    this.#forecast = forecast;
  }

  add(uncertainty: Uncertainty): void {
    const { name, target, distribution } = uncertainty;
    if (this.named.has(name)) throw new CashflowError("invalid_argument", `Two uncertainties are named "${name}".`);
    this.named.set(name, []);
    switch (target.kind) {
      case "field":
        this.#addField(uncertainty, target);
        break;
      case "assumption": {
        const growth = growthByAssumption[target.assumption];
        const baseRate = this.#forecast.view.assumptions[target.assumption] ?? 0;
        this.#rates.set(growth, { dimension: this.#dimension(name, name, distribution), baseRate });
        break;
      }
      case "shock":
        this.#addShock(name, target, distribution);
    }
  }

  #dimension(uncertainty: string, name: string, distribution: Distribution): number {
    this.named.get(uncertainty)?.push(this.dimensions.length);
    return this.dimensions.push({ name, distribution }) - 1;
  }

  #addField({ name, distribution }: Uncertainty, target: Extract<Uncertainty["target"], { kind: "field" }>): void {
    const selector: Selector = target;
    const lines = this.#forecast.lines.filter(({ entity }) => isSelected(entity, selector));
    const driven = lines.filter(({ drivers }) => drivers.includes(target.field));
    if (driven.length === 0) {
      const fields = [...new Set(lines.flatMap(({ drivers }) => drivers))].join(", ");
      const hint =
        fields === ""
          ? "No entity with money in the forecast is selected."
          : `Fields whose effect is proportional: ${fields}.`;
      throw new CashflowError("not_found", `The uncertainty "${name}" of ${target.field} touches nothing. ${hint}`);
    }
    const byEntity = new Map<string, number>();
    for (const line of driven) {
      const key = target.shared ? "" : line.entity.id;
      const dimension =
        byEntity.get(key) ?? this.#dimension(name, target.shared ? name : `${name}: ${line.entity.id}`, distribution);
      byEntity.set(key, dimension);
      const base = target.mode === "add" ? Number(line.entity.data[target.field]) : 0;
      const drives = this.#drives.get(line) ?? [];
      drives.push({ dimension, base });
      this.#drives.set(line, drives);
    }
  }

  #addShock(name: string, target: Extract<Uncertainty["target"], { kind: "shock" }>, distribution: Distribution): void {
    const { first, months } = this.#forecast;
    const at = (text: string | undefined, otherwise: number): number => {
      if (text === undefined) return otherwise;
      const month = parseMonth(text);
      if (month === undefined)
        throw new CashflowError("invalid_argument", `"${text}" is no month; write it as 2026-01.`);
      return month - first;
    };
    const from = Math.max(0, at(target.from, 0));
    const to = Math.min(months - 1, at(target.to, months - 1));
    const dimension = this.#dimension(name, name, distribution);
    const happens =
      this.dimensions.push({ name: `${name}: happens`, distribution: { kind: "uniform", low: 0, high: 1 } }) - 1;
    const sign = target.on === "revenue" ? 1 : -1;
    this.#shocks.push({ dimension, happens, probability: target.probability, sign, from, to });
  }

  finish(): Pick<Plan, "terms" | "growing" | "shocks"> {
    const plain = new Map<string, { readonly drives: readonly Drive[]; readonly lines: Line[] }>();
    const growing: GrowingTerm[] = [];
    for (const line of this.#forecast.lines) {
      const drives = this.#drives.get(line) ?? [];
      const rate = line.growth === undefined ? undefined : this.#rates.get(line.growth);
      if (rate !== undefined) growing.push(...this.#growingTerms(line, drives, rate));
      else if (drives.length > 0) {
        const key = JSON.stringify(drives);
        const group = plain.get(key) ?? { drives, lines: [] };
        group.lines.push(line);
        plain.set(key, group);
      }
    }
    const terms = [...plain.values()].map(({ drives, lines }) => termOf(this.#forecast, lines, drives));
    return { terms, growing: mergeGrowing(growing), shocks: this.#shocks };
  }

  /** A line whose growth is uncertain, month by month. What was recognised before the forecast does not grow. */
  #growingTerms(
    line: Line,
    drives: readonly Drive[],
    rate: { readonly dimension: number; readonly baseRate: number },
  ): GrowingTerm[] {
    return [...line.amounts].flatMap((amount, index) => {
      if (amount === 0) return [];
      const age = Math.max(0, line.first + index - this.#forecast.first);
      const one: Line = {
        ...line,
        first: line.first + index,
        amounts: Float64Array.of(amount),
        paidIn: line.paidIn?.slice(index, index + 1),
      };
      return [{ ...rate, age, term: termOf(this.#forecast, [one], drives) }];
    });
  }
}

const growthByAssumption = {
  revenue_growth_rate: "revenue",
  expense_inflation_rate: "expense",
  salary_growth_rate: "salary",
} as const satisfies Record<string, Growth>;

const signs = {
  operating_revenue: { cash: 1, profit: 1 },
  operating_expense: { cash: -1, profit: -1 },
  investing: { cash: -1, profit: 0 },
  financing: { cash: 1, profit: 0 },
  depreciation: { cash: 0, profit: -1 },
} as const satisfies Record<Section, unknown>;

/** What lines come to in the months of a forecast. */
function termOf({ first, months }: Forecast, lines: readonly Line[], drives: readonly Drive[]): Term {
  const net = new Float64Array(months);
  const profit = new Float64Array(months);
  const sums = { revenue: 0, expenses: 0, financing: 0 };
  for (const line of lines) {
    const sign = signs[line.section];
    for (const [index, amount] of line.amounts.entries()) {
      const recognised = line.first + index - first;
      if (recognised >= 0 && recognised < months) profit[recognised] = (profit[recognised] ?? 0) + sign.profit * amount;
      const paid = line.paidIn === undefined ? recognised : (line.paidIn[index] ?? 0) - first;
      if (sign.cash === 0 || paid < 0 || paid >= months) continue;
      net[paid] = (net[paid] ?? 0) + sign.cash * amount;
      if (line.section === "operating_revenue") sums.revenue += amount;
      else if (line.section === "operating_expense") sums.expenses += amount;
      else if (line.section === "financing") sums.financing += amount;
    }
  }
  return { drives, net, profit, ...sums };
}

/** Adds up what grows by the same rate for the same time and is driven by the same draws. */
function mergeGrowing(terms: readonly GrowingTerm[]): GrowingTerm[] {
  const merged = new Map<string, GrowingTerm>();
  for (const one of terms) {
    const key = JSON.stringify([one.dimension, one.age, one.term.drives]);
    const present = merged.get(key);
    merged.set(key, present === undefined ? one : { ...present, term: added(present.term, one.term) });
  }
  return [...merged.values()];
}

function added(one: Term, other: Term): Term {
  return {
    drives: one.drives,
    net: one.net.map((value, at) => value + (other.net[at] ?? 0)),
    profit: one.profit.map((value, at) => value + (other.profit[at] ?? 0)),
    revenue: one.revenue + other.revenue,
    expenses: one.expenses + other.expenses,
    financing: one.financing + other.financing,
  };
}

function blocksOf({ named, dimensions }: PlanBuilder, correlations: readonly Correlation[]): Plan["blocks"] {
  const taken = new Set<string>();
  return correlations.map(({ variables, coefficient, matrix }) => {
    const members = variables.map((name) => {
      const found = named.get(name);
      if (found === undefined)
        throw new CashflowError(
          "not_found",
          `No uncertainty is named "${name}". Uncertainties: ${[...named.keys()].join(", ")}.`,
        );
      if (taken.has(name))
        throw new CashflowError("invalid_argument", `"${name}" is in two groups of correlations; write one matrix.`);
      taken.add(name);
      return found;
    });
    if ((coefficient === undefined) === (matrix === undefined)) {
      throw new CashflowError(
        "invalid_argument",
        `Correlations of ${variables.join(", ")} need a coefficient or a matrix.`,
      );
    }
    const block = members.flat();
    const names = block.map((dimension) => dimensions[dimension]?.name ?? "");
    if (matrix === undefined) {
      const full = block.map((_row, row) => block.map((_column, column) => (row === column ? 1 : (coefficient ?? 0))));
      return { dimensions: block, lower: cholesky(full, names) };
    }
    const many = variables.find((_name, at) => members[at]?.length !== 1);
    if (many !== undefined) {
      throw new CashflowError(
        "invalid_argument",
        `"${many}" has a value for each entity: for a matrix make it shared, or name one entity.`,
      );
    }
    return { dimensions: block, lower: cholesky(matrix, names) };
  });
}
