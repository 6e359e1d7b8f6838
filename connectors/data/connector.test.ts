import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type OpenConnector, openConnector } from "switchyard/connector";
import { connector } from "./connector.ts";

let folder: string;
let open: OpenConnector;

/** Runs for hours where nobody ends it. */
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-data-"));
  const shop = new DatabaseSync(join(folder, "shop.db"));
  shop.exec(`CREATE TABLE orders (id INTEGER, customer TEXT, total REAL);
    INSERT INTO orders VALUES (1, 'ada', 10.5), (2, 'bob', 20), (3, NULL, 30)`);
  shop.close();
  await writeFile(join(folder, "visits.csv"), "day,visits\n2026-01-01,5\n2026-01-02,7\n");
  open = await openConnector(
    connector,
    {
      sources: {
        shop: { type: "sqlite", file: "shop.db" },
        hasty: { type: "sqlite", file: "shop.db", timeoutMs: 300 },
        hurried: { type: "files", dir: ".", timeoutMs: 300 },
        lake: { type: "files", dir: ".", maxCharacters: 60 },
        later: { type: "sqlite", file: "later.db" },
        gone: { type: "sqlite", file: "nowhere.db" },
      },
    },
    folder,
  );
});

after(async () => {
  await open[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const call = async (name: string, args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<unknown> =>
  (await open.call(name, args, signal && { signal }))["structuredContent"];

test("a source is asked by its name, with values for placeholders, and says what its columns are", async () => {
  const asked = {
    source: "shop",
    sql: "SELECT id, customer, total FROM orders WHERE total > ? ORDER BY id",
    parameters: [15],
  };
  assert.deepEqual(await call("query", asked), {
    columns: [
      { name: "id", type: "INTEGER" },
      { name: "customer", type: "TEXT" },
      { name: "total", type: "REAL" },
    ],
    rows: [
      [2, "bob", 20],
      [3, null, 30],
    ],
    rowCount: 2,
  });
  assert.deepEqual(await call("query", { source: "lake", sql: "SELECT sum(visits) AS n FROM visits" }), {
    columns: [{ name: "n", type: "HUGEINT" }],
    rows: [[12]],
    rowCount: 1,
  });
});

test("rows beyond a limit are cut off, and the result says by which", async () => {
  const some = await call("query", { source: "shop", sql: "SELECT id FROM orders", maxRows: 2 });
  assert.deepEqual(some, {
    columns: [{ name: "id", type: "INTEGER" }],
    rows: [[1], [2]],
    rowCount: 2,
    truncated: "rows",
  });
  const long = await call("query", { source: "lake", sql: "SELECT repeat('x', 20) AS x FROM range(9)" });
  assert.deepEqual([Object(long).rowCount, Object(long).truncated], [2, "characters"]);
});

test("the sources are listed, and the tables of one", async () => {
  assert.deepEqual(await call("sources", {}), {
    sources: [
      { name: "shop", type: "sqlite" },
      { name: "hasty", type: "sqlite" },
      { name: "hurried", type: "files" },
      { name: "lake", type: "files" },
      { name: "later", type: "sqlite" },
      { name: "gone", type: "sqlite" },
    ],
  });
  assert.deepEqual(await call("sources", { source: "lake" }), {
    tables: [
      {
        name: "visits",
        columns: [
          { name: "day", type: "DATE" },
          { name: "visits", type: "BIGINT" },
        ],
      },
    ],
  });
});

test("statements are checked without being run, and the first that would not run is named", async () => {
  const good = { source: "shop", sql: "SELECT 1" };
  assert.deepEqual(await call("check", { statements: [good, { source: "lake", sql: "FROM visits" }] }), {});
  const bad = { source: "lake", sql: "COPY visits TO 'x.csv'" };
  const worse = { source: "shop", sql: "SELECT 1; DROP TABLE orders" };
  assert.deepEqual(await call("check", { statements: [good, bad, worse] }), {
    refused: {
      index: 1,
      part: "COPY",
      message: "lake: COPY: only one SELECT that reads and changes nothing is run here; write it as such",
    },
  });
});

test("what is wrong is said with the source, the part and the way out", async () => {
  const failing: readonly (readonly [source: string, sql: string, message: RegExp])[] = [
    [
      "shop",
      "DELETE FROM orders",
      /^shop: The statement is not run\. DELETE: only one SELECT that reads .* write it as such$/,
    ],
    [
      "shop",
      "SELECT load_extension('x')",
      /^shop: The statement is not run\. load_extension\(\): this function may do more/,
    ],
    ["shop", "SELECT * FROM order", /^shop: near "order": syntax error$/],
    ["gone", "SELECT 1", /^gone: unable to open database file$/],
    ["other", "SELECT 1", /^There is no source "other"; there are: shop, hasty, hurried, lake, later, gone$/],
  ];
  for (const [source, sql, message] of failing) {
    await assert.rejects(call("query", { source, sql }), { name: "ToolFailure", message });
  }
});

for (const source of ["hasty", "hurried"]) {
  test(`a statement that takes too long is ended, and the next is answered: ${source}`, async () => {
    const message = `${source}: The statement took longer than 300 ms and was ended; ask for less, or raise timeoutMs of the source`;
    await assert.rejects(call("query", { source, sql: endless }), { name: "ToolFailure", message });
    assert.equal(Object(await call("query", { source, sql: "SELECT 1" })).rowCount, 1);
  });
}

test("a source that could not be opened is opened once it can be", async () => {
  const asked = { source: "later", sql: "SELECT a FROM t" };
  await assert.rejects(call("query", asked), { message: "later: unable to open database file" });
  const made = new DatabaseSync(join(folder, "later.db"));
  made.exec("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7)");
  made.close();
  assert.deepEqual(Object(await call("query", asked)).rows, [[7]]);
});

test("a caller who leaves ends its statement, whether it runs or waits, and others go on", async () => {
  const leaving = Array.from({ length: 6 }, () => new AbortController());
  const running = leaving.map(({ signal }, at) =>
    call("query", { source: at % 2 === 0 ? "shop" : "lake", sql: endless }, signal),
  );
  const settled = Promise.allSettled(running);
  const other = call("query", { source: "lake", sql: "SELECT 1 AS n" });
  for (const controller of leaving) controller.abort(new Error("gone"));
  for (const outcome of await settled) {
    assert.ok(outcome.status === "rejected" && outcome.reason instanceof Error && outcome.reason.message === "gone");
  }
  assert.equal(Object(await other).rowCount, 1);
});
