import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { z } from "zod";
import type { Table } from "../table.ts";
import { analyzed } from "./analyze.ts";
import { type Wish, wishShape } from "./wish.ts";

const wishes = z.object(wishShape);

function tableOf(columns: readonly string[], rows: Table["rows"]): Table {
  return { columns: columns.map((name) => ({ name, type: undefined })), rows, truncated: undefined };
}

async function resultOf(table: Table, wish: z.input<typeof wishes>): Promise<Readonly<Record<string, never>>> {
  const checked: Wish = wishes.parse(wish);
  return Object((await analyzed(table, checked)).result);
}

function assertNear(actual: unknown, expected: number, what: string): void {
  const scale = Math.max(1, Math.abs(expected));
  assert.ok(
    typeof actual === "number" && Math.abs(actual - expected) <= 1e-9 * scale,
    `${what}: ${String(actual)}, not ${expected}`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Sum of products of the differences from the means. */
function products(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return sum(a.map((each, at) => (each - meanA) * ((b[at] ?? 0) - meanB)));
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((x, y) => x - y);
  const place = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (place - Math.floor(place)) * (high - low);
}

/** The first of Anscombe's four sets (F. J. Anscombe, Graphs in Statistical Analysis, 1973), whose figures are printed there. */
const anscombe = tableOf(
  ["x", "y"],
  [
    [10, 8.04],
    [8, 6.95],
    [13, 7.58],
    [9, 8.81],
    [11, 8.33],
    [14, 9.96],
    [6, 7.24],
    [4, 4.26],
    [12, 10.84],
    [7, 4.82],
    [5, 5.68],
  ],
);

const round = (value: unknown, digits: number): number => Number(Number(value).toFixed(digits));

test("a published set has its published figures", async () => {
  const { columns } = await resultOf(anscombe, { kind: "statistics" });
  const [x, y] = Array.from<Readonly<Record<string, unknown>>>(columns ?? []);
  assert.deepEqual(
    [x?.["mean"], round(x?.["variance"], 9), round(y?.["mean"], 2), round(y?.["variance"], 3)],
    [9, 11, 7.5, 4.127],
  );
  const { pairs } = await resultOf(anscombe, { kind: "correlation" });
  const [pair] = Array.from<Readonly<Record<string, unknown>>>(pairs ?? []);
  assert.deepEqual([round(pair?.["r"], 3), pair?.["isStrong"], pair?.["count"]], [0.816, true, 11]);
  const line: Readonly<Record<string, unknown>> = await resultOf(anscombe, { kind: "trend", value: "y", over: "x" });
  assert.deepEqual(
    [round(line["slope"], 2), round(line["intercept"], 1), round(line["r2"], 2), line["direction"], line["per"]],
    [0.5, 3, 0.67, "rising", "x"],
  );
});

test("statistics, correlation and line are what their formulas say, whatever the numbers", async () => {
  const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 100);
  const row = fc.tuple(fc.option(number), number);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 4, maxLength: 40 }), async (rows) => {
      const both = rows.flatMap(([a, b]) => (a === null ? [] : [[a, b] as const]));
      const [a, b] = [both.map(([each]) => each), both.map(([, each]) => each)];
      fc.pre(new Set(a).size > 2 && new Set(b).size > 2);
      const table = tableOf(["a", "b"], rows);
      const { columns } = await resultOf(table, { kind: "statistics", columns: ["a"] });
      const [told] = Array.from<Readonly<Record<string, unknown>>>(columns ?? []);
      const n = a.length;
      const variance = products(a, a) / (n - 1);
      const [q1, q3] = [quantile(a, 0.25), quantile(a, 0.75)];
      const cubes = sum(a.map((each) => ((each - mean(a)) / Math.sqrt(variance)) ** 3));
      assert.equal(told?.["count"], n);
      assert.equal(
        told["outliers"],
        a.filter((each) => each < q1 - 1.5 * (q3 - q1) || each > q3 + 1.5 * (q3 - q1)).length,
      );
      assertNear(told["mean"], mean(a), "mean");
      assertNear(told["variance"], variance, "variance");
      assertNear(told["stddev"], Math.sqrt(variance), "stddev");
      assertNear(told["q1"], q1, "q1");
      assertNear(told["median"], quantile(a, 0.5), "median");
      assertNear(told["q3"], q3, "q3");
      assert.ok(Math.abs(Number(told["skewness"]) - (n / ((n - 1) * (n - 2))) * cubes) < 1e-6, "skewness");
      const r = products(a, b) / Math.sqrt(products(a, a) * products(b, b));
      const { pairs } = await resultOf(table, { kind: "correlation" });
      const [pair] = Array.from<Readonly<Record<string, unknown>>>(pairs ?? []);
      assert.equal(pair?.["count"], n);
      assertNear(pair["r"], r, "r");
      assert.equal(pair["isStrong"], Math.abs(Number(pair["r"])) > 0.7);
      const line: Readonly<Record<string, unknown>> = await resultOf(table, { kind: "trend", value: "b", over: "a" });
      const slope = products(a, b) / products(a, a);
      assertNear(line["slope"], slope, "slope");
      assertNear(line["intercept"], mean(b) - slope * mean(a), "intercept");
      assertNear(line["r2"], r * r, "r2");
    }),
    { numRuns: 20 },
  );
});

