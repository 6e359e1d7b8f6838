import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { everyRight } from "../access/rights.ts";
import { localPrincipal } from "../access/principal.ts";
import { type JsonObject, isJsonObject, objectAt } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { type Revision, revisions } from "../protocol/revision.ts";
import { ScriptedServer, legacyScript } from "../../test/rig/scripted-server.ts";
import type { SearchOptions } from "./catalog-options.ts";
import { dispatch } from "./dispatch.ts";
import { Gateway } from "./gateway.ts";
import { discoverResult } from "./self.ts";
import type { ListKind } from "./presentation.ts";
import { identity, standDeps } from "../../test/rig/upstream-stand.ts";

const codecs = codecsFor(identity);

const readFile = {
  name: "readFile",
  title: "Read a file",
  description: "Reads a file as text.",
  inputSchema: {
    type: "object",
    properties: { path: { type: "string" }, region: { type: "string", "x-mcp-header": "Region" } },
  },
  annotations: { readOnlyHint: true },
};
const tools = [readFile, { name: "write_file", inputSchema: { type: "object" } }, { name: "send-mail" }];
const server = new ScriptedServer({ ...legacyScript(), "tools/list": { tools } });
const upstreams = [
  { name: "s", target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
] as const;

const gateway = new Gateway({
  upstreams,
  deps: standDeps(new ManualClock()),
  stateKey: Buffer.alloc(32, 7),
});

before(async () => {
  gateway.start();
  await Promise.all(gateway.upstreams.map(({ settled }) => settled));
});
after(() => gateway.close());

function use(options: SearchOptions): Promise<void> {
  return gateway.reconfigure(upstreams, { profiles: [], search: options });
}

const beside = { mode: "beside", alwaysListed: [] } as const;
const instead = { mode: "instead", alwaysListed: ["*mail"] } as const;

async function ask(method: string, params: JsonObject = {}, revision: Revision = "2025-11-25"): Promise<JsonObject> {
  const meta = { [metaKeys.protocolVersion]: revision, [metaKeys.clientCapabilities]: {} };
  const { answer } = await dispatch(
    gateway,
    {
      route: { kind: "all" },
      codec: codecs[revision],
      method,
      params: revision === "2026-07-28" ? { _meta: meta, ...params } : params,
      session: undefined,
      caller: { info: undefined, capabilities: {} },
      controller: new AbortController(),
      notify: () => undefined,
      principal: localPrincipal,
      origin: { entrance: "internal", address: undefined },
      ask: undefined,
    },
    1,
  );
  return answer.kind === "result" ? answer.result.value : { error: answer.error.message };
}

function search(args: JsonObject, revision?: Revision): Promise<JsonObject> {
  return ask("tools/call", { name: "search_tools", arguments: args }, revision);
}

async function listed(): Promise<unknown[]> {
  const list = (await ask("tools/list"))["tools"];
  return Array.isArray(list) ? list.filter(isJsonObject).map(({ name }) => name) : [];
}

function found(result: JsonObject): JsonObject[] {
  const list = objectAt(result, "structuredContent")?.["tools"];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

test("the search stands nowhere, beside all tools, or instead of those that are not always listed", async () => {
  assert.deepEqual(await listed(), ["s__readFile", "s__send-mail", "s__write_file"]);
  assert.match(String((await search({ query: "file" }))["error"]), /Unknown tool "search_tools"/);
  await use(beside);
  assert.deepEqual(await listed(), ["s__readFile", "s__send-mail", "s__write_file", "search_tools"]);
  await use(instead);
  assert.deepEqual(await listed(), ["s__send-mail", "search_tools"]);
});

test("a tool that is not listed is called by the name that the search gives", async () => {
  await use(instead);
  const [first] = found(await search({ query: "read" }));
  assert.equal(first?.["name"], "s__readFile");
  await ask("tools/call", { name: first["name"] });
  assert.equal(server.received.findLast(({ method }) => method === "tools/call")?.params["name"], "readFile");
});

test("what is found has all that a call needs, as structure and as text, in every revision", async () => {
  await use(beside);
  const { description, inputSchema, annotations, title } = readFile;
  const expected = { tools: [{ name: "s__readFile", title, description, inputSchema, annotations }] };
  for (const revision of revisions) {
    const { content, structuredContent } = await search({ query: "text" }, revision);
    assert.deepEqual(structuredContent, expected, revision);
    assert.deepEqual(content, [{ type: "text", text: JSON.stringify(expected) }], revision);
  }
});

test("what clients do not see in the list, they need not repeat in headers", async () => {
  await use(beside);
  assert.deepEqual(gateway.view({ kind: "all" }, everyRight).repeatedIn("s__readFile"), [
    { header: "mcp-param-region", path: ["region"] },
  ]);
  await use(instead);
  assert.equal(gateway.view({ kind: "all" }, everyRight).repeatedIn("s__readFile"), undefined);
  const [hit] = found(await search({ query: "text" }));
  assert.deepEqual(hit?.["inputSchema"], {
    type: "object",
    properties: { path: { type: "string" }, region: { type: "string" } },
  });
});

test("a search that finds nothing says so; a wrong one says what is wanted, as a failed tool does", async () => {
  await use(beside);
  const nothing = await search({ query: "zebra" });
  assert.deepEqual(nothing["structuredContent"], { tools: [] });
  assert.match(JSON.stringify(nothing["content"]), /No tool fits these words; others may\./);
  assert.deepEqual(found(await search({ query: "file", limit: 1 })).length, 1);
  for (const [args, says] of [
    [{}, "search_tools needs query, a text of 1 to 1000 characters that says what the tool should do"],
    [{ query: 7 }, "search_tools needs query"],
    [{ query: "  " }, "search_tools needs query"],
    [{ query: "x".repeat(1001) }, "search_tools needs query"],
    [{ query: "x", limit: 0 }, "search_tools takes as limit a whole number from 1 to 50"],
    [{ query: "x", limit: "5" }, "search_tools takes as limit"],
    [{ query: "x", limit: 51 }, "search_tools takes as limit"],
    [{ query: "x", upstream: "s" }, 'search_tools has no parameter "upstream"; there are query and limit'],
  ] as const) {
    const { isError, content } = await search(args);
    assert.equal(isError, true);
    assert.ok(JSON.stringify(content).includes(JSON.stringify(says).slice(1, -1)), JSON.stringify(content));
  }
});

test("the search is described as a tool that only reads, and models are told of it where it stands instead of the list", async () => {
  await use(instead);
  const list = (await ask("tools/list", {}, "2026-07-28"))["tools"];
  const own = Array.isArray(list) ? list.filter(isJsonObject).find(({ name }) => name === "search_tools") : undefined;
  assert.equal(objectAt(own ?? {}, "annotations")?.["readOnlyHint"], true);
  assert.ok(objectAt(own ?? {}, "outputSchema"));
  const view = gateway.view({ kind: "all" }, everyRight);
  assert.match(String(discoverResult(view, identity)["instructions"]), /find them with search_tools/);
  await use(beside);
  assert.equal(discoverResult(gateway.view({ kind: "all" }, everyRight), identity)["instructions"], undefined);
});

test("a change of tools is found at once, and told only where the list changes", async () => {
  await use(instead);
  assert.deepEqual(found(await search({ query: "later" })), []);
  const told: ListKind[][] = [];
  const unsubscribe = gateway.subscribe({
    route: { kind: "all" },
    principal: localPrincipal,
    listsChanged: (kinds) => told.push([...kinds]),
    notification: () => undefined,
    stopping: () => undefined,
  });
  const replaced = new ScriptedServer({ ...legacyScript(), "tools/list": { tools: [...tools, { name: "later" }] } });
  const next = [{ ...upstreams[0], name: "t", target: { kind: "channel", open: replaced.open } }] as const;
  await gateway.reconfigure([...upstreams, ...next]);
  await gateway.upstreams[1]?.settled;
  const hits = found(await search({ query: "later" })).map(({ name }) => name);
  assert.deepEqual(hits, ["t__later"]);
  assert.deepEqual(told, [["tools"]], "send-mail of the new one is always listed");
  unsubscribe();
  await gateway.reconfigure(upstreams);
});

test("searches while the tools change are answered all the same", async () => {
  await use(beside);
  const searches = [search({ query: "file" }), search({ query: "file" })];
  await use(instead);
  searches.push(search({ query: "file" }));
  await use(beside);
  for (const result of await Promise.all(searches)) assert.equal(found(result).length, 2);
});
