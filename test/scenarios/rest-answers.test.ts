import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { lookMs } from "../../src/alerts/alerts.ts";
import { alertDefaults } from "../../src/alerts/alert-options.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { endpoints } from "../../src/server/endpoints.ts";
import { type AccessStand, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What the REST side answers, held to what its description says of it. */

const rig = fileRig();
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const hasty: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms, run),
  every: (ms, run) => systemClock.every(ms === lookMs ? 50 : ms, run),
};
let stand: AccessStand;
let admin: Readonly<Record<string, string>>;

before(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-answers-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const mine = fullServer("mine", {
    "tools/call": (params) =>
      params["name"] === "look"
        ? { content: [{ type: "text", text: "seen" }] }
        : { content: [{ type: "text", text: "connect ECONNREFUSED" }], isError: true },
  });
  const rules = { fast: { ...alertDefaults.rules.slo_fast_burn, above: 0, clearAt: 0 } };
  stand = await accessStand(
    rig,
    { mine },
    {
      dataDir,
      clock: hasty,
      alerts: {
        rules,
        slo: { ...alertDefaults.slo, leastCalls: 1, usual: { target: 99, within: { ms: 1, target: 50 } } },
      },
      webhooks: [
        {
          name: "hook",
          url: "http://169.254.169.254/x",
          secret: "a text of at least 24 characters",
          topics: ["alerts"],
          types: [],
        },
      ],
    },
  );
  admin = bearer(stand.switchyard.localKey);
});

