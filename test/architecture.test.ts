import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src/", import.meta.url));

/** Each room, and the rooms it may import: those above it in docs/architecture.md that it has a reason to know. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  explain: ["core"],
  metrics: ["core"],
  protocol: ["core"],
  events: ["core"],
  policy: ["core"],
  cache: ["core", "protocol", "policy"],
  transport: ["core"],
  upstream: ["core", "protocol", "events", "policy", "transport"],
  access: ["core"],
  audit: ["core", "protocol", "access"],
  vitals: ["core", "metrics", "upstream"],
  alerts: ["core", "explain", "metrics", "events"],
  search: ["core"],
  gateway: ["core", "explain", "metrics", "protocol", "events", "policy", "cache", "upstream", "access", "search"],
  jobs: ["core", "protocol", "events", "policy", "access", "gateway"],
  connector: ["core", "explain", "protocol", "policy", "cache", "transport", "vitals", "gateway"],
  prompts: ["core", "protocol", "upstream", "access", "gateway", "connector"],
  traces: ["core", "protocol", "gateway"],
  store: ["core", "protocol", "events", "policy", "upstream", "access", "audit", "gateway", "jobs", "prompts"],
  live: ["core", "events", "access"],
  webhooks: ["core", "events", "transport", "live"],
  server: [
    "core",
    "metrics",
    "alerts",
    "protocol",
    "policy",
    "transport",
    "access",
    "audit",
    "gateway",
    "jobs",
    "prompts",
    "live",
    "webhooks",
  ],
  config: [
    "core",
    "alerts",
    "events",
    "policy",
    "cache",
    "upstream",
    "access",
    "audit",
    "gateway",
    "jobs",
    "connector",
    "prompts",
    "live",
    "webhooks",
    "server",
  ],
  clients: ["core", "config"],
  cli: [
    "connector",
    "core",
    "explain",
    "protocol",
    "events",
    "transport",
    "upstream",
    "access",
    "audit",
    "gateway",
    "jobs",
    "traces",
    "store",
    "live",
    "prompts",
    "server",
    "config",
    "clients",
    ".",
  ],
  ".": [
    "cache",
    "connector",
    "policy",
    "core",
    "explain",
    "metrics",
    "protocol",
    "events",
    "transport",
    "upstream",
    "access",
    "audit",
    "vitals",
    "alerts",
    "gateway",
    "jobs",
    "prompts",
    "traces",
    "store",
    "live",
    "webhooks",
    "server",
    "config",
  ],
};

/** Third-party packages, and the only rooms that may import them. */
const packages: Readonly<Record<string, readonly string[]>> = {
  ajv: ["policy"],
  "ajv/dist/2020.js": ["policy"],
  chokidar: ["config"],
  "@opentelemetry/api": ["traces"],
  "@opentelemetry/exporter-trace-otlp-http": ["traces"],
  "@opentelemetry/resources": ["traces"],
  "@opentelemetry/sdk-trace": ["traces"],
  jose: ["access"],
  "@modelcontextprotocol/client": ["upstream"],
  zod: ["config", "connector"],
  yaml: ["config"],
  "jsonc-parser": ["config"],
  commander: ["cli"],
  croner: ["jobs"],
  "rrule-temporal": ["jobs"],
  "smol-toml": ["clients"],
  ws: ["transport"],
  kysely: ["store"],
  pg: ["store"],
  "pg-boss": ["store"],
};

/** Each connector, and the third-party packages that it may import. `shared` is none: it is what several are made with. */
const connectorPackages: Readonly<Record<string, readonly string[]>> = {
  cashflow: ["chokidar", "write-excel-file/node", "yaml", "zod"],
  checkmk: ["zod"],
  data: [
    "@duckdb/node-api",
    "@guanmingchiu/sqlparser-ts",
    "libpg-query",
    "mysql2",
    "mysql2/promise",
    "pg",
    "write-excel-file/node",
    "zod",
  ],
  frappe: ["csv-parse/sync", "mammoth", "pyodide", "read-excel-file/node", "unpdf", "write-excel-file/node", "zod"],
  shared: ["@duckdb/node-api", "echarts", "write-excel-file/node", "zod"],
};

