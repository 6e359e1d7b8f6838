import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { z } from "zod";
import { roles } from "../../src/access/principal.ts";
import { loadConfig } from "../../src/config/load.ts";
import { type Tool, defineConnector, inGroup, tool } from "../../src/connector/connector.ts";
import { serveConnector } from "../../src/connector/serve-connector.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { type AccessStand, type Credentials, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* From which role on tools may be used, and groups of them that are switched as one: for what is listed as for what is called. */

const rig = fileRig();

function namesIn(answer: JsonObject, list: string, key: string): readonly unknown[] {
  const entries: unknown = (objectAt(answer, "result") ?? answer)[list];
  assert.ok(Array.isArray(entries), JSON.stringify(answer));
  return entries.filter(isJsonObject).map((entry) => entry[key]);
}

async function toolsOf(stand: AccessStand, as: Credentials): Promise<readonly unknown[]> {
  const { answer } = await rawModern(stand.url, as)("tools/list", {});
  return namesIn(answer, "tools", "name");
}

/** Whether a tool can be called, over MCP of both eras and over REST alike; what cannot be is as if it were not there. */
async function isCallable(stand: AccessStand, name: string, as: Credentials): Promise<boolean> {
  const params = { name, arguments: { text: "a" } };
  const modern = JSON.stringify((await rawModern(stand.url, as)("tools/call", params)).answer);
  const legacy = JSON.stringify((await (await rawLegacy(stand.url, as))("tools/call", params)).answer);
  const rest = await stand.rest("/api/call", as, { method: "POST", body: JSON.stringify({ tool: name }) });
  const isUnknown = modern.includes("Unknown tool");
  assert.equal(legacy.includes("Unknown tool"), isUnknown, name);
  assert.equal(rest.code === "unknown_tool", isUnknown, name);
  return !isUnknown;
}

async function keysOf(stand: AccessStand): Promise<ReadonlyMap<string, Credentials>> {
  const keys = new Map<string, Credentials>();
  for (const role of roles) {
    const grants = role === "user" || role === "viewer" ? ["*"] : [];
    keys.set(role, (await stand.key(role, ...grants)).headers);
  }
  return keys;
}

const result = { "tools/call": { content: [{ type: "text", text: "done" }] } };