/** The schema of an answer, with nothing allowed that it does not describe. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isJsonObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isClosed = schema["properties"] !== undefined && schema["additionalProperties"] === undefined;
  return isClosed ? { ...inner, additionalProperties: false } : inner;
}

const asked = new Set<string>();

/** Asks, and holds the answer to its description; its body. */
async function ask(method: string, path: string, names: Readonly<Record<string, string>> = {}, body?: unknown) {
  const what = `${method} ${path}`;
  const endpoint = endpoints().find((each) => each.method === method && path.split("?")[0] === each.path);
  assert.ok(endpoint?.answer !== undefined, `${what} is described`);
  const url = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ""));
  const init = method === "GET" ? {} : { body: JSON.stringify(body ?? {}) };
  const answer = await stand.rest(url, admin, { method, ...init });
  const { status = 200 } = endpoint;
  assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body).slice(0, 300)}`);
  const schema = closed(endpoint.answer);
  assert.ok(isJsonObject(schema));
  const check = ajv.compile(schema);
  assert.ok(
    check(answer.body),
    `${what}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(answer.body).slice(0, 1500)}`,
  );
  asked.add(`${method} ${endpoint.path}`);
  return answer.body;
}

function firstIn(body: JsonObject, name: string): JsonObject {
  const list = body[name];
  const [first]: unknown[] = Array.isArray(list) ? list : [];
  assert.ok(isJsonObject(first), `${name} has something in it`);
  return first;
}

const op = (tool: string) => ({ type: "tool_call", parameters: { tool_name: tool, arguments: { text: "a" } } });

test("calls, what is on record of them, and making one once more are answered as described", async () => {
  await ask("POST", "/api/call", {}, { tool: "mine__look", arguments: { text: "a" } });
  await ask("POST", "/api/call", {}, { tool: "mine__change", arguments: { text: "a" } });
  await ask("GET", "/api/tools");
  await ask("GET", "/api/tools/{name}", { name: "mine__look" });
  await until(async () => {
    const { body } = await stand.rest("/api/calls?kind=call", admin);
    return Array.isArray(body["rows"]) && body["rows"].length === 2;
  }, "both are on record");
  const { id } = firstIn(await ask("GET", "/api/calls?kind=call"), "rows");
  await ask("GET", "/api/calls/{id}", { id: String(id) });
  await ask("GET", "/api/errors/{id}", { id: String(id) });
  await ask("GET", "/api/audit/summary");
  await ask("GET", "/api/audit/verify");
  await ask("POST", "/api/calls/{id}/replay", { id: String(id) }, { confirmed: true });
});

test("how everything stands, is measured and is limited is answered as described", async () => {
  for (const path of ["overview", "status", "usage", "resources", "metrics", "limits", "settings"])
    await ask("GET", `/api/${path}`);
  await ask("GET", "/docs/events");
});

test("alerts, objectives and webhooks are answered as described", async () => {
  await until(async () => {
    const { body } = await stand.rest("/api/alerts", admin);
    return Array.isArray(body["alerts"]) && body["alerts"].length > 0;
  }, "something fires");
  const { id } = firstIn(await ask("GET", "/api/alerts"), "alerts");
  await ask("POST", "/api/alerts/{id}/acknowledge", { id: String(id) });
  firstIn(await ask("GET", "/api/slo"), "objectives");
  firstIn(await ask("GET", "/api/webhooks"), "webhooks");
  await until(async () => {
    const { body } = await stand.rest("/api/webhooks/hook/deliveries", admin);
    return Array.isArray(body["deliveries"]) && body["deliveries"].length > 0;
  }, "a delivery was tried");
  await ask("GET", "/api/webhooks/{name}/deliveries", { name: "hook" });
});

test("servers, and what is done to them, are answered as described", async () => {
  const mine = { name: "mine" };
  firstIn(await ask("GET", "/api/upstreams"), "upstreams");
  await ask("GET", "/api/upstreams/{name}", mine);
  firstIn(await ask("GET", "/api/upstreams/{name}/logs", mine), "entries");
  await ask("GET", "/api/upstreams/{name}/quarantine", mine);
  await ask("POST", "/api/upstreams/{name}/approve", mine, { definitions: [] });
  const server = { command: "node", disabled: true };
  const added = { name: "added" };
  await ask("POST", "/api/upstreams", {}, { name: "added", server });
  await ask("PUT", "/api/upstreams/{name}", added, { server: { ...server, timeoutMs: 5 } });
  await ask("DELETE", "/api/upstreams/{name}", added);
  for (const operation of ["isolate", "release", "try", "restart", "disable", "enable"])
    await ask("POST", `/api/upstreams/{name}/${operation}`, mine);
  await until(() => stand.switchyard.status().upstreams[0]?.state.kind === "ready", "it is back");
  for (const operation of ["disable", "enable"])
    await ask("POST", `/api/upstreams/{name}/tools/{tool}/${operation}`, { ...mine, tool: "look" });
  await ask("POST", "/api/upstreams/{name}/tools/{tool}/role", { ...mine, tool: "look" }, { role: "operator" });
});

test("prompt templates are answered as described", async () => {
  const name = { name: "brief" };
  const args = [{ name: "week", description: "Its number", default: "1", choices: ["1", "2"] }];
  const messages = [{ role: "user", text: "Week {{week}}" }];
  const content = { title: "Brief", description: "d", category: "c", tags: ["t"], arguments: args, messages };
  await ask("PUT", "/api/prompts/{name}", name, { content, note: "begun" });
  await ask("POST", "/api/prompts/{name}/role", name, { role: "user" });
  await ask("POST", "/api/prompts/{name}/publish", name, { version: 1 });
  await ask("POST", "/api/prompts/{name}/restore", name, { version: 1 });
  await ask("GET", "/api/prompts/{name}", name);
  await ask("GET", "/api/prompts/{name}/versions/{version}", { ...name, version: "1" });
  await ask("POST", "/api/prompt-preview", {}, { content, arguments: { week: "2" } });
  const copied = await stand.rest("/api/prompts/copied/copy", admin, {
    method: "POST",
    body: '{"prompt":"mine__ask"}',
  });
  assert.equal(copied.code, "invalid_params", "it has no messages");
  await ask("POST", "/api/prompts/{name}/copy", { name: "copied" }, { prompt: "prompts__brief" });
  const listed = await ask("GET", "/api/prompts");
  firstIn(listed, "templates");
  firstIn(listed, "others");
  await ask("POST", "/api/prompts/{name}/archive", name);
  await ask("DELETE", "/api/prompts/{name}", name);
});

for (const [base, things] of [
  ["/api/jobs", "jobs"],
  ["/api/batches", "batches"],
] as const) {
  test(`${things} are answered as described`, async () => {
    const made = await ask("POST", base, {}, { operations: [op("mine__look"), op("mine__change")] });
    const id = { id: String(made["jobId"]) };
    if (things === "batches") await ask("POST", `${base}/{id}/execute`, id);
    await until(async () => {
      const { body } = await stand.rest(`${base}/${id.id}`, admin);
      return body["status"] === "completed";
    }, "it is done");
    firstIn(await ask("GET", base), things);
    await ask("GET", `${base}/{id}`, id);
    await ask("POST", `${base}/{id}/retry`, id);
    const slow = Array.from({ length: 100 }, () => op("mine__look"));
    const held = await stand.rest(`${base}?perSecond=1`, admin, {
      method: "POST",
      body: JSON.stringify({ operations: slow }),
    });
    const going = { id: String(held.body["jobId"]) };
    if (things === "batches") await stand.rest(`${base}/${going.id}/execute`, admin, { method: "POST", body: "{}" });
    for (const action of ["pause", "resume", "cancel"]) await ask("POST", `${base}/{id}/${action}`, going);
  });
}

test("questions to a cash-flow model are answered as described", async () => {
  const dir = fileURLToPath(new URL("../../examples/cashflow/", import.meta.url));
  const server = { connector: "cashflow", config: { dir } };
  const added = await stand.rest("/api/upstreams", admin, {
    method: "POST",
    body: JSON.stringify({ name: "model", server }),
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const names = (): string[] => stand.switchyard.status().upstreams.map(({ name, state }) => `${name} ${state.kind}`);
  await until(() => names().includes("model ready"), "the model is there");
  for (const question of ["forecast", "monte-carlo", "validate", "report"]) await ask("POST", `/api/jobs/${question}`);
});

test("schedules are answered as described", async () => {
  const made = await stand.rest("/api/schedules?cron=0%203%20*%20*%20*&name=nightly", admin, {
    method: "POST",
    body: JSON.stringify({ operations: [op("mine__look")] }),
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const id = { id: String(made.body["scheduleId"]) };
  const check = ajv.compile(
    objectAt(
      { schema: closed(endpoints().find((each) => each.path === "/api/schedules" && each.method === "POST")?.answer) },
      "schema",
    ) ?? {},
  );
  assert.ok(check(made.body), ajv.errorsText(check.errors));
  asked.add("POST /api/schedules");
  firstIn(await ask("GET", "/api/schedules"), "schedules");
  await ask("GET", "/api/schedules/{id}", id);
  for (const action of ["run", "pause", "resume"]) await ask("POST", `/api/schedules/{id}/${action}`, id);
  await ask("DELETE", "/api/schedules/{id}", id);
});

test("the cache, keys and connections are answered as described", async () => {
  await ask("GET", "/api/access");
  await ask("GET", "/api/cache");
  await ask("POST", "/api/cache/purge");
  await ask("POST", "/api/cache/warm");
  const { id } = await ask("POST", "/api/keys", {}, { name: "x", role: "viewer", grants: ["mine"] });
  firstIn(await ask("GET", "/api/keys"), "keys");
  await ask("GET", "/api/keys/{id}", { id: String(id) });
  await ask("DELETE", "/api/keys/{id}", { id: String(id) });
  await using watching = await rawWebSocket(
    `${stand.server.origin.replace("http", "ws")}/ws`,
    ["switchyard.live"],
    admin,
  );
  const connection = firstIn(await ask("GET", "/api/connections"), "connections");
  await ask("DELETE", "/api/connections/{id}", { id: String(connection["id"]) });
  assert.equal((await watching.closed)[0], 4003);
});

test("of everything that is answered as JSON the description says what is in it, and a test has seen it", () => {
  const described = endpoints().filter(({ answers = "application/json" }) => answers === "application/json");
  const wanted = described.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    wanted.filter((what) => !asked.has(what)),
    [],
  );
});
