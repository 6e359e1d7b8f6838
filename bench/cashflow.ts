/**
 * Measures the cash-flow engine: a forecast of 1,000 entities over 120 months, and a simulation of 10,000 iterations over 60 months with 100
 * uncertain entities, here and on two threads. Run by hand: `node bench/cashflow.ts`. Prints median and spread over the rounds in ms, of the clock
 * and of all threads' processor time: the latter says what the work costs when the machine is busy with something else.
 */
import { availableParallelism } from "node:os";
import { forecast } from "../connectors/cashflow/engine/forecast.ts";
import { type Model, parseModel, requireValid } from "../connectors/cashflow/model.ts";
import { monteCarlo } from "../connectors/cashflow/monte-carlo/run.ts";

const rounds = 5;

function modelOf(entities: readonly object[]): Model {
  const company = { name: "Bench", start: "2026-01", opening_cash: 1_000_000, tax: { rate: 0.25 } };
  return requireValid(
    parseModel([
      { name: "company.yaml", text: JSON.stringify(company) },
      { name: "entities.yaml", text: JSON.stringify(entities) },
    ]),
  );
}

/** One of each kind in turn, with what costs the engine most: days, growth, terms, advance payments. */
function entityOf(at: number): object {
  const base = { name: `Entity ${at}`, start_date: `202${at % 6}-0${1 + (at % 9)}-15` };
  const kinds = [
    { type: "employee", salary: 60_000 + at, overhead_multiplier: 1.27, benefits: { health: 120 } },
    { type: "employee", salary: 50_000 + at, pay_frequency: "biweekly", bonus_percentage: 0.1 },
    { type: "service", monthly_amount: 1000 + at, payment_terms_days: 30 },
    { type: "sale", amount: 10_000 + at, payment_terms_days: 60 },
    {
      type: "facility",
      monthly_cost: 2000,
      utilities_monthly: 150,
      insurance_annual: 1200,
      payment_frequency: "quarterly",
    },
    { type: "software", annual_cost: 1200 },
    {
      type: "equipment",
      cost: 9000,
      purchase_date: base.start_date,
      useful_life_years: 5,
      maintenance_percentage: 0.1,
    },
    { type: "project", total_budget: 90_000, end_date: "2030-12-31" },
    { type: "grant", amount: 100_000, end_date: "2030-12-31" },
    { type: "investment", amount: 100_000 },
  ];
  return { ...base, ...kinds[at % kinds.length] };
}

async function timed(title: string, run: () => unknown): Promise<void> {
  const taken: number[] = [];
  const used: number[] = [];
  for (let round = -5; round < rounds; round += 1) {
    const startedAt = performance.now();
    const before = process.cpuUsage();
    await run();
    if (round < 0) continue;
    taken.push(performance.now() - startedAt);
    const { user, system } = process.cpuUsage(before);
    used.push((user + system) / 1000);
  }
  console.log(`${title}: ${spreadOf(taken)}; processor ${spreadOf(used)}`);
}

function spreadOf(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `median ${at(0.5)} ms, from ${at(0)} to ${at(1)}`;
}

console.log(`Node ${process.version}, ${availableParallelism()} processors, ${rounds} rounds after 5 to warm up`);
const large = modelOf(Array.from({ length: 1000 }, (_none, at) => entityOf(at)));
await timed("forecast, 1,000 entities × 120 months", () => forecast(large, { months: 120 }));
const uncertain = modelOf(
  Array.from({ length: 100 }, (_none, at) => ({
    type: "employee",
    name: `E ${at}`,
    salary: 60_000,
    start_date: "2024-01-15",
  })),
);
for (const threads of [0, 1, 2]) {
  const where = threads === 0 ? "in this thread" : `on ${threads} thread(s), with their start`;
  await timed(`Monte Carlo, 10,000 iterations × 60 months × 100 uncertain entities, ${where}`, () =>
    monteCarlo(uncertain, { months: 60, iterations: 10_000, threads }),
  );
}
