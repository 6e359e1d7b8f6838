import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BETAINV, LOGNORMDIST, NORMSDIST, NORMSINV } from "@formulajs/formulajs";
import { forecast } from "../engine/forecast.ts";
import { type Model, parseModel, requireValid } from "../model.ts";
import { betaCdf, betaQuantile } from "./beta.ts";
import { cholesky } from "./cholesky.ts";
import { type Distribution, fromNormal, momentsOf } from "./distributions.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { type Plan, planOf } from "./plan.ts";
import { uniformStream } from "./random.ts";
import { resultOf } from "./results.ts";
import { type MonteCarloOptions, monteCarlo } from "./run.ts";
import { emptyOutcome, simulator } from "./simulate.ts";
import type { Uncertainty } from "./uncertainty.ts";

/* Where chance is checked, bounds are five standard errors of the estimate: with the fixed seeds here nothing is left to luck. */

function modelOf(entities: string, company = ""): Model {
  const files = [
    { name: "company.yaml", text: `name: Company\nstart: 2026-01\nopening_cash: 1000\n${company}\n` },
    { name: "entities.yaml", text: entities },
  ];
  return requireValid(parseModel(files));
}

const sales = ["A", "B", "C"]
  .map((name) => `- { type: sale, name: ${name}, amount: 100, start_date: 2026-01-01 }\n`)
  .join("");

function saleOf(name: string, distribution: Distribution): Uncertainty {
  return {
    name,
    target: { kind: "field", entity: name, entity_type: "sale", field: "amount", mode: "multiply", shared: false },
    distribution,
  };
}

const distributions: readonly Distribution[] = [
  { kind: "normal", mean: 2, std: 0.5 },
  { kind: "uniform", low: -1, high: 3 },
  { kind: "triangular", left: 0.5, mode: 0.8, right: 1.5 },
  { kind: "lognormal", mean: 0.1, sigma: 0.3 },
  { kind: "beta", a: 2, b: 5 },
];

