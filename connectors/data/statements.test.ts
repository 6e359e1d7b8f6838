import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { until } from "../../test/rig/until.ts";
import { type TestPostgres, startPostgres } from "../../test/rig/postgres.ts";
import { DuckDbEngine } from "./engines/duckdb.ts";
import type { Engine } from "./engines/engine.ts";
import { PostgresEngine } from "./engines/postgres.ts";
import { SqliteEngine } from "./engines/sqlite.ts";
import { StatementRefused } from "./refused.ts";
import { checkMySql } from "./statements/mysql-statement.ts";

/** A statement that is refused, and the part that is named. */
type Refused = readonly [sql: string, part: string];

const bounds = { maxRows: 100, maxCharacters: 100_000 };

/** What no source runs, in words that every dialect has. */
const everywhere: readonly Refused[] = [
  ["INSERT INTO t VALUES (3, 'z')", "INSERT"],
  ["/* SELECT */ UPDATE t SET a = 1", "UPDATE"],
  ["-- SELECT\nDELETE FROM t", "DELETE"],
  ["DROP TABLE t", "DROP"],
  ["CREATE TABLE u AS SELECT * FROM t", "CREATE"],
  ["SELECT 1; DELETE FROM t", "2 statements"],
  ["SELECT 1; SELECT 2", "2 statements"],
  ["SELECT 1 /* ; */ ; /* -- */ DROP TABLE t", "2 statements"],
];

async function assertRefused(check: (sql: string) => Promise<void> | void, statements: readonly Refused[]) {
  for (const [sql, part] of statements) {
    await assert.rejects(
      async () => check(sql),
      (thrown) => {
        assert.ok(thrown instanceof StatementRefused, `${sql}: ${String(thrown)}`);
        assert.equal(thrown.part, part, sql);
        return true;
      },
      sql,
    );
  }
}

async function assertRuns(engine: Engine, statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    const { rows } = await engine.run(sql, [], bounds);
    assert.ok(rows.length > 0, sql);
  }
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-data-"));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("SQLite runs what reads, and refuses everything else before anything of it runs", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "shop.db");
    const made = new DatabaseSync(file);
    made.exec(
      "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y'); CREATE VIEW v AS SELECT a FROM t",
    );
    made.close();
    const before = await readFile(file);
    const engine = new SqliteEngine(file);
    await assertRuns(engine, [
      "SELECT * FROM v;  -- the end",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT sum(i), median(i) FROM n",
      "SELECT a, row_number() OVER (ORDER BY b), json_extract('{\"x\":1}', '$.x'), ';' AS \"delete from t\" FROM t",
      "VALUES (1), (2)",
      "SELECT value FROM json_each('[1]')",
      "SELECT name FROM sqlite_schema",
    ]);
    await assertRefused(
      (sql) => engine.check(sql),
      [
        ...everywhere.map(([sql, part]): Refused => [sql, sql.includes("; SELECT 2") ? "2 statements" : part]),
        ["WITH x AS (SELECT 1) DELETE FROM t", "DELETE"],
        ["REPLACE INTO t VALUES (1, 'x')", "REPLACE"],
        ["ATTACH 'other.db' AS o", "ATTACH"],
        ["DETACH main", "DETACH"],
        ["PRAGMA query_only = OFF", "PRAGMA"],
        ["VACUUM INTO 'copy.db'", "VACUUM"],
        ["REINDEX", "REINDEX"],
        ["BEGIN", "BEGIN"],
        ["SAVEPOINT s", "SAVEPOINT"],
        ["SELECT load_extension('evil')", "load_extension()"],
        ["SELECT sqlite_log(1, 'x')", "sqlite_log()"],
        ["SELECT fts3_tokenizer('simple')", "fts3_tokenizer()"],
        ["SELECT * FROM dbstat", "dbstat"],
      ],
    );
    assert.throws(() => engine.run("SELECT * FROM pragma_table_info('t')", [], bounds), { name: "StatementRefused" });
    for (const absent of ["SELECT readfile('/etc/passwd')", "SELECT writefile('x', 'y')"]) {
      assert.throws(() => {
        engine.check(absent);
      }, /no such function/);
    }
    engine.close();
    assert.deepEqual(await readFile(file), before);
    assert.deepEqual(await readdir(folder), ["shop.db"]);
  });
});

