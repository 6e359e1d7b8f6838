import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { actions } from "../../src/access/actions.ts";
import { roles } from "../../src/access/principal.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { endpoints } from "../../src/server/endpoints.ts";
import { type AccessStand, type TestKey, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Everything that the REST side's description names, asked of a gateway that asks who calls. */

const rig = fileRig();
const held = fullServer("held");
let stand: AccessStand;
let admin: Readonly<Record<string, string>>;
const keys = new Map<string, TestKey>();

before(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-rest-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  stand = await accessStand(rig, { mine: fullServer("mine"), other: fullServer("other") }, { dataDir });
  admin = bearer(stand.switchyard.localKey);
  for (const role of roles)
    keys.set(role, await stand.key(role, ...(role === "user" || role === "viewer" ? ["mine"] : [])));
});

const keyOf = (role: string): Readonly<Record<string, string>> => keys.get(role)?.headers ?? {};
const addressOf = (path: string): string => path.replaceAll(/\{[^}]+\}/g, "nobody");

test("the description names what is in the table, with its method, parameters and role, and is there for everybody", async () => {
  const { status, body } = await stand.rest("/docs/openapi.json");
  assert.equal(status, 200);
  assert.equal(body["openapi"], "3.1.0");
  const paths = objectAt(body, "paths") ?? {};
  for (const { method, path, says, action } of endpoints()) {
    const operation = objectAt(objectAt(paths, path) ?? {}, method.toLowerCase());
    assert.equal(operation?.["summary"], says, `${method} ${path}`);
    if (action !== undefined)
      assert.match(stringAt(operation ?? {}, "description") ?? "", new RegExp(actions[action].from));
    const names = (Array.isArray(operation?.["parameters"]) ? operation["parameters"] : []).filter(isJsonObject);
    const inPath = names.filter((each) => each["in"] === "path").map(({ name }) => `{${String(name)}}`);
    assert.deepEqual(inPath, path.match(/\{[^}]+\}/g) ?? [], path);
  }
  const page = await fetch(`${stand.server.origin}/docs`);
  const text = await page.text();
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  for (const path of Object.keys(paths)) assert.ok(text.includes(`<code>${path}</code>`), path);
  assert.doesNotMatch(text, /<script|https?:\/\//);
});

test("every endpoint that is described answers, refuses another method, and is kept from who may not", async () => {
  for (const { method, path, action, body } of endpoints()) {
    const what = `${method} ${path}`;
    const init = { method, ...(method === "GET" ? {} : { body: body === undefined ? "[" : "[]" }) };
    const url = `${addressOf(path)}${path === "/api/events" ? "?follow=false" : ""}`;
    const response = await fetch(`${stand.server.origin}${url}`, {
      ...init,
      headers: { "content-type": "application/json", ...admin },
    });
    const text = await response.text();
    assert.doesNotMatch(text, /There is nothing at/, what);
    assert.ok(response.status < 500 && response.status !== 405, `${what}: ${response.status} ${text.slice(0, 200)}`);
    const isPatched = await stand.rest(addressOf(path), admin, { method: "PATCH" });
    assert.deepEqual([isPatched.status, isPatched.code], [405, "method_not_allowed"], what);
    if (action === undefined) continue;
    for (const role of roles.slice(roles.indexOf(actions[action].from) + 1)) {
      const refused = await stand.rest(addressOf(path), keyOf(role), init);
      assert.deepEqual([refused.status, refused.code], [403, "forbidden"], `${what} as ${role}`);
    }
  }
  const nothing = await stand.rest("/api/nothing", admin);
  assert.deepEqual([nothing.status, nothing.code], [404, "route_not_found"]);
});

async function health(path: string, origin: string): Promise<[number, unknown]> {
  const response = await fetch(`${origin}${path}`);
  const body: unknown = await response.json();
  return [response.status, isJsonObject(body) ? body["status"] : undefined];
}

