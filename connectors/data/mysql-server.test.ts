import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../test/rig/until.ts";
import { MySqlEngine } from "./engines/mysql.ts";

/** No server of MySQL or MariaDB comes with npm. One that is empty can be named, `mysql://root@127.0.0.1:3306/`, and is written to. */
const url = process.env["TEST_MYSQL_URL"];
const skip = url === undefined ? "TEST_MYSQL_URL names no server of MySQL or MariaDB" : false;

const bounds = { maxRows: 100, maxCharacters: 100_000 };

test("a server of MySQL or MariaDB is asked, cut off, cancelled and never written to", { skip }, async () => {
  const { createConnection } = await import("mysql2/promise");
  const owner = await createConnection({ uri: url ?? "", multipleStatements: true });
  await owner.query(`DROP DATABASE IF EXISTS switchyard_test; CREATE DATABASE switchyard_test; USE switchyard_test;
    CREATE TABLE t (a INT, c DECIMAL(30, 12), d DATETIME, e BIGINT);
    INSERT INTO t VALUES (1, 1.5, '2026-01-02 03:04:05', 9007199254740993), (2, 123456789012345678.123456789012, NULL, 5);
    CREATE FUNCTION writes() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN DELETE FROM t; RETURN 1; END;
    CREATE VIEW w AS SELECT writes() AS x`);
  const engine = await MySqlEngine.open(new URL("/switchyard_test", url).href, 5000);
  assert.deepEqual(
    (await engine.tables(10)).map(({ name }) => name),
    ["t", "w"],
  );
  assert.deepEqual((await engine.run("SELECT * FROM t WHERE a < ? ORDER BY a", [3], bounds)).rows, [
    [1, 1.5, "2026-01-02 03:04:05", "9007199254740993"],
    [2, "123456789012345678.123456789012", null, 5],
  ]);
  const many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i FROM n";
  const { rows, truncated } = await engine.run(many, [], bounds);
  assert.deepEqual([rows.length, truncated], [100, "rows"]);
  // What the check stands before holds by itself as well: this view of its owner's writes.
  await assert.rejects(engine.run("SELECT * FROM w", [], bounds), /READ ONLY transaction/i);
  const long = `${many.replace("SELECT i FROM n", "")} SELECT sum(length(md5(concat(x.i, y.i, z.i)))) FROM n AS x, n AS y, n AS z`;
  const ended = assert.rejects(engine.run(long, [], bounds), /interrupted/);
  const running = "SELECT 1 FROM information_schema.processlist WHERE info LIKE '%md5%' AND id <> connection_id()";
  await until(async () => {
    const [found] = await owner.query(running);
    return Array.isArray(found) && found.length > 0;
  }, "the statement runs");
  await engine.cancel();
  await ended;
  assert.deepEqual((await engine.run("SELECT count(*) FROM t", [], bounds)).rows, [[2]]);
  engine.close();
  await owner.query("DROP DATABASE switchyard_test");
  await owner.end();
});