function roomOf(file: string): string {
  const folder = relative(src, dirname(file)).split(/[\\/]/)[0];
  return folder === undefined || folder === "" ? "." : folder;
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(
    /^(?:import|export)\b[^;"]*?\bfrom "([^"]+)";$|^import "([^"]+)";$|\bimport\("([^"]+)"\)/gm,
  );
  return [...found].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}

const files = globSync("**/*.ts", { cwd: src }).map((name) => join(src, name));
const production = files.filter((file) => !/\.(?:test|contract)\.ts$/.test(file));

test("a room imports only rooms that stand above it", () => {
  const wrong: string[] = [];
  for (const file of production) {
    const room = roomOf(file);
    const allowed = mayImport[room];
    assert.ok(allowed, `${room} is not in the list of rooms`);
    for (const path of importsOf(file).filter((name) => name.startsWith("."))) {
      const target = roomOf(join(dirname(file), path));
      if (target !== room && !allowed.includes(target)) wrong.push(`${relative(src, file)} imports ${path}`);
    }
  }
  assert.ok(production.length > 30, "the search found the sources");
  assert.deepEqual(wrong, []);
});

test("a third-party package is imported in its own room only", () => {
  const wrong: string[] = [];
  for (const file of production) {
    for (const name of importsOf(file)) {
      if (name.startsWith(".") || name.startsWith("node:")) continue;
      const rooms = packages[name];
      if (rooms === undefined || !rooms.includes(roomOf(file))) wrong.push(`${relative(src, file)} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("a connector imports its own files, its own packages, what is shared and `switchyard/connector`, and nothing else of this package", () => {
  const wrong: string[] = [];
  const connectors = fileURLToPath(new URL("../connectors/", import.meta.url));
  const sources = globSync("*/**/*.ts", { cwd: connectors, exclude: ["**/*.test.ts"] });
  for (const source of sources) {
    const own = source.split(/[\\/]/)[0] ?? "";
    for (const path of importsOf(join(connectors, source)).filter((name) => !name.startsWith("node:"))) {
      const target = relative(connectors, join(connectors, dirname(source), path)).split(/[\\/]/)[0];
      const isOwn = path.startsWith(".") && (target === own || target === "shared");
      if (!isOwn && path !== "switchyard/connector" && !connectorPackages[own]?.includes(path))
        wrong.push(`${source} imports ${path}`);
    }
  }
  assert.ok(sources.length > 30, "the search found the sources");
  assert.deepEqual(wrong, []);
});

test("each room says in a README of at most 40 lines what it is for", () => {
  const rooms = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of rooms) {
    const readme = join(src, name, "README.md");
    assert.ok(existsSync(readme), `src/${name}/README.md is missing`);
    const lines = readFileSync(readme, "utf8").trimEnd().split("\n").length;
    assert.ok(lines <= 40, `src/${name}/README.md has ${lines} lines`);
  }
});

/** The composition root; and what others' programs call, which have none. */
const mayUseRandomness = new Set([
  "gateway.ts",
  "upstream-deps.ts",
  join("policy", "toolkit.ts"),
  join("live", "client.ts"),
]);

test("only core/clock.ts asks Node for the time of day, and hardly anything for randomness", () => {
  const wrong = production.filter((file) => {
    const text = readFileSync(file, "utf8");
    const name = relative(src, file);
    if (/\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(text) && name !== join("core", "clock.ts"))
      return true;
    return /\bMath\.random\b/.test(text) && !mayUseRandomness.has(name);
  });
  assert.deepEqual(wrong, []);
});

test("a call reaches an upstream by the last stage of the call path only", () => {
  const callers = production.filter((file) => /\bupstream\.call\(/.test(readFileSync(file, "utf8")));
  assert.deepEqual(
    callers.map((file) => relative(src, file)),
    [join("gateway", "stages", "attempt.ts")],
  );
});

test("the command line loads a command only when it is called, as each costs every start", () => {
  const program = readFileSync(join(src, "cli", "program.ts"), "utf8");
  assert.deepEqual(program.match(/^import (?!type).*"\.\/commands\/.*$/gm), null);
  assert.match(program, /await import\("\.\/commands\//);
});
