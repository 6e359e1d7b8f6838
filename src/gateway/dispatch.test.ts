import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { stageNames } from "./pipeline.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { Notification } from "../protocol/call.ts";
import { codecsFor } from "../protocol/codecs.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import type { Revision } from "../protocol/revision.ts";
import { ScriptedServer, legacyScript, modernScript } from "../../test/rig/scripted-server.ts";
import { dispatch } from "./dispatch.ts";
import type { EndedCall } from "./ended-call.ts";
import { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import type { Route } from "./route.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { identity, standDeps } from "../../test/rig/upstream-stand.ts";

const codecs = codecsFor(identity);
const clock = new ManualClock();
const old = new ScriptedServer({
  ...legacyScript(),
  initialize: {
    protocolVersion: "2025-06-18",
    capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
    serverInfo: { name: "old", version: "1" },
    instructions: "Old and good.",
  },
  "prompts/list": { prompts: [{ name: "greet" }] },
  "prompts/get": { messages: [] },
  "resources/list": { resources: [{ uri: "x://listed", name: "listed" }] },
  "resources/templates/list": { resourceTemplates: [{ uriTemplate: "x://t/{id}", name: "t" }] },
  "resources/read": (params) =>
    params["uri"] === "x://hidden" || params["uri"] === "x://listed"
      ? { contents: [{ uri: params["uri"], text: "old" }] }
      : { error: { code: -32002, message: "Resource not found" } },
  "completion/complete": { completion: { values: ["a"] } },
});
const fresh = new ScriptedServer({
  ...modernScript(),
  "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {}, resources: {} } },
  "resources/list": { resources: [{ uri: "x://fresh", name: "fresh" }] },
  "resources/read": (params) =>
    params["uri"] === "x://fresh"
      ? { resultType: "complete", contents: [{ uri: "x://fresh", text: "fresh" }], ttlMs: 9, cacheScope: "public" }
      : { error: { code: -32602, message: "Resource not found" } },
});
const ended: EndedCall[] = [];
const gateway = new Gateway({
  upstreams: [
    { name: "old", target: { kind: "channel", open: old.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
    { name: "fresh", target: { kind: "channel", open: fresh.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
  ],
  deps: standDeps(clock),
  stateKey: Buffer.alloc(32, 7),
  observers: [
    {
      ended() {
        throw new Error("An observer that fails");
      },
    },
    { ended: (call) => ended.push(call) },
  ],
});

before(async () => {
  gateway.start();
  await Promise.all(gateway.upstreams.map(({ settled }) => settled));
});
after(() => gateway.close());

const modernMeta = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {} };

interface Ask {
  readonly revision?: Revision;
  readonly route?: Route;
  readonly controller?: AbortController;
  readonly notify?: (notification: Notification) => void;
}

async function ask(method: string, params: JsonObject = {}, { revision = "2026-07-28", ...rest }: Ask = {}) {
  const inbound: Inbound = {
    route: { kind: "all" },
    codec: codecs[revision],
    method,
    params: revision === "2026-07-28" ? { _meta: modernMeta, ...params } : params,
    session: undefined,
    caller: { info: undefined, capabilities: {} },
    controller: new AbortController(),
    notify: () => undefined,
    principal: localPrincipal,
    origin: { entrance: "internal", address: undefined },
    ask: undefined,
    ...rest,
  };
  return dispatch(gateway, inbound, 1);
}

function valueOf(answer: Answer): JsonObject {
  assert.equal(answer.kind, "result", JSON.stringify(answer));
  return answer.kind === "result" ? answer.result.value : {};
}

function errorOf(answer: Answer): { readonly code: number; readonly message: string } {
  assert.equal(answer.kind, "error");
  return answer.kind === "error" ? answer.error : { code: 0, message: "" };
}

test("lists hold everything of every upstream under its exposed name, in one order", async () => {
  verifies("tools.order");
  const { answer } = await ask("tools/list");
  const tools = valueOf(answer)["tools"];
  assert.ok(Array.isArray(tools));
  assert.deepEqual(
    tools.map(({ name }: { name: string }) => name),
    ["fresh__echo", "old__echo"],
  );
  const own = await ask("tools/list", {}, { route: { kind: "upstream", name: "old" }, revision: "2025-11-25" });
  assert.deepEqual(valueOf(own.answer), { tools: [{ name: "echo", inputSchema: { type: "object" } }] });
});

test("each era gets the result in its own dress, whichever era the upstream speaks", async () => {
  const name = "old__echo";
  const legacyFromLegacy = valueOf((await ask("tools/call", { name }, { revision: "2025-06-18" })).answer);
  assert.deepEqual(legacyFromLegacy, { content: [{ type: "text", text: "hi" }] });
  const modernFromLegacy = valueOf((await ask("tools/call", { name })).answer);
  assert.equal(modernFromLegacy["resultType"], "complete");
  const legacyFromModern = valueOf(
    (await ask("tools/call", { name: "fresh__echo" }, { revision: "2025-06-18" })).answer,
  );
  assert.deepEqual(legacyFromModern, { content: [{ type: "text", text: "hi" }] });
});

test("a call reaches its upstream under the name it has there, with the rest of its params and _meta untouched", async () => {
  verifies("tools.call");
  await ask("tools/call", {
    name: "old__echo",
    arguments: { a: [1, null] },
    vendor: 1,
    _meta: { ...modernMeta, traceparent: "00-x", "com.example/k": { deep: true } },
  });
  const received = old.received.findLast(({ method }) => method === "tools/call");
  assert.deepEqual(received?.params, {
    name: "echo",
    arguments: { a: [1, null] },
    vendor: 1,
    _meta: { traceparent: "00-x", "com.example/k": { deep: true } },
  });
});

test("a modern upstream is told the gateway's own name and revision, and the caller's capabilities", async () => {
  verifies("base.meta-client-info", "base.capability-relayed");
  const capabilities = { elicitation: {}, extensions: { "io.modelcontextprotocol/tasks": {}, "com.example/x": {} } };
  await ask("tools/call", {
    name: "fresh__echo",
    _meta: { ...modernMeta, [metaKeys.clientCapabilities]: capabilities },
  });
  const received = fresh.received.findLast(({ method }) => method === "tools/call");
  assert.deepEqual(received?.params["_meta"], {
    [metaKeys.protocolVersion]: "2026-07-28",
    [metaKeys.clientInfo]: identity,
    [metaKeys.clientCapabilities]: capabilities,
  });
});

test("a resource is read from who lists it, whose template fits, or who has it unlisted; else it is not found", async () => {
  verifies("resources.read");
  const textOf = async (uri: string): Promise<unknown> => {
    const contents = valueOf((await ask("resources/read", { uri })).answer)["contents"];
    return Array.isArray(contents) ? contents[0].text : undefined;
  };
  assert.equal(await textOf("x://listed"), "old");
  assert.equal(await textOf("x://fresh"), "fresh");
  assert.equal(await textOf("x://hidden"), "old");
  const { answer } = await ask("resources/read", { uri: "x://nowhere" });
  assert.equal(errorOf(answer).code, -32602);
  const legacy = await ask("resources/read", { uri: "x://nowhere" }, { revision: "2025-11-25" });
  assert.equal(errorOf(legacy.answer).code, -32002);
});

test("a result that may be kept says for how long: the upstream's word where it gives one, else nothing is promised", async () => {
  verifies("caching.relayed", "caching.ttl");
  const fromModern = valueOf((await ask("resources/read", { uri: "x://fresh" })).answer);
  assert.deepEqual([fromModern["ttlMs"], fromModern["cacheScope"]], [9, "public"]);
  const fromLegacy = valueOf((await ask("resources/read", { uri: "x://listed" })).answer);
  assert.deepEqual([fromLegacy["ttlMs"], fromLegacy["cacheScope"]], [0, "private"]);
});

test("prompts and completions go to the upstream that the name belongs to", async () => {
  verifies("prompts.get");
  valueOf((await ask("prompts/get", { name: "old__greet" })).answer);
  assert.equal(old.received.findLast(({ method }) => method === "prompts/get")?.params["name"], "greet");
  valueOf((await ask("completion/complete", { ref: { type: "ref/prompt", name: "old__greet" }, argument: {} })).answer);
  const completion = old.received.findLast(({ method }) => method === "completion/complete");
  assert.deepEqual(completion?.params["ref"], { type: "ref/prompt", name: "greet" });
  valueOf(
    (await ask("completion/complete", { ref: { type: "ref/resource", uri: "x://t/{id}" }, argument: {} })).answer,
  );
});

test("unknown names, methods and levels are each their own error, and ours is recognisable", async () => {
  const unknown = errorOf((await ask("tools/call", { name: "old__nope" })).answer);
  assert.equal(unknown.code, -32602);
  assert.match(unknown.message, /Unknown tool "old__nope"/);
  assert.equal(errorOf((await ask("tools/call", {})).answer).message, "tools/call needs params.name");
  assert.equal(errorOf((await ask("bogus/method")).answer).code, -32601);
  assert.equal(errorOf((await ask("ping")).answer).code, -32601);
  assert.equal(
    errorOf((await ask("logging/setLevel", { level: "loud" }, { revision: "2025-11-25" })).answer).code,
    -32602,
  );
  assert.equal(errorOf((await ask("tools/list", { cursor: "forged" })).answer).code, -32602);
});

test("an upstream that takes too long is cancelled there, and the caller gets a result that a model can read", async () => {
  verifies("lifecycle.timeouts", "tools.execution-errors");
  old.answer("tools/call", "silence");
  const received = old.next("tools/call");
  const asked = ask("tools/call", { name: "old__echo" });
  await received;
  const cancelled = old.next("notifications/cancelled");
  clock.advance(1000);
  const { answer, failure } = await asked;
  assert.equal(failure?.code, "deadline_exceeded");
  const result = valueOf(answer);
  assert.equal(result["isError"], true);
  assert.match(JSON.stringify(result["content"]), /did not answer within 1000 ms/);
  await cancelled;
  old.answer("tools/call", { content: [{ type: "text", text: "hi" }] });
});

test("an error of the upstream's own passes through as it is", async () => {
  verifies("base.codes-meaningless");
  const error = { code: 4711, message: "no", data: { why: ["x"] } };
  old.answer("tools/call", { error });
  const { answer, failure } = await ask("tools/call", { name: "old__echo" });
  assert.deepEqual(answer, { kind: "error", error });
  assert.equal(failure, undefined);
  old.answer("tools/call", { content: [{ type: "text", text: "hi" }] });
});

test("observers are told once of every call, how it ended and by which name it failed; one that fails harms nobody", async () => {
  ended.length = 0;
  const failed = await ask("tools/call", { name: "nobody__nothing" });
  await ask("tools/call", { name: "old__echo", arguments: { a: 1 } }, { revision: "2025-06-18" });
  await ask("resources/read", { uri: "x://nowhere" });
  await ask("tools/list");
  assert.deepEqual(
    ended.map(({ method, name, outcome, code, record }) => [
      method,
      name,
      outcome,
      code,
      record.upstream,
      record.name,
      record.attempts,
    ]),
    [
      ["tools/call", "nobody__nothing", "error", "unknown_tool", undefined, undefined, 0],
      ["tools/call", "old__echo", "ok", undefined, "old", "echo", 1],
      ["resources/read", "x://nowhere", "error", "resource_not_found", "old", "x://nowhere", 2],
    ],
  );
  assert.ok(failed.answer.kind === "error" && isJsonObject(failed.answer.error.data));
  assert.equal(failed.answer.error.data["errorId"], ended[0]?.id);
  const ids = ended.map(({ id }) => id);
  assert.deepEqual(ids, ids.toSorted());
  assert.deepEqual(
    ended[1]?.record.marks.map(({ stage }) => stage),
    stageNames.filter((name) => name !== "cache"),
  );
});

test("who listens is acknowledged first, told of changes it asked for, and answered when the gateway stops", async () => {
  verifies(
    "listen.requested-only",
    "listen.acknowledged-first",
    "listen.acknowledged-subset",
    "listen.subscription-id",
    "listen.graceful-end",
  );
  const told: Notification[] = [];
  const controller = new AbortController();
  const asked = ask(
    "subscriptions/listen",
    { notifications: { toolsListChanged: true, bogus: true } },
    { controller, notify: (notification) => told.push(notification) },
  );
  const meta = { [metaKeys.subscriptionId]: 1 };
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, [
    {
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { toolsListChanged: true }, _meta: meta },
    },
  ]);
  old.answer("tools/list", { tools: [] });
  const listed = old.next("tools/list");
  old.notify("notifications/tools/list_changed");
  await listed;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told[1], { method: "notifications/tools/list_changed", params: { _meta: meta } });
  controller.abort(new GatewayError("cancelled", "enough"));
  assert.equal((await asked).failure?.code, "cancelled");
});

test("a tool call that goes on as a task names its upstream in the task's id, by which it is found again", async () => {
  const extensions = { "io.modelcontextprotocol/tasks": {} };
  const meta = { ...modernMeta, [metaKeys.clientCapabilities]: { extensions } };
  fresh.answer("tools/call", { resultType: "task", taskId: "t-1", status: "working", ttlMs: null });
  const created = valueOf((await ask("tools/call", { name: "fresh__echo", _meta: meta })).answer);
  assert.deepEqual([created["resultType"], created["taskId"], created["ttlMs"]], ["task", "fresh__t-1", null]);
  fresh.answer("tasks/get", (params) => ({ resultType: "complete", taskId: params["taskId"], status: "completed" }));
  const got = valueOf((await ask("tasks/get", { taskId: "fresh__t-1", _meta: meta })).answer);
  assert.deepEqual([got["taskId"], got["status"]], ["fresh__t-1", "completed"]);
  fresh.answer("tasks/cancel", { resultType: "complete" });
  assert.equal((await ask("tasks/cancel", { taskId: "fresh__t-1", _meta: meta })).failure, undefined);
  assert.equal(fresh.received.at(-1)?.params["taskId"], "t-1");
  assert.match(
    (await ask("tasks/get", { taskId: "nobody__t", _meta: meta })).failure?.message ?? "",
    /There is no task/,
  );
  assert.match((await ask("tasks/get", { _meta: meta })).failure?.message ?? "", /needs params\.taskId/);
  fresh.answer("tools/call", { resultType: "complete", content: [] });
});