test("DuckDB sees the files of its folder as tables, nothing else of the machine, and writes nothing", async () => {
  await inFolder(async (folder) => {
    const dir = await mkdtemp(join(folder, "files-"));
    await writeFile(join(dir, "t.csv"), "a,b\n1,x\n2,y\n");
    await writeFile(join(dir, "more-orders.jsonl"), '{"id": 1}\n{"id": 2}\n');
    await writeFile(join(folder, "secret.csv"), "secret\n1\n");
    await symlink(join(folder, "secret.csv"), join(dir, "link.csv"));
    const engine = await DuckDbEngine.open({ type: "files", dir });
    assert.deepEqual(
      (await engine.tables(10)).map(({ name }) => name),
      ["more_orders", "t"],
    );
    await assertRuns(engine, [
      "FROM t",
      "SELECT a, sum(a) OVER (), strftime(DATE '2026-01-01', '%Y'), list_transform([1], lambda x: x + 1) FROM t",
      "WITH x AS (SELECT count(*) AS n FROM more_orders) SELECT * FROM x, range(2)",
      "SELECT quantile_cont(a, 0.5), string_agg(b, ',' ORDER BY a) FROM t WHERE b LIKE '%' AND a IN (1, 2)",
      "DESCRIBE t",
    ]);
    await assertRefused(
      (sql) => engine.check(sql),
      [
        ...everywhere.map(([sql, part]): Refused => [
          sql,
          part === "2 statements" && !sql.endsWith("SELECT 2") ? "SELECT" : part,
        ]),
        ["COPY t TO 'out.csv'", "COPY"],
        ["ATTACH 'other.db'", "ATTACH"],
        ["INSTALL httpfs", "INSTALL"],
        ["LOAD httpfs", "LOAD"],
        ["PRAGMA version", "PRAGMA"],
        ["SET threads = 1", "SET"],
        ["CALL pragma_version()", "CALL"],
        ["EXPORT DATABASE 'x'", "EXPORT"],
        ["SELECT * FROM t FOR UPDATE", "FOR UPDATE"],
        ["SELECT nextval('s')", "nextval()"],
        ["SELECT write_log('x')", "write_log()"],
        ["SELECT * FROM read_csv('t.csv')", "read_csv()"],
        ["SELECT * FROM read_text('/etc/passwd')", "read_text()"],
        ["SELECT * FROM glob('/*')", "glob()"],
        ["SELECT * FROM query('SELECT 1')", "query()"],
        ["SELECT * FROM (SELECT * FROM checkpoint())", "checkpoint()"],
        ["SELECT * FROM '/etc/passwd.csv'", '"/etc/passwd.csv"'],
        ["SELECT * FROM 'link.csv'", '"link.csv"'],
      ],
    );
    // What the check stands before holds by itself as well.
    await assert.rejects(engine.connection.run(`COPY t TO '${join(folder, "out.csv")}'`), /disabled by configuration/);
    await assert.rejects(engine.connection.run("SET enable_external_access = true"), /locked|Cannot/);
    await writeFile(join(dir, "t.csv"), "a,c\n5,z\n");
    assert.deepEqual((await engine.run("SELECT c FROM t WHERE a = $1", [5], bounds)).rows, [["z"]]);
    engine.close();
    assert.deepEqual((await readdir(folder)).toSorted(), [dir.slice(folder.length + 1), "secret.csv"].toSorted());
  });
});

