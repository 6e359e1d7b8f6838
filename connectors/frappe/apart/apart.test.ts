import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Table } from "../../shared/table.ts";
import { Apart } from "./apart.ts";

const apart = new Apart();
after(() => {
  apart.close();
  apart.close();
});
const { signal } = new AbortController();

function table(names: readonly string[], rows: Table["rows"]): Table {
  return { columns: names.map((name) => ({ name, type: undefined })), rows, truncated: undefined };
}

const invoices = table(
  ["customer", "due", "total"],
  [
    ["A", "2026-01-31", 10],
    ["B", "2026-02-28", 20],
    ["A", "2026-03-31", 5],
  ],
);
const customers = table(
  ["name", "country"],
  [
    ["A", "Norway"],
    ["B", "Peru"],
  ],
);

function sql(statement: string, maxRows = 100) {
  return apart.run({ kind: "sql", tables: { invoices, customers }, sql: statement, maxRows }, signal);
}

test("a SELECT joins what was given, dates as times", async () => {
  const found = await sql(
    "SELECT country, sum(total) AS total, max(due) AS last FROM invoices JOIN customers ON name = customer GROUP BY 1 ORDER BY 1",
  );
  assert.deepEqual(found.rows, [
    ["Norway", 15, "2026-03-31T00:00:00.000Z"],
    ["Peru", 20, "2026-02-28T00:00:00.000Z"],
  ]);
});

test("what is no SELECT, or reaches for the machine, is refused", async () => {
  const refused = [
    ["DELETE FROM invoices", /Only a SELECT is run/],
    ["SELECT 1; SELECT 2", /One SELECT is run, there are 2 statements/],
    ["SELECT * FROM read_csv('/etc/passwd')", /disabled/],
    ["COPY invoices TO '/tmp/x.csv'", /Only a SELECT is run|disabled/],
    ["SELECT * FROM nowhere", /nowhere/],
    ["SELEKT", /syntax error/i],
  ] as const;
  for (const [statement, message] of refused) await assert.rejects(sql(statement), { name: "ToolFailure", message });
});

test("no more rows are given than were asked for, and that is said", async () => {
  const found = await sql("SELECT * FROM range(1000)", 10);
  assert.deepEqual([found.rows.length, found.truncated], [10, "rows"]);
});

test("a chart comes as a drawing and as an option", async () => {
  const chart = { kind: "bar", x: "customer", y: ["total"] } as const;
  const { svg, option } = await apart.run({ kind: "chart", table: invoices, chart }, signal);
  assert.match(svg, /^<svg /);
  assert.deepEqual(Object(option).series[0].data, [10, 20, 5]);
  const wrong = apart.run({ kind: "chart", table: invoices, chart: { ...chart, x: "who" } }, signal);
  await assert.rejects(wrong, {
    name: "ToolFailure",
    message: /needs the column "who"; there are customer, due, total/,
  });
});

test("a caller who leaves ends the work, and the next one's is done", async () => {
  const leaving = new AbortController();
  const endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b";
  const running = apart.run({ kind: "sql", tables: {}, sql: endless, maxRows: 1 }, leaving.signal);
  leaving.abort(new Error("gone"));
  await assert.rejects(running, /gone/);
  assert.deepEqual((await sql("SELECT 1")).rows, [[1]]);
});

test(
  "work that wants too much memory is ended, and that is said",
  { skip: process.platform !== "linux" && "only Linux tells what a process uses" },
  async () => {
    const small = new Apart({ memoryMb: 40 });
    const endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b";
    await assert.rejects(small.run({ kind: "sql", tables: {}, sql: endless, maxRows: 1 }, signal), {
      name: "ToolFailure",
      message: /^It wanted more than 40 MB of memory and was ended/,
    });
    small.close();
  },
);

test("where no process can be started, whoever asks is told, and the places are free again", async () => {
  const { execPath } = process;
  const none = new Apart();
  const one = () => none.run({ kind: "sql", tables: {}, sql: "SELECT 1", maxRows: 1 }, signal);
  try {
    process.execPath = "/no/such/program";
    for (let times = 0; times < 3; times += 1) await assert.rejects(one(), { name: "ToolFailure", message: /ENOENT/ });
  } finally {
    process.execPath = execPath;
  }
  assert.deepEqual((await one()).rows, [[1]]);
  none.close();
});
