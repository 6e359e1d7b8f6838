import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { connector as checkmk } from "../../connectors/checkmk/connector.ts";
import { actions } from "../../src/access/actions.ts";
import { isAsked } from "../../src/access/options.ts";
import { roles } from "../../src/access/principal.ts";
import { configPage } from "../../scripts/docs-config.ts";
import { errorsPage } from "../../scripts/docs-errors.ts";
import { eventsPage } from "../../scripts/docs-events.ts";
import { metricsPage } from "../../scripts/docs-metrics.ts";
import { defaultRules, measureTable } from "../../src/alerts/alert-rule.ts";
import { isTopic } from "../../src/live/topic.ts";
import { endpoints } from "../../src/server/endpoints.ts";
import { healthPaths } from "../../src/server/health-api.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { requirementsPage } from "../../scripts/docs-requirements.ts";
import { restPage } from "../../scripts/docs-rest.ts";

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}

test("docs/errors.md says what the table of errors says", () => {
  assert.equal(page("errors.md"), errorsPage(), "run `npm run docs`");
});

test("every configuration that docs/profiles.md shows can be read, and has a profile", () => {
  const blocks = [...page("profiles.md").matchAll(/^```jsonc\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
  assert.ok(blocks.length >= 5);
  for (const text of blocks) {
    const { catalog } = parseConfig(text, "switchyard.jsonc", { HOME: "/home/ada" }, "/work");
    assert.ok(catalog.profiles.length > 0);
  }
});

test("every configuration that docs/policies.md shows can be read, and says something of calls", () => {
  const blocks = [...page("policies.md").matchAll(/^```jsonc\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
  assert.equal(blocks.length, 2);
  for (const text of blocks) {
    const { policies } = parseConfig(text, "switchyard.jsonc", { HOME: "/home/ada" }, "/work");
    assert.ok(Object.values(policies.upstreams ?? {}).some(({ tools }) => tools !== undefined));
  }
});

test("docs/config.md says what the schema of the configuration says", () => {
  assert.equal(page("config.md"), configPage(), "run `npm run docs`");
});

test("docs/access.md says what each role may do", () => {
  const rows = [...page("access.md").matchAll(/^\| ([^|]+) \| (yes|no) \| (yes|no) \| (yes|no) \| (yes|no) \|$/gm)];
  assert.deepEqual(
    rows.map(([row]) => row),
    Object.values(actions).map(({ says, from }) => {
      const allowed = roles.map((role) => (roles.indexOf(role) <= roles.indexOf(from) ? "yes" : "no"));
      return `| ${says} | ${allowed.join(" | ")} |`;
    }),
  );
});

test("every configuration that docs/access.md shows can be read, and asks who calls", () => {
  const blocks = [...page("access.md").matchAll(/^```jsonc\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
  assert.equal(blocks.length, 2);
  for (const text of blocks) assert.ok(isAsked(parseConfig(text, "switchyard.jsonc", {}, "/work").auth));
});

test("docs/events.md says what the tables of messages say", () => {
  assert.equal(page("events.md"), eventsPage(), "run `npm run docs`");
});

test("docs/rest.md says what the table of endpoints says", () => {
  assert.equal(page("rest.md"), restPage(), "run `npm run docs`");
});

test("docs/metrics.md says what the table of metrics says", () => {
  assert.equal(page("metrics.md"), metricsPage(), "run `npm run docs`");
});

test("docs/requirements.md says which tests show what the specification asks for", () => {
  assert.equal(page("requirements.md"), requirementsPage(), "run `npm run docs`");
});

test("docs/alerts.md says what is watched by default, and what each measure is; what it shows can be read", () => {
  const text = page("alerts.md");
  for (const [name, { watch, level, above, clearAt, forMs, clearMs }] of Object.entries(defaultRules)) {
    const { unit } = measureTable[watch];
    const [over, back] = [`${above} ${unit}`.trim(), `${clearAt} ${unit}`.trim()];
    const row = `| \`${name}\` | ${level} | \`${watch}\` | ${over} | ${lengthText(forMs)} | ${back} | ${lengthText(clearMs)} |`;
    assert.ok(text.includes(row), row);
  }
  for (const [name, { says }] of Object.entries(measureTable))
    assert.ok(text.includes(`| \`${name}\` | ${says} |`), name);
  const blocks = [...text.matchAll(/^```jsonc\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  const [alerts, slo] = blocks.map((block) => parseConfig(block, "switchyard.jsonc", {}, "/work").alerts);
  assert.equal(alerts?.rules["disk"], undefined);
  assert.equal(slo?.slo.tools.length, 2);
});

function lengthText(ms: number): string {
  return ms === 0 ? "at once" : `${ms / 60_000} min`;
}

test("docs/api-map.md names endpoints and topics that there are", () => {
  const here = page("api-map.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| There"))
    .map((line) => line.split("|")[2] ?? "");
  const named = here.flatMap((cell) =>
    [...cell.matchAll(/`((?:GET|POST|PUT|DELETE) \/[^`]*)`/g)].map(([, name]) => name),
  );
  const known = new Set([
    ...endpoints().map(({ method, path }) => `${method} ${path}`),
    ...Object.keys(healthPaths).map((path) => `GET ${path}`),
  ]);
  assert.ok(new Set(named).size > 40, "the map names most of them");
  assert.deepEqual(
    named.filter((name) => name === undefined || !known.has(name)),
    [],
  );
  const topics = here.flatMap((cell) => [...cell.matchAll(/`\/ws\/([a-z]+)`/g)].map(([, topic]) => topic));
  assert.ok(topics.every(isTopic), topics.join(" "));
});

test("docs/checkmk.md names every tool, resource and prompt of the connector", async () => {
  const given = { url: "http://127.0.0.1:9", site: "main", user: "automation", secret: "secret", changesEveryMs: 0 };
  await using open = await openConnector(checkmk, { ...given, livestatus: { main: { host: "127.0.0.1", port: 9 } } });
  const { tools = [], resources = [], prompts = [] } = open.offer;
  const names = [...tools, ...prompts].map(({ name }) => name);
  const addresses = resources.flatMap(({ uri }) => (uri.includes("{") ? [] : [uri]));
  assert.ok(names.length > 60 && addresses.length > 8);
  const text = page("checkmk.md");
  assert.deepEqual(
    [...names, ...addresses].filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});