suite("PostgreSQL", () => {
  test("runs what reads, and refuses what its own catalogue calls volatile", async () => {
    await using server = await startPostgres();
    const url = await madeDatabase(server);
    const engine = await PostgresEngine.open(url, 5000);
    await assertRuns(engine, [
      "SELECT * FROM t",
      "TABLE t;",
      "VALUES (1)",
      "WITH x AS (SELECT count(*) FROM t) SELECT *, now(), random(), upper('x'), generate_series(1, 2) FROM x",
      "SELECT t.a, b ->> 0, 'for update; drop table t' FROM (SELECT a, '[1]'::json AS b FROM t) AS t",
      "SELECT pure(1), current_setting('server_version')",
    ]);
    await assertRefused(
      (sql) => engine.check(sql),
      [
        ...everywhere,
        ["WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "DELETE"],
        ["WITH new AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM new", "INSERT"],
        ["SELECT * INTO kept FROM t", "SELECT INTO"],
        ["SELECT * FROM t FOR UPDATE", "FOR UPDATE"],
        ["SELECT * FROM (SELECT * FROM t FOR SHARE) AS x", "FOR SHARE"],
        ["EXPLAIN ANALYZE DELETE FROM t", "EXPLAIN"],
        ["COPY t TO '/tmp/x'", "COPY"],
        ["SET work_mem = '1GB'", "SET"],
        ["CALL something()", "CALL"],
        ["DO $$ BEGIN DELETE FROM t; END $$", "DO"],
        ["LOCK TABLE t", "LOCK"],
        ["SELECT pg_read_file('/etc/passwd')", "pg_read_file()"],
        ["SELECT * FROM pg_catalog.pg_ls_dir('/')", "pg_ls_dir()"],
        ["SELECT lo_import('/etc/passwd')", "lo_import()"],
        ["SELECT nextval('s')", "nextval()"],
        ["SELECT set_config('x.y', '1', false)", "set_config()"],
        ["SELECT pg_terminate_backend(1)", "pg_terminate_backend()"],
        ["SELECT pg_sleep(10)", "pg_sleep()"],
        ["SELECT pg_advisory_lock(1)", "pg_advisory_lock()"],
        ["SELECT query_to_xml('DELETE FROM t', true, true, '')", "query_to_xml()"],
        ['SELECT "Sneaky"(1)', "Sneaky()"],
        ["SELECT t.of_row FROM t", "of_row()"],
        ["SELECT 1 @@@ 2", "@@@()"],
        ["SELECT a FROM t ORDER BY (SELECT pg_sleep(1))", "pg_sleep()"],
      ],
    );
    await assert.rejects(async () => engine.check("SELEC 1"), /syntax error/);
    // What the check stands before holds by itself as well: this view of its owner's writes.
    await assert.rejects(engine.run("SELECT * FROM counting", [], bounds), /read-only transaction/);
    assert.deepEqual(
      (
        await engine.run(
          "SELECT a, x FROM t, (SELECT $1::int8 AS x) AS y WHERE a = $2",
          ["9007199254740993", 2],
          bounds,
        )
      ).rows,
      [[2, "9007199254740993"]],
    );
    const first = await engine.run(
      "SELECT i, 1.5::numeric AS n, true AS t, DATE '2026-01-02' AS d FROM generate_series(1, 1200) AS i",
      [],
      { ...bounds, maxRows: 700 },
    );
    assert.deepEqual(
      [first.rows.length, first.truncated, first.rows[699]],
      [700, "rows", [700, 1.5, true, "2026-01-02"]],
    );
    assert.deepEqual(
      first.columns.map(({ type }) => type),
      ["int4", "numeric", "bool", "date"],
    );
    const long = "SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b";
    const ended = assert.rejects(engine.run(long, [], bounds), /canceling statement due to user request/);
    const other = await PostgresEngine.open(url, 5000);
    const running =
      "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'FETCH%' AND state = 'active' AND pid <> pg_backend_pid()";
    await until(async () => (await other.run(running, [], bounds)).rows.length > 0, "the statement runs");
    await engine.cancel();
    await ended;
    assert.deepEqual((await engine.run("SELECT count(*) FROM t", [], bounds)).rows, [[2]]);
    await other.close();
    await engine.close();
  });
});

async function madeDatabase(server: TestPostgres): Promise<string> {
  const { default: postgres } = await import("pg");
  const url = await server.database();
  const owner = new postgres.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`
    CREATE TABLE t (a int);
    INSERT INTO t VALUES (1), (2);
    CREATE SEQUENCE s;
    CREATE VIEW counting AS SELECT nextval('s');
    CREATE FUNCTION pure(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
    CREATE FUNCTION "Sneaky"(int) RETURNS int LANGUAGE sql AS 'DELETE FROM t RETURNING a';
    CREATE FUNCTION of_row(t) RETURNS int LANGUAGE sql AS 'DELETE FROM t RETURNING a';
    CREATE FUNCTION two(int, int) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1';
    CREATE OPERATOR @@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = two)`);
  await owner.end();
  return url;
}