test("a gateway says to anybody that it lives, and that it is ready once every server was tried", async () => {
  held.answer("initialize", "silence");
  const own = rig.use(
    startSwitchyard({
      upstreams: [
        { name: "held", target: { kind: "channel", open: held.open }, timeoutMs: 1000, startTimeoutMs: 60_000 },
      ],
    }),
  );
  const { origin } = await own.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  assert.deepEqual(await health("/health", origin), [200, "ok"]);
  assert.deepEqual(await health("/health/live", origin), [200, "ok"]);
  assert.deepEqual(await health("/health/ready", origin), [503, "starting"]);
  await own.settled;
  assert.deepEqual(await health("/health/ready", origin), [200, "ok"], "a server that hangs changes nothing");
});

/** Objects in a list of an answer. */
function listIn({ body }: { readonly body: JsonObject }, name: string): JsonObject[] {
  const list = body[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

test("an overview shows each role the servers that it may know, and operators figures", async () => {
  await stand.rest("/api/call", admin, { method: "POST", body: JSON.stringify({ tool: "mine__look", arguments: {} }) });
  const seen = await stand.rest("/api/overview", keyOf("operator"));
  assert.deepEqual([seen.body["status"], listIn(seen, "upstreams").map(({ name }) => name)], ["ok", ["mine", "other"]]);
  await until(async () => {
    const { body } = await stand.rest("/api/overview", keyOf("operator"));
    return Number(objectAt(body, "calls")?.["total"]) >= 1;
  }, "the call is counted");
  const plain = await stand.rest("/api/overview", keyOf("viewer"));
  assert.deepEqual(Object.keys(plain.body).toSorted(), ["status", "upstreams", "uptimeMs", "version"]);
  assert.deepEqual(
    listIn(plain, "upstreams").map(({ name }) => name),
    ["mine"],
  );
  const [first] = listIn(await stand.rest("/api/usage", keyOf("operator")), "tools");
  assert.deepEqual([first?.["upstream"], first?.["tool"], first?.["failed"]], ["mine", "look", 0]);
  assert.ok(Number(first?.["p99Ms"]) > 0);
  const { body: resources } = await stand.rest("/api/resources", keyOf("operator"));
  assert.ok(Number(objectAt(resources, "process")?.["residentBytes"]) > 0);
  assert.ok(Number(objectAt(resources, "disk")?.["freeBytes"]) > 0);
});

test("an operator sees who is connected, and ends a connection", async () => {
  const ws = stand.server.origin.replace("http", "ws");
  await using watching = await rawWebSocket(`${ws}/ws/status`, ["switchyard.live"], keyOf("viewer"));
  await using speaking = await rawWebSocket(`${ws}/mcp`, ["mcp"], keyOf("user"));
  const streamed = await fetch(`${stand.server.origin}/api/events`, { headers: keyOf("viewer") });
  const open = async (): Promise<JsonObject[]> =>
    listIn(await stand.rest("/api/connections", keyOf("operator")), "connections");
  const found = await open();
  assert.deepEqual(
    found.map(({ kind, principal, address }) => [kind, principal, address]),
    [
      ["live_websocket", `key ${keys.get("viewer")?.id}`, "127.0.0.1"],
      ["mcp_websocket", `key ${keys.get("user")?.id}`, "127.0.0.1"],
      ["live_sse", `key ${keys.get("viewer")?.id}`, "127.0.0.1"],
    ],
  );
  for (const { id } of found) {
    const ended = await stand.rest(`/api/connections/${String(id)}`, keyOf("operator"), { method: "DELETE" });
    assert.deepEqual([ended.status, ended.body["ended"]], [200, id]);
  }
  assert.deepEqual(await watching.closed, [4003, "an operator ended the connection"]);
  assert.equal((await speaking.closed)[0], 1008);
  assert.match(await streamed.text(), /event: closed\ndata: .*an operator ended/);
  await until(async () => (await open()).length === 0, "nobody is connected");
  const gone = await stand.rest("/api/connections/c1", keyOf("operator"), { method: "DELETE" });
  assert.deepEqual([gone.status, gone.code], [404, "route_not_found"]);
  const acted = stand.switchyard.events.after(0).events.filter(({ type }) => type === "operator.acted");
  assert.equal(acted.filter((event) => "operation" in event && event.operation === "end_connection").length, 3);
});
