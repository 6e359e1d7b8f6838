import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { everyRight } from "../access/rights.ts";
import { localPrincipal } from "../access/principal.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { codecsFor } from "../protocol/codecs.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import { ScriptedServer, legacyScript } from "../../test/rig/scripted-server.ts";
import { type ProfileOptions, type ProfileUpstream, searchDefaults, wholeUpstream } from "./catalog-options.ts";
import { dispatch } from "./dispatch.ts";
import { Gateway } from "./gateway.ts";
import type { ListKind } from "./presentation.ts";
import { statusOf } from "./status.ts";
import { watchResource } from "./watch.ts";
import { identity, standDeps } from "../../test/rig/upstream-stand.ts";

const codecs = codecsFor(identity);

function tool(name: string, properties: JsonObject = {}, annotations?: JsonObject): JsonObject {
  return { name, inputSchema: { type: "object", properties }, ...(annotations === undefined ? {} : { annotations }) };
}

const capabilities = { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true }, completions: {} };
const files = new ScriptedServer({
  ...legacyScript(),
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities,
    serverInfo: { name: "files", version: "1" },
    instructions: "All of it.",
  },
  "tools/list": {
    tools: [
      tool("read", { path: { type: "string" }, head: { type: "integer" } }, { readOnlyHint: true }),
      tool("write", { path: { type: "string" } }),
      tool("list", {}, { readOnlyHint: true }),
    ],
  },
  "prompts/list": { prompts: [{ name: "greet", description: "Own words." }, { name: "part" }] },
  "prompts/get": { messages: [] },
  "completion/complete": { completion: { values: ["a"] } },
  "resources/list": {
    resources: [
      { uri: "file:///notes/a", name: "a" },
      { uri: "file:///secret/b", name: "b" },
    ],
  },
  "resources/templates/list": { resourceTemplates: [{ uriTemplate: "item://{id}", name: "t" }] },
  "resources/read": ({ uri }) => ({ contents: [{ uri, text: "text" }] }),
  "resources/subscribe": {},
  "resources/unsubscribe": {},
});
const memory = new ScriptedServer({ ...legacyScript(), "tools/list": { tools: [tool("read"), tool("search_tools")] } });

function upstream(name: string, server: ScriptedServer): UpstreamOptions {
  return { name, target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 5000 };
}

const upstreams = [upstream("files", files), upstream("memory", memory)];
const base = { readOnly: false, prefix: false, instructions: undefined, search: searchDefaults };

const profiles: readonly ProfileOptions[] = [
  {
    ...base,
    name: "notes",
    instructions: "Only notes.",
    upstreams: [
      {
        name: "files",
        tools: ["read", "list"],
        prompts: ["greet"],
        resources: ["file:///notes/*", "item://{id}"],
        overrides: {
          tools: {
            read: { name: "read_note", title: "Read", parameters: { head: { value: 3 }, path: { default: "todo" } } },
          },
          prompts: { greet: { name: "hello", description: "Other words." } },
        },
      },
    ],
  },
  { ...base, name: "reading", prefix: true, readOnly: true, upstreams: "all" },
  {
    ...base,
    name: "both",
    search: { mode: "beside", alwaysListed: [] },
    upstreams: [
      { ...wholeUpstream, name: "files", tools: ["read", "write", "lst"], overrides: { tools: {}, prompts: {} } },
      {
        ...wholeUpstream,
        name: "memory",
        overrides: { tools: { read: { name: "write", parameters: { none: { value: 1 } } } }, prompts: { gone: {} } },
      },
      { ...wholeUpstream, name: "away" },
    ],
  },
  {
    ...base,
    name: "picked",
    readOnly: true,
    upstreams: [{ ...wholeUpstream, name: "files", tools: ["read", "write"] }],
  },
];

const gateway = new Gateway({
  upstreams,
  catalog: { profiles, search: searchDefaults },
  deps: standDeps(new ManualClock()),
  stateKey: Buffer.alloc(32, 7),
});

before(async () => {
  gateway.start();
  await Promise.all(gateway.upstreams.map(({ settled }) => settled));
});
after(() => gateway.close());