/* No server of MySQL comes with npm, so that its parser is all that is tried here. */
test("MySQL: what is not one SELECT of known functions is refused", async () => {
  const { init, parse } = await import("@guanmingchiu/sqlparser-ts");
  await init();
  const check = (sql: string): void => {
    checkMySql(sql, parse(sql, "mysql"));
  };
  for (const sql of [
    "SELECT a, now(), concat_ws(',', a, 'for update'), sum(a) OVER (PARTITION BY b) FROM `t` WHERE a <=> 1 LIMIT 1, 2",
    "(SELECT 1) UNION (SELECT 2) # the end",
    "WITH x AS (SELECT 1 AS n) SELECT group_concat(n ORDER BY n SEPARATOR ',') FROM x",
    "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) AS j",
    "SELECT 'it\\'s; DELETE FROM t', \"x\\\"y\", 1--1",
  ]) {
    check(sql);
  }
  await assertRefused(check, [
    ...everywhere,
    ["WITH x AS (SELECT 1) DELETE FROM t", "DELETE"],
    ["WITH x AS (SELECT 1) UPDATE t SET a = 1", "UPDATE"],
    ["SELECT a INTO @x FROM t", "SELECT INTO"],
    ["SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */".replace("INTO OUTFILE '/tmp/x'", ", sleep(1)"), "/*!"],
    ["SELECT 1 /*M!100100 , sleep(1) */", "/*!"],
    ["SELECT * FROM t FOR UPDATE", "FOR UPDATE or FOR SHARE"],
    ["SELECT * FROM (SELECT * FROM t FOR SHARE) AS x", "FOR UPDATE or FOR SHARE"],
    ["SELECT @n := 1", ":="],
    ["SET GLOBAL general_log = 1", "SET"],
    ["CALL something()", "CALL"],
    ["SHOW TABLES", "SHOW"],
    ["SELECT load_file('/etc/passwd')", "load_file()"],
    ["SELECT `sleep`(10)", "sleep()"],
    ["SELECT 1 /* /* */ , benchmark(1, 1) -- */", "benchmark()"],
    ["SELECT a FROM t ORDER BY get_lock('x', 1)", "get_lock()"],
    ["SELECT shop.anything(1)", "shop.anything()"],
    ["SELECT sys_exec('id')", "sys_exec()"],
    ["SELECT CASE WHEN (SELECT sleep(1)) THEN 1 END", "sleep()"],
    ["SELECT * FROM made(1)", "made()"],
  ]);
  for (const sql of [
    "SELECT a INTO OUTFILE '/tmp/x' FROM t",
    "LOAD DATA INFILE 'x' INTO TABLE t",
    "HANDLER t OPEN",
    "DO sleep(1)",
  ]) {
    assert.throws(() => {
      check(sql);
    }, sql);
  }
});
