import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startSimulator } from "../../connectors/frappe/simulator/start.ts";
import { openSite } from "../../connectors/frappe/client/site.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { type AccessStand, type TestKey, accessStand } from "../rig/access-stand.ts";
import { configured } from "../rig/frappe-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const { signal } = new AbortController();
const people = ["ada", "eve"] as const;

const rig = fileRig();
let stand: AccessStand;
let keys: Readonly<Record<(typeof people)[number], TestKey>>;

before(async () => {
  const site = rig.use(await startSimulator({ version: 15 }));
  const backend = openSite({ url: site.url });
  rig.defer(() => {
    backend.close();
  });
  const admin = backend.as(site.keyOf("Administrator"));
  for (const name of people) {
    const values = { email: `${name}@example.com`, first_name: name, roles: [], send_welcome_email: 0 };
    await admin.create("User", values, signal);
    const todo = { description: `of ${name}`, date: "2026-01-01" };
    await backend.as(site.keyOf(`${name}@example.com`)).create("ToDo", todo, signal);
  }
  stand = await accessStand(rig, {});
  keys = { ada: await stand.key("user", "erp"), eve: await stand.key("user", "erp") };
  const users = Object.fromEntries(
    people.map((name) => [`key ${keys[name].id}`, configured(site, `${name}@example.com`)]),
  );
  const target = { kind: "connector", connector: "frappe", folder: ".", config: { url: site.url, users } } as const;
  const upstream: UpstreamOptions = { ...upstreamDefaults, name: "erp", target };
  const kept = { cache: { ttl: 600_000 } };
  await stand.switchyard.reconfigure([upstream], undefined, { upstreams: { erp: kept } });
  const isReady = (): boolean => stand.switchyard.status().upstreams.every(({ state }) => state.kind === "ready");
  await until(isReady, "the connector is ready");
});

async function call(who: TestKey, tool: string, args: JsonObject): Promise<JsonObject> {
  const request = { method: "POST", body: JSON.stringify({ tool: `erp__${tool}`, arguments: args }) };
  const { status, body } = await stand.rest("/api/call", who.headers, request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

function rowsOf(answer: JsonObject): readonly string[] {
  return Object(answer)["structuredContent"].data.map((row: { description: string }) => row.description);
}

function stateOf(answer: JsonObject): unknown {
  return Object(answer)["_meta"]?.["switchyard/cache"]?.state;
}

const todos = { doctype: "ToDo", fields: ["name", "description"] };

test("with the cache on, two people who ask the same see each their own, and each is given their own again", async () => {
  assert.deepEqual(rowsOf(await call(keys.ada, "list_documents", todos)), ["of ada"]);
  assert.deepEqual(rowsOf(await call(keys.eve, "list_documents", todos)), ["of eve"]);
  const [again, others] = [
    await call(keys.ada, "list_documents", todos),
    await call(keys.eve, "list_documents", todos),
  ];
  assert.deepEqual([rowsOf(again), stateOf(again)], [["of ada"], "hit"]);
  assert.deepEqual([rowsOf(others), stateOf(others)], [["of eve"], "hit"]);
});

test("what was written is seen at once, whatever is kept", async () => {
  await call(keys.ada, "list_documents", todos);
  await call(keys.ada, "create_document", { doctype: "ToDo", data: { description: "another" } });
  const afterwards = await call(keys.ada, "list_documents", todos);
  assert.deepEqual(rowsOf(afterwards).toSorted(), ["another", "of ada"]);
  assert.notEqual(stateOf(afterwards), "hit");
});

test("a refusal of the site reaches the caller as a tool's failure with the way out", async () => {
  const asked = { tool: "erp__get_document", arguments: { doctype: "ToDo", name: "none" } };
  const request = { method: "POST", body: JSON.stringify(asked) };
  const { body } = await stand.rest("/api/call", keys.ada.headers, request);
  assert.match(JSON.stringify(body), /does not exist, or not under that name/);
});