suite("tools that are for a role and above", () => {
  test("each role lists and calls what is for it, and nothing else is there for it", async () => {
    const policies = {
      upstreams: {
        some: { tools: { look: { role: "operator" } } },
        all: { role: "admin", tools: { look: { role: "viewer" } } },
      },
    } as const;
    const servers = { some: fullServer("some", result), all: fullServer("all", result) };
    const stand = await accessStand(rig, servers, { policies });
    const keys = await keysOf(stand);
    const expected = {
      admin: ["all__change", "all__look", "some__change", "some__look"],
      operator: ["all__look", "some__change", "some__look"],
      user: ["all__look", "some__change"],
      viewer: ["all__look"],
    };
    for (const role of roles) {
      const as = keys.get(role) ?? {};
      assert.deepEqual(await toolsOf(stand, as), expected[role], role);
      for (const name of expected.admin) {
        assert.equal(await isCallable(stand, name, as), expected[role].includes(name), `${name} as ${role}`);
      }
      const ask = rawModern(stand.url, as);
      const prompts = (await ask("prompts/list", {})).answer;
      assert.deepEqual(
        namesIn(prompts, "prompts", "name"),
        role === "admin" ? ["all__ask", "some__ask"] : ["some__ask"],
      );
      const { answer } = await ask("prompts/get", { name: "all__ask", arguments: {} });
      assert.equal(answer["error"] === undefined, role === "admin", role);
      const read = await ask("resources/read", { uri: "all://a" });
      assert.equal(read.answer["error"] === undefined, role === "admin", `resources as ${role}`);
      assert.equal(
        (await stand.rest("/api/tools/some__look", as)).status === 200,
        expected[role].includes("some__look"),
      );
    }
  });

  test("an admin changes it while the gateway runs, in the file too, and who listens is told", async () => {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-tool-roles-"));
    rig.defer(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const path = join(folder, "switchyard.json");
    const connector = join(folder, "small.ts");
    writeFileSync(
      connector,
      `import { type Tool, defineConnector, inGroup, tool } from "switchyard/connector";
       import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
       const make = (name) => tool({ name, description: name, input: z.object({}), annotations: { readOnlyHint: true }, run: () => name });
       export default defineConnector({ name: "small", config: z.object({}), setup: () => ({ tools: inGroup("core", [make("a"), make("b")]) }) });`,
    );
    const written = { mcpServers: { small: { connector, tools: { b: { timeoutMs: 5000 } } } } };
    writeFileSync(path, JSON.stringify(written, undefined, 2));
    const { upstreams, policies } = await loadConfig(path, {}, folder);
    const stand = await accessStand(rig, {}, { upstreams, policies, configFile: { path } });
    const keys = await keysOf(stand);
    const [admin, user, operator] = [keys.get("admin") ?? {}, keys.get("user") ?? {}, keys.get("operator") ?? {}];
    assert.deepEqual(await toolsOf(stand, user), ["small__a", "small__b"]);
    const change = (role: object, as = admin, what = "b") =>
      stand.rest(`/api/upstreams/small/tools/${what}/role`, as, { method: "POST", body: JSON.stringify(role) });
    assert.equal((await change({ role: "operator" }, operator)).code, "forbidden");
    assert.equal((await change({ role: "boss" })).code, "usage");
    assert.equal((await change({ role: "user" }, admin, "none")).code, "usage");
    assert.equal((await change({ role: "operator" })).status, 200);
    assert.deepEqual(await toolsOf(stand, user), ["small__a"]);
    assert.equal(await isCallable(stand, "small__b", user), false);
    assert.deepEqual(await toolsOf(stand, operator), ["small__a", "small__b"]);
    const inFile = (): unknown => {
      const read: unknown = JSON.parse(readFileSync(path, "utf8"));
      return isJsonObject(read) ? objectAt(objectAt(read, "mcpServers") ?? {}, "small")?.["tools"] : undefined;
    };
    assert.deepEqual(inFile(), { b: { timeoutMs: 5000, role: "operator" } });
    const shown = await stand.rest("/api/tools/small__b", admin);
    assert.equal(shown.body["from"], "operator");
    await change({ role: "admin" });
    assert.deepEqual(await toolsOf(stand, operator), ["small__a"]);
    await change({});
    assert.deepEqual(inFile(), { b: { timeoutMs: 5000 } });
    assert.deepEqual(await toolsOf(stand, user), ["small__a", "small__b"]);
  });
});

function make(name: string): Tool {
  return tool({ name, description: name, input: z.object({}), run: () => name });
}

test("a group of tools is switched off for everybody and on again, core never", async () => {
  const connector = defineConnector({
    name: "grouped",
    config: z.object({}),
    setup: () => ({
      tools: [...inGroup("core", [make("read")]), ...inGroup("charts", [make("bar"), make("line")]), make("loose")],
    }),
  });
  const target = { kind: "channel", open: () => serveConnector(connector, {}) } as const;
  const stand = await accessStand(rig, {}, { upstreams: [{ name: "grouped", target, ...upstreamDefaults }] });
  const admin = bearer(stand.switchyard.localKey);
  const groups = () => stand.switchyard.status().upstreams[0]?.groups;
  assert.deepEqual(groups(), [
    { name: "core", tools: 1, isOn: true },
    { name: "charts", tools: 2, isOn: true },
  ]);
  const does = (what: string, operation: string) =>
    stand.rest(`/api/upstreams/grouped/tools/${encodeURIComponent(what)}/${operation}`, admin, {
      method: "POST",
      body: "{}",
    });
  assert.equal((await does("group:charts", "disable")).status, 200);
  await until(async () => (await toolsOf(stand, admin)).length === 2, "the group is off");
  assert.deepEqual(await toolsOf(stand, admin), ["grouped__loose", "grouped__read"]);
  assert.equal(await isCallable(stand, "grouped__bar", admin), false);
  assert.deepEqual(groups()?.[1], { name: "charts", tools: 2, isOn: false });
  const refused = await does("bar", "enable");
  assert.deepEqual([refused.status, refused.code], [400, "usage"]);
  assert.match(JSON.stringify(refused.body), /in the group \\"charts\\", which is off/);
  assert.match(JSON.stringify((await does("group:core", "disable")).body), /always on/);
  assert.match(
    JSON.stringify((await does("group:none", "disable")).body),
    /has no group \\"none\\"; it has core, charts/,
  );
  assert.equal((await does("group:charts", "enable")).status, 200);
  assert.equal((await toolsOf(stand, admin)).length, 4);
});