async function ask(profile: string, method: string, params: JsonObject = {}, at = gateway): Promise<JsonObject> {
  const { answer } = await dispatch(
    at,
    {
      route: { kind: "profile", name: profile },
      codec: codecs["2025-11-25"],
      method,
      params,
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

async function namesIn(profile: string, kind: "tools" | "prompts" | "resources"): Promise<unknown[]> {
  const list = (await ask(profile, `${kind}/list`))[kind];
  return Array.isArray(list) ? list.filter(isJsonObject).map(({ name }) => name) : [];
}

/** Fails where what is answered under these names, but for the names, is not the same error. */
async function unknown(method: string, params: (name: string) => JsonObject, names: readonly string[]): Promise<void> {
  const [first, ...others] = await Promise.all(
    names.map(async (name) => JSON.stringify(await ask("notes", method, params(name))).replaceAll(name, "NAME")),
  );
  assert.match(first ?? "", /"error":/);
  for (const other of others) assert.equal(other, first);
}

async function relist(tools: readonly JsonObject[]): Promise<void> {
  files.answer("tools/list", { tools });
  files.notify("notifications/tools/list_changed");
  await files.next("tools/list");
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

function lastParams(server: ScriptedServer, method: string): JsonObject {
  const { _meta, ...params } = server.received.findLast((each) => each.method === method)?.params ?? {};
  return params;
}

test("a profile shows what it chooses, in its own names and words", async () => {
  assert.deepEqual(await ask("notes", "tools/list"), {
    tools: [
      { name: "list", inputSchema: { type: "object", properties: {} }, annotations: { readOnlyHint: true } },
      {
        name: "read_note",
        title: "Read",
        inputSchema: { type: "object", properties: { path: { type: "string", default: "todo" } } },
        annotations: { readOnlyHint: true },
      },
    ],
  });
  assert.deepEqual(await ask("notes", "prompts/list"), { prompts: [{ name: "hello", description: "Other words." }] });
  assert.deepEqual(await namesIn("notes", "resources"), ["a"]);
});

test("what is renamed reaches its upstream under its own name, with what is preset", async () => {
  await ask("notes", "tools/call", { name: "read_note" });
  assert.deepEqual(lastParams(files, "tools/call"), { name: "read", arguments: { path: "todo", head: 3 } });
  await ask("notes", "tools/call", { name: "read_note", arguments: { path: "x" } });
  assert.deepEqual(lastParams(files, "tools/call"), { name: "read", arguments: { path: "x", head: 3 } });
  await ask("notes", "prompts/get", { name: "hello" });
  assert.deepEqual(lastParams(files, "prompts/get"), { name: "greet" });
  const argument = { name: "who", value: "" };
  await ask("notes", "completion/complete", { ref: { type: "ref/prompt", name: "hello" }, argument });
  assert.deepEqual(lastParams(files, "completion/complete"), { ref: { type: "ref/prompt", name: "greet" }, argument });
});

test("a fixed parameter cannot be given: the model is told that there is none of that name", async () => {
  const earlier = files.received.length;
  const { isError, content } = await ask("notes", "tools/call", { name: "read_note", arguments: { head: 9 } });
  assert.equal(isError, true);
  assert.match(JSON.stringify(content), /There is no parameter \\"head\\"; leave it out/);
  assert.equal(files.received.length, earlier);
});

test("what is hidden is answered as what does not exist", async () => {
  await unknown("tools/call", (name) => ({ name }), ["nosuch", "read", "write", "files__read", "memory__read"]);
  await unknown("prompts/get", (name) => ({ name }), ["nosuch", "greet", "part"]);
  const argument = { name: "x", value: "" };
  const ofPrompt = (name: string): JsonObject => ({ ref: { type: "ref/prompt", name }, argument });
  await unknown("completion/complete", ofPrompt, ["nosuch", "greet", "part"]);
  await unknown("resources/read", (uri) => ({ uri }), [
    "file:///nosuch",
    "file:///secret/b",
    "file:///notes/../secret/b",
  ]);
  for (const uri of ["file:///nosuch", "file:///secret/b", "file:///secret/c", "file:///notes/../secret/b"]) {
    const { signal } = new AbortController();
    await assert.rejects(
      watchResource(gateway, { route: { kind: "profile", name: "notes" }, principal: localPrincipal }, uri, signal),
      /No resource/,
    );
  }
});

test("resources that nobody lists are read where their address or template is chosen", async () => {
  for (const uri of ["file:///notes/a", "file:///notes/unlisted", "item://7"]) {
    assert.deepEqual(await ask("notes", "resources/read", { uri }), { contents: [{ uri, text: "text" }] });
  }
});

test("a profile for reading shows only tools that say that they read", async () => {
  assert.deepEqual(await namesIn("reading", "tools"), ["files__list", "files__read"]);
  assert.match(String((await ask("reading", "tools/call", { name: "files__write" }))["error"]), /Unknown tool/);
  assert.deepEqual(await namesIn("reading", "prompts"), ["files__greet", "files__part"]);
});

test("of two with one name the one that was given it has it, else that of the first server", async () => {
  assert.deepEqual(await namesIn("both", "tools"), ["read", "search_tools", "write"]);
  await ask("both", "tools/call", { name: "write" });
  assert.equal(lastParams(memory, "tools/call")["name"], "read");
  await ask("both", "tools/call", { name: "read" });
  assert.equal(lastParams(files, "tools/call")["name"], "read");
});

test("an upstream's own search_tools is called, where a profile has that and a search", async () => {
  await ask("both", "tools/call", { name: "search_tools", arguments: { any: "thing" } });
  assert.deepEqual(lastParams(memory, "tools/call"), { name: "search_tools", arguments: { any: "thing" } });
});

test("the status names what of a profile does not do what was meant", () => {
  const { profiles: shown } = statusOf(gateway);
  assert.deepEqual(
    shown.map(({ name, upstreams: of, counts: { tools }, search }) => [name, of, tools, search]),
    [
      ["notes", ["files"], 2, "off"],
      ["reading", ["files", "memory"], 2, "off"],
      ["both", ["files", "memory"], 3, "off"],
      ["picked", ["files"], 1, "off"],
    ],
  );
  const said = (name: string): string[] =>
    shown.find((profile) => profile.name === name)?.oddities.map(({ kind, message }) => `${kind}: ${message}`) ?? [];
  assert.deepEqual(said("notes"), []);
  assert.deepEqual(said("both"), [
    'collision: The tools "read" of memory and "write" of files would both be "write"; the second one is left out',
    "no_upstream: It names away, which is disabled or was removed",
    'no_match: files has no tools that fit "lst"',
    'no_match: memory has no prompts "gone" to change',
    'no_parameter: "read" of memory has no parameter "none"',
    'no_search: The tool "search_tools" of memory has the name of the search, which is left out',
  ]);
  assert.deepEqual(said("picked"), ['not_read_only: "write" of files is not marked as reading only, so it is hidden']);
});

test("a profile's listeners are told of changes of what it shows, and of nothing else", async () => {
  const told: ListKind[][] = [];
  gateway.view({ kind: "profile", name: "notes" }, everyRight);
  const unsubscribe = gateway.subscribe({
    route: { kind: "profile", name: "notes" },
    principal: localPrincipal,
    listsChanged: (kinds) => told.push([...kinds]),
    notification: () => undefined,
    stopping: () => undefined,
  });
  await relist([tool("read", { path: {}, head: {} }), tool("write"), tool("more"), tool("list")]);
  assert.deepEqual(told.splice(0), [["tools"]], "annotations of what is shown have changed");
  const manual = gateway.deps.clock;
  assert.ok(manual instanceof ManualClock);
  manual.advance(1000);
  await relist([tool("read", { path: {}, head: {} }), tool("write"), tool("other"), tool("list")]);
  assert.deepEqual(told, []);
  unsubscribe();
});

test("profiles are taken up live: they come, change and go with the configuration", async () => {
  const route = { kind: "profile", name: "late" } as const;
  assert.equal(gateway.hasRoute(route, everyRight), false);
  const late: ProfileOptions = { ...base, name: "late", upstreams: [{ ...wholeUpstream, name: "memory" }] };
  await gateway.reconfigure(upstreams, { profiles: [...profiles, late], search: searchDefaults });
  assert.ok(gateway.hasRoute(route, everyRight));
  assert.deepEqual(await namesIn("late", "tools"), ["read", "search_tools"]);
  const told: ListKind[][] = [];
  const unsubscribe = gateway.subscribe({
    route,
    principal: localPrincipal,
    listsChanged: (kinds) => told.push([...kinds]),
    notification: () => undefined,
    stopping: () => undefined,
  });
  const only = { ...late, upstreams: [{ ...wholeUpstream, name: "memory", tools: ["read"] }] };
  await gateway.reconfigure(upstreams, { profiles: [...profiles, only], search: searchDefaults });
  assert.deepEqual(await namesIn("late", "tools"), ["read"]);
  await gateway.reconfigure(upstreams);
  assert.ok(gateway.hasRoute(route, everyRight), "without a catalog it stays");
  await gateway.reconfigure(upstreams, { profiles, search: searchDefaults });
  assert.equal(gateway.hasRoute(route, everyRight), false);
  assert.deepEqual(await namesIn("late", "tools"), []);
  assert.deepEqual(told, [["tools"], ["tools"]]);
  unsubscribe();
});

function named(name: string): ProfileUpstream {
  return { ...wholeUpstream, name };
}

test("where names do not say whose they are, each server that starts is waited for, once", async () => {
  const slow = new ScriptedServer({ ...legacyScript(), initialize: "silence", "server/discover": "silence" });
  const late = new ScriptedServer({
    ...legacyScript(),
    initialize: "silence",
    "tools/list": { tools: [tool("wanted")] },
  });
  const waiting = new Gateway({
    upstreams: [upstream("slow", slow), upstream("late", late)],
    catalog: {
      profiles: [{ ...base, name: "p", upstreams: [named("slow"), named("late")] }],
      search: searchDefaults,
    },
    deps: standDeps(new ManualClock()),
    stateKey: Buffer.alloc(32, 7),
  });
  const { clock } = waiting.deps;
  assert.ok(clock instanceof ManualClock);
  waiting.start();
  const wanted = ask("p", "tools/call", { name: "wanted" }, waiting);
  const { id } = await late.next("initialize");
  late.complete(id ?? 0, { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "late", version: "1" } });
  await waiting.upstreams[1]?.settled;
  clock.advance(5000);
  assert.deepEqual((await wanted)["content"], [{ type: "text", text: "hi" }]);
  clock.advance(60_000);
  await waiting.upstreams[0]?.settled;
  const away = await ask("p", "tools/call", { name: "unknown" }, waiting);
  assert.equal(away["isError"], true, "it may be one of the server that is away");
  await waiting.close();
});