test("a trend over time is per day, with sums for each period", async () => {
  const days = tableOf(
    ["at", "n"],
    [
      ["2026-01-01", 10],
      ["2026-01-11 00:00:00+00", 30],
      ["2026-02-10T00:00:00.000Z", 90],
      [null, 5],
    ],
  );
  const told: Readonly<Record<string, unknown>> = await resultOf(days, { kind: "trend", value: "n", over: "at" });
  assert.deepEqual(
    { ...told, slope: round(told["slope"], 9), intercept: round(told["intercept"], 9), r2: round(told["r2"], 9) },
    {
      value: "n",
      per: "day",
      count: 3,
      slope: 2,
      intercept: 10,
      r2: 1,
      direction: "rising",
      every: "month",
      periods: [
        { period: "2026-01-01", count: 2, sum: 40, mean: 20, min: 10, max: 30 },
        { period: "2026-02-01", count: 1, sum: 90, mean: 90, min: 90, max: 90 },
      ],
    },
  );
  const flat: Readonly<Record<string, unknown>> = await resultOf(tableOf(["n"], [[3], [3], [3]]), {
    kind: "trend",
    value: "n",
  });
  assert.deepEqual([flat["per"], flat["slope"], flat["direction"]], ["row", 0, "none"]);
});

/** Two rows are the same, one column is the same throughout, and texts are as people type them. */
const people = tableOf(
  ["name", "age", "country", "zip", "since"],
  [
    ["Ada", 36, "UK", "123", "2026-01-01"],
    ["Ada", 36, "UK", "123", "2026-01-01"],
    [" Bob", null, "UK", "W1", "2026-02-01"],
    ["", 50, "UK", null, "2026-03-01"],
  ],
);

test("a profile says of each column what it holds", async () => {
  const { columns } = await resultOf(people, { kind: "profile", columns: ["age", "name", "since"] });
  assert.deepEqual(columns, [
    {
      name: "age",
      kind: "number",
      count: 3,
      nulls: 1,
      distinct: 2,
      min: 36,
      max: 50,
      mean: 122 / 3,
      nullPercent: 25,
      top: [
        { value: 36, count: 2 },
        { value: 50, count: 1 },
      ],
    },
    {
      name: "name",
      kind: "text",
      count: 4,
      nulls: 0,
      distinct: 3,
      min: "",
      max: "Ada",
      mean: null,
      nullPercent: 0,
      top: [
        { value: "Ada", count: 2 },
        { value: "", count: 1 },
        { value: " Bob", count: 1 },
      ],
    },
    {
      name: "since",
      kind: "time",
      count: 4,
      nulls: 0,
      distinct: 3,
      min: "2026-01-01T00:00:00.000Z",
      max: "2026-03-01T00:00:00.000Z",
      mean: null,
      nullPercent: 0,
      top: [
        { value: "2026-01-01T00:00:00.000Z", count: 2 },
        { value: "2026-02-01T00:00:00.000Z", count: 1 },
        { value: "2026-03-01T00:00:00.000Z", count: 1 },
      ],
    },
  ]);
});