suite("numbers", () => {
  test("the normal distribution and its inverse agree with a spreadsheet's, and with each other", () => {
    for (const z of [-8, -5.5, -3, -1, -0.2, 0, 0.5, 2.5, 6]) {
      assert.ok(Math.abs(normalCdf(z) - Number(NORMSDIST(z, true))) < 1e-12, `${z}`);
      if (Math.abs(z) < 6) assert.ok(Math.abs(normalQuantile(normalCdf(z)) - z) < 1e-9, `${z}`);
    }
    for (const share of [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999]) {
      assert.ok(Math.abs(normalQuantile(share) - Number(NORMSINV(share))) < 1e-6, `${share}`);
    }
  });

  test("the beta distribution agrees with a spreadsheet's, and with the closed form of a uniform one", () => {
    for (const [a, b] of [
      [2, 5],
      [0.5, 0.5],
      [1, 1],
      [30, 3],
    ] as const) {
      const quantile = betaQuantile(a, b);
      for (const share of [0.001, 0.05, 0.5, 0.8, 0.999]) {
        assert.ok(Math.abs(betaCdf(quantile(share), a, b) - share) < 1e-9, `${a} ${b} ${share}`);
        assert.ok(Math.abs(quantile(share) - Number(BETAINV(share, a, b))) < 1e-6, `${a} ${b} ${share}`);
      }
    }
    assert.ok(Math.abs(betaCdf(0.3, 1, 1) - 0.3) < 1e-14);
  });

  test("the lognormal distribution agrees with a spreadsheet's", () => {
    const value = fromNormal({ kind: "lognormal", mean: 0.1, sigma: 0.3 });
    for (const z of [-2, 0, 1.5])
      assert.ok(Math.abs(Number(LOGNORMDIST(value(z), 0.1, 0.3, true)) - normalCdf(z)) < 1e-9);
  });

  test("streams are even, and independent of each other", () => {
    const bins = Array.from({ length: 100 }, () => 0);
    const count = 100_000;
    for (let stream = 0; stream < 100; stream += 1) {
      const uniform = uniformStream(5, stream);
      for (let at = 0; at < count / 100; at += 1) {
        const bin = Math.floor(uniform() * 100);
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
    }
    const chiSquared = bins.reduce((all, found) => all + (found - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: the middle 99.98 % lie between 54 and 160.
    assert.ok(chiSquared > 54 && chiSquared < 160, `${chiSquared}`);
  });

  for (const distribution of distributions) {
    test(`draws of ${distribution.kind} converge to its mean and variance`, () => {
      const { mean, variance } = momentsOf(distribution);
      const value = fromNormal(distribution);
      const uniform = uniformStream(11, 0);
      const count = 40_000;
      const draws = Float64Array.from({ length: count }, () => value(normalQuantile(uniform())));
      const found = draws.reduce((all, one) => all + one, 0) / count;
      const squares = draws.map((one) => (one - found) ** 2);
      const foundVariance = squares.reduce((all, one) => all + one, 0) / (count - 1);
      const spread = Math.sqrt(squares.reduce((all, one) => all + (one - foundVariance) ** 2, 0) / count / count);
      assert.ok(Math.abs(found - mean) < 5 * Math.sqrt(variance / count), `${found} is not ${mean}`);
      assert.ok(Math.abs(foundVariance - variance) < 5 * spread, `${foundVariance} is not ${variance}`);
    });
  }
});

suite("correlations", () => {
  test("a triangle times itself is the matrix", () => {
    const matrix = [
      [1, 0.5, 0.2],
      [0.5, 1, -0.3],
      [0.2, -0.3, 1],
    ];
    const lower = cholesky(matrix, ["a", "b", "c"]);
    for (const [row, values] of matrix.entries()) {
      for (const [column, value] of values.entries()) {
        const product = lower.reduce((all, _none, at) => all + (lower[row]?.[at] ?? 0) * (lower[column]?.[at] ?? 0), 0);
        assert.ok(Math.abs(product - value) < 1e-12);
      }
    }
  });

  test("a matrix that is not positive definite is refused, with the variable that contradicts the others", () => {
    const names = ["sales", "rent", "pay"];
    const impossible = [
      [1, 0.9, -0.9],
      [0.9, 1, 0.9],
      [-0.9, 0.9, 1],
    ];
    assert.throws(() => cholesky(impossible, names), {
      code: "not_positive_definite",
      message: /given sales, rent, the variance of pay would have to be -/,
    });
    assert.throws(
      () =>
        cholesky(
          [
            [1, 1],
            [1, 1],
          ],
          ["a", "b"],
        ),
      { code: "not_positive_definite", message: /b is wholly determined by a: use one shared/ },
    );
    assert.throws(
      () =>
        cholesky(
          [
            [1, 0.2],
            [0.3, 1],
          ],
          ["a", "b"],
        ),
      { code: "invalid_argument", message: /of a and b differ: 0.2 and 0.3/ },
    );
    assert.throws(
      () =>
        cholesky(
          [
            [1, 2],
            [2, 1],
          ],
          ["a", "b"],
        ),
      { message: /must be from −1 to 1, got 2/ },
    );
    assert.throws(
      () =>
        cholesky(
          [
            [1, Number.NaN],
            [Number.NaN, 1],
          ],
          ["a", "b"],
        ),
      { message: /got NaN/ },
    );
  });

  const exact: readonly (readonly [Distribution, number, number])[] = [
    [{ kind: "normal", mean: 1, std: 0.2 }, 0.6, 0.6],
    [{ kind: "normal", mean: 1, std: 0.2 }, -0.8, -0.8],
    // Of normals with ρ: uniforms have (6 ÷ π) asin(ρ ÷ 2), lognormals (e^(ρσ²) − 1) ÷ (e^(σ²) − 1).
    [{ kind: "uniform", low: 0, high: 2 }, 0.6, (6 / Math.PI) * Math.asin(0.3)],
    [{ kind: "lognormal", mean: 0, sigma: 0.5 }, 0.6, Math.expm1(0.6 * 0.25) / Math.expm1(0.25)],
  ];
  for (const [distribution, coefficient, expected] of exact) {
    test(`${distribution.kind} draws correlated by ${coefficient} converge to the closed form`, () => {
      assert.ok(Math.abs(drawn(distribution, coefficient) - expected) < 5 / Math.sqrt(20_000));
    });
  }
});

/** Pearson's correlation of what two dimensions are made into, as a plan draws them. */
function drawn(distribution: Distribution, coefficient: number): number {
  const plan = planFor(
    [saleOf("A", distribution), saleOf("B", distribution)],
    [{ variables: ["A", "B"], coefficient }],
    20_000,
  );
  const one = resultOf(
    { ...plan, terms: plan.terms.slice(0, 1) },
    outcomeOf({ ...plan, terms: plan.terms.slice(0, 1) }),
  );
  // With A alone in the cash, the correlation of B with the cash is that of B with A.
  return one.sensitivity.find(({ name }) => name.startsWith("B"))?.correlation ?? Number.NaN;
}

function planFor(
  uncertainties: readonly Uncertainty[],
  correlations: MonteCarloOptions["correlations"],
  iterations: number,
  sampling: Plan["sampling"] = "random",
): Plan {
  return planOf(forecast(modelOf(sales), { months: 2 }), uncertainties, correlations ?? [], {
    seed: 3,
    iterations,
    sampling,
  });
}

function outcomeOf(plan: Plan): ReturnType<typeof emptyOutcome> {
  const outcome = emptyOutcome(plan);
  const run = simulator(plan, outcome);
  for (let chunk = 0; chunk * 250 < plan.iterations; chunk += 1) run(chunk);
  return outcome;
}

suite("simulation", () => {
  const company = modelOf(
    `${sales}- { type: employee, name: Ada, salary: 1200, start_date: 2026-01-01, overhead_multiplier: 1.3 }
- { type: service, name: S, monthly_amount: 90, start_date: 2026-01-01, payment_terms_days: 30 }
- { type: equipment, name: E, cost: 100, purchase_date: 2026-03-01, start_date: 2026-03-01, useful_life_years: 2 }`,
    "tax: { rate: 0.2 }",
  );

  test("draws that change nothing give the forecast, to the cent, with tax and growth", async () => {
    const certain: readonly Uncertainty[] = [
      {
        name: "pay",
        target: { kind: "field", entity_type: "employee", field: "salary", mode: "multiply", shared: false },
        distribution: { kind: "normal", mean: 1, std: 0 },
      },
      {
        name: "sales",
        target: { kind: "field", entity_type: "sale", field: "amount", mode: "add", shared: true },
        distribution: { kind: "normal", mean: 0, std: 0 },
      },
      {
        name: "growth",
        target: { kind: "assumption", assumption: "revenue_growth_rate" },
        distribution: { kind: "normal", mean: 0.1, std: 0 },
      },
      {
        name: "storm",
        target: { kind: "shock", on: "expense", probability: 0 },
        distribution: { kind: "normal", mean: 1e6, std: 0 },
      },
    ];
    const scenario = { name: "own", assumptions: { revenue_growth_rate: 0.1 } };
    const { columns } = forecast(company, { scenario, months: 24 });
    const { fan } = await monteCarlo(company, { scenario, months: 24, iterations: 100, uncertainties: certain });
    // Tax is not rounded in a simulation: half a cent a payment.
    for (const [at, month] of fan.entries())
      assert.ok(Math.abs(month.mean * 100 - (columns.cash_balance[at] ?? 0)) < 8, month.month);
  });

  test("the mean and variance of the cash converge to the closed form, each entity with its own draw or all with one", async () => {
    for (const shared of [false, true]) {
      const target = { kind: "field", entity_type: "sale", field: "amount", mode: "multiply", shared } as const;
      const result = await monteCarlo(modelOf(sales), {
        months: 2,
        iterations: 20_000,
        threads: 0,
        uncertainties: [{ name: "sales", target, distribution: { kind: "normal", mean: 1.1, std: 0.2 } }],
      });
      const { mean = 0, std = 0 } = result.metrics.final_cash_balance;
      // Three sales of 100: variances add up where they are independent, deviations where they are one.
      const expected = shared ? 60 : 20 * Math.sqrt(3);
      assert.ok(Math.abs(mean - 1330) < (5 * expected) / Math.sqrt(20_000), `${mean}`);
      assert.ok(Math.abs(std - expected) < (5 * expected) / Math.sqrt(40_000), `${std}`);
      // VaR and ES of a normal change of cash of mean 330.
      const { valueAtRisk95, expectedShortfall95 } = result.risk;
      assert.ok(Math.abs(valueAtRisk95 - (1.6449 * expected - 330)) < expected * 0.05);
      assert.ok(Math.abs(expectedShortfall95 - (2.0627 * expected - 330)) < expected * 0.06);
    }
  });

  test("the probability of ruin converges to the closed form", async () => {
    const shock: Uncertainty = {
      name: "fine",
      target: { kind: "shock", on: "expense", from: "2026-02", to: "2026-02", probability: 0.25 },
      distribution: { kind: "uniform", low: 0, high: 2600 },
    };
    const { risk, fan, runway } = await monteCarlo(modelOf(sales), {
      months: 3,
      iterations: 20_000,
      threads: 0,
      uncertainties: [shock],
    });
    // 1,300 are there: half of the fines are above, a quarter of the time there is one.
    assert.ok(Math.abs(risk.probabilityOfRuin - 0.125) < 5 * Math.sqrt((0.125 * 0.875) / 20_000));
    const [low, high] = risk.probabilityOfRuinInterval;
    assert.ok(low < risk.probabilityOfRuin && risk.probabilityOfRuin < high);
    assert.deepEqual(
      [fan[0]?.ruined, fan[1]?.ruined, fan[2]?.ruined],
      [0, risk.probabilityOfRuin, risk.probabilityOfRuin],
    );
    assert.equal(runway.beyond + runway.byMonth.reduce((all, { count }) => all + count, 0), 20_000);
  });

  test("latin hypercube sampling puts one draw into each stratum, and the mean is nearer", () => {
    const uncertainty = saleOf("A", { kind: "uniform", low: 0, high: 1 });
    const plan = planFor([uncertainty], [], 1000, "latin_hypercube");
    const { balances } = outcomeOf(plan);
    // The cash of the first month is 1,200 and 100 times the draw.
    const strata = new Set(
      Array.from({ length: 1000 }, (_none, at) => Math.floor(((balances[at * 2] ?? 0) / 100 - 1200) * 10)),
    );
    assert.equal(strata.size, 1000);
  });

  test("the same seed gives the same answer on any number of threads, another seed another", async () => {
    const options = { months: 24, iterations: 1100, seed: 42 };
    const here = await monteCarlo(company, { ...options, threads: 0 });
    for (const threads of [1, 3]) assert.deepEqual(await monteCarlo(company, { ...options, threads }), here);
    const other = await monteCarlo(company, { ...options, seed: 43, threads: 0 });
    assert.notEqual(other.metrics.final_cash_balance.mean, here.metrics.final_cash_balance.mean);
  });

  test("progress grows to the end, here and in threads", async () => {
    for (const threads of [0, 2]) {
      const told: number[] = [];
      await monteCarlo(company, { iterations: 1100, threads, onProgress: (done) => told.push(done) });
      assert.deepEqual(told, [250, 500, 750, 1000, 1100]);
    }
  });

  test("a run is given up when it is no longer wanted, here and in threads", async () => {
    for (const threads of [0, 2]) {
      const controller = new AbortController();
      const reason = new Error("no longer wanted");
      let told = 0;
      const onProgress = (): void => {
        told += 1;
        controller.abort(reason);
      };
      await assert.rejects(
        monteCarlo(company, { months: 120, iterations: 50_000, threads, onProgress, signal: controller.signal }),
        reason,
      );
      assert.ok(told < 200, `${told} of 200 chunks`);
    }
  });

  test("what has no meaning is refused", async () => {
    const target = { kind: "field", entity_type: "sale", field: "quantity", mode: "multiply", shared: false } as const;
    const nothing: Uncertainty = { name: "x", target, distribution: { kind: "normal", mean: 1, std: 0.1 } };
    await assert.rejects(monteCarlo(company, { iterations: 9 }), {
      code: "invalid_argument",
      message: /iterations must be a whole number from 100/,
    });
    await assert.rejects(monteCarlo(company, { months: 600, iterations: 100_000 }), {
      code: "invalid_argument",
      message: /at most 20000/,
    });
    await assert.rejects(monteCarlo(company, { uncertainties: [nothing] }), {
      code: "not_found",
      message: /Fields whose effect is proportional: amount/,
    });
    const correlations = [{ variables: ["A", "Z"], coefficient: 0.5 }];
    await assert.rejects(
      monteCarlo(modelOf(sales), { uncertainties: [saleOf("A", { kind: "normal", mean: 1, std: 0.1 })], correlations }),
      { code: "not_found" },
    );
  });
});