test("data quality names columns with more than 10 % of nulls, double rows and odd texts", async () => {
  assert.deepEqual(await resultOf(people, { kind: "quality" }), {
    rows: 4,
    completePercent: 90,
    duplicateRows: 1,
    issues: [
      { column: "name", issue: "blank_texts", count: 1, percent: 25 },
      { column: "name", issue: "untrimmed_texts", count: 1, percent: 25 },
      { column: "age", issue: "many_nulls", count: 1, percent: 25 },
      { column: "country", issue: "constant", count: 4, percent: 100 },
      { column: "zip", issue: "many_nulls", count: 1, percent: 25 },
      { column: "zip", issue: "numbers_among_texts", count: 2, percent: 50 },
      { issue: "duplicate_rows", count: 1, percent: 25 },
    ],
  });
  const rows = Array.from({ length: 10 }, (_, at) => [at === 0 ? null : at]);
  assert.deepEqual(Object(await resultOf(tableOf(["n"], rows), { kind: "quality" })).issues, []);
});

test("a distribution puts each number into one range, and counts every value of anything else", async () => {
  const numbers = tableOf(
    ["n", "t"],
    [
      [0, "b"],
      [1, "a"],
      [2.5, "b"],
      [5, "c"],
      [10, "b"],
      [null, null],
    ],
  );
  const { columns } = await resultOf(numbers, { kind: "distribution", bins: 4, top: 2 });
  assert.deepEqual(columns, [
    {
      name: "n",
      kind: "number",
      ranges: [
        { from: 0, to: 2.5, count: 2 },
        { from: 2.5, to: 5, count: 1 },
        { from: 5, to: 7.5, count: 1 },
        { from: 7.5, to: 10, count: 1 },
      ],
    },
    {
      name: "t",
      kind: "text",
      values: [
        { value: "b", count: 3, percent: 60 },
        { value: "a", count: 1, percent: 20 },
      ],
      others: 1,
    },
  ]);
  const same = await resultOf(tableOf(["n"], [[7], [7]]), { kind: "distribution" });
  assert.deepEqual(same["columns"], [{ name: "n", kind: "number", ranges: [{ from: 7, to: 7, count: 2 }] }]);
});

test("groups are counted and summed up, the most frequent first", async () => {
  const { groups, hasMore } = await resultOf(people, {
    kind: "group",
    by: ["name", "country"],
    measures: ["age"],
    top: 2,
  });
  assert.deepEqual(groups, [
    {
      values: { name: "Ada", country: "UK" },
      count: 2,
      measures: { age: { count: 2, sum: 72, mean: 36, min: 36, max: 36 } },
    },
    {
      values: { name: "", country: "UK" },
      count: 1,
      measures: { age: { count: 1, sum: 50, mean: 50, min: 50, max: 50 } },
    },
  ]);
  assert.equal(hasMore, true);
});

test("names of columns are names, whatever they look like, and those that are not there are told", async () => {
  const odd = tableOf(['a"; DROP TABLE data; --', "A", "a"], [[1, 2, 3]]);
  const { columns } = await resultOf(odd, { kind: "profile" });
  assert.deepEqual(
    Array.from<Readonly<Record<string, unknown>>>(columns ?? []).map(({ name }) => name),
    ['a"; DROP TABLE data; --', "A", "a:1"],
  );
  await assert.rejects(resultOf(people, { kind: "trend", value: "name" }), {
    message: '"name" is a column of text; number is needed here',
  });
  await assert.rejects(resultOf(people, { kind: "group", by: ["town"] }), {
    message: 'There is no column "town"; there are name, age, country, zip, since',
  });
  await assert.rejects(resultOf(people, { kind: "correlation" }), {
    message: "At least 2 columns of numbers are needed; there are 1",
  });
});
