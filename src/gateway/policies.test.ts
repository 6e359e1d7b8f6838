import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Principal, localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { WrittenPolicies } from "../policy/call-policy.ts";
import type { Notification } from "../protocol/call.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { Guardian } from "../transport/guardian.ts";
import { type Script, ScriptedServer, legacyScript } from "../../test/rig/scripted-server.ts";
import { type Outcome, dispatch } from "./dispatch.ts";
import { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import type { Session } from "./session.ts";

const identity = { name: "switchyard", title: "Switchyard", version: "0" };
const codecs = codecsFor(identity);
const codec = codecs["2025-11-25"];
const remote: Principal = { ...localPrincipal, id: "ada", kind: "key", role: "user" };

const tool = (name: string, more: JsonObject = {}): JsonObject => ({ name, inputSchema: { type: "object" }, ...more });
const tools = [
  tool("write", { inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] } }),
  tool("plain"),
  tool("read", { annotations: { readOnlyHint: true } }),
];

let server: ScriptedServer;
let spare: ScriptedServer;
let clock: ManualClock;
let gateway: Gateway;
const started: Gateway[] = [];

beforeEach(() => {
  const script = { ...legacyScript(), "tools/list": { tools } };
  server = new ScriptedServer({ ...script });
  spare = new ScriptedServer({ ...script, "tools/call": ({ arguments: given }) => said(JSON.stringify(given)) });
  clock = new ManualClock();
});
// Hooks of a file go for the tests of all files that run in one process.
afterEach(async () => {
  for (const each of started.splice(0)) {
    await each.close();
    assert.equal(clock.pending, 0, "no timer is left");
  }
});

async function start(policies: WrittenPolicies = {}): Promise<void> {
  gateway = new Gateway({
    upstreams: [
      { name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
      { name: "spare", target: { kind: "channel", open: spare.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
    ],
    policies,
    deps: { clock, random: () => 1, codecs, identity, guardian: new Guardian() },
    stateKey: Buffer.alloc(32, 7),
  });
  started.push(gateway);
  gateway.start();
  await gateway.settled;
  server.received.length = 0;
}

function said(text: string): JsonObject {
  return { content: [{ type: "text", text }] };
}

interface By {
  readonly principal?: Principal;
  readonly session?: Session;
  readonly controller?: AbortController;
  readonly notify?: (notification: Notification) => void;
}

function call(name: string, params: JsonObject = {}, by: By = {}): Promise<Outcome> {
  const inbound: Inbound = {
    route: { kind: "all" },
    codec,
    method: "tools/call",
    params: { name: `up__${name}`, arguments: {}, ...params },
    session: undefined,
    origin: { entrance: "internal", address: undefined },
    caller: { info: undefined, capabilities: {} },
    controller: new AbortController(),
    notify: () => undefined,
    principal: localPrincipal,
    ask: undefined,
    ...by,
  };
  return dispatch(gateway, inbound, 1);
}

function keyed(key: string, controller = new AbortController()): Promise<Outcome> {
  return call("plain", { _meta: { "switchyard/idempotencyKey": key } }, { controller });
}

/** `ok` with the text, or the code of the failure. */
function gist({ answer, failure }: Outcome): string {
  if (failure !== undefined) return failure.code;
  if (answer.kind === "error") return `rpc ${answer.error.code}`;
  const [first] = Array.isArray(answer.result.value["content"]) ? answer.result.value["content"] : [];
  return typeof first === "object" && first !== null && "text" in first ? String(first.text) : "?";
}

function sent(): number {
  return server.received.filter(({ method }) => method === "tools/call").length;
}

/** Answers its calls one after another: `drop` breaks the connection. */
function scripted(...answers: readonly ("drop" | JsonObject)[]): Script {
  const left = [...answers];
  return () => {
    const next = left.shift() ?? said("last");
    if (next !== "drop") return next;
    void server.leave();
    return "silence";
  };
}

/** Lets what is ready run, and time pass while nothing is. */
async function pass(ms: number, step = 50): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    for (let times = 0; times < 5; times += 1) await turn();
    clock.advance(Math.min(step, left));
  }
  for (let times = 0; times < 5; times += 1) await turn();
}

test("callers with a key may make 60 calls a minute, and those on this machine any number", async () => {
  await start();
  const of = async (by: By): Promise<string[]> => {
    const all = [];
    for (let number = 0; number < 62; number += 1) all.push(gist(await call("plain", {}, by)));
    return all;
  };
  assert.ok((await of({})).every((each) => each === "hi"));
  const remotely = await of({ principal: remote });
  assert.deepEqual(remotely.slice(58), ["hi", "hi", "rate_limited", "rate_limited"]);
  const { failure, answer } = await call("plain", {}, { principal: remote });
  assert.equal(failure?.data?.["retryAfterMs"], 1000);
  assert.match(
    JSON.stringify(answer.kind === "result" && answer.result.value),
    /may be 60 a minute, 60 at once; the next may be made in 1 s/,
  );
  assert.equal(gist(await call("plain", {}, { principal: { ...remote, id: "bob" } })), "hi");
  clock.advance(1000);
  assert.equal(gist(await call("plain", {}, { principal: remote })), "hi");
});

test("a tool has a limit of its own for each caller, and what that refuses does not count otherwise", async () => {
  await start({
    callers: { caller: { perMinute: 60, burst: 3 } },
    upstreams: { up: { tools: { plain: { rateLimit: { perMinute: 1, burst: 1 } } } } },
  });
  const by = { principal: remote };
  const all = [];
  for (const name of ["plain", "plain", "plain", "read", "read", "read"]) all.push(gist(await call(name, {}, by)));
  assert.deepEqual(all, ["hi", "rate_limited", "rate_limited", "hi", "hi", "rate_limited"]);
  assert.deepEqual([gist(await call("plain")), gist(await call("plain"))], ["hi", "rate_limited"]);
});

test("arguments that do not fit are the model's to correct: nothing is sent, and no breaker learns of it", async () => {
  await start();
  for (let times = 0; times < 10; times += 1) {
    const { answer, failure } = await call("write", { arguments: { path: 5 } });
    assert.equal(failure?.code, "invalid_arguments");
    const text = JSON.stringify(answer.kind === "result" && answer.result.value);
    assert.match(text, /arguments\.path must be string, got a number/);
    assert.match(text, /"isError":true/);
  }
  assert.equal(sent(), 0);
  assert.equal(gateway.upstream("up").guard.state.kind, "closed");
  assert.equal(gist(await call("write", { arguments: { path: "/a" } })), "hi");
});

test("with validate: false a tool judges its arguments itself", async () => {
  await start({ upstreams: { up: { tools: { write: { validate: false } } } } });
  assert.equal(gist(await call("write")), "hi");
});

test("a call that breaks is made again where its tool only reads; any other is not", async () => {
  await start({ upstreams: { up: { timeoutMs: 10_000 } } });
  server.answer("tools/call", scripted("drop", "drop", said("third")));
  const reading = call("read");
  await pass(4000);
  assert.equal(gist(await reading), "third");
  assert.equal(sent(), 3);
  server.answer("tools/call", scripted("drop", said("again")));
  const writing = call("plain");
  await pass(4000);
  assert.equal(gist(await writing), "upstream_disconnected");
  assert.equal(sent(), 4);
});

test("a call with an idempotency key is made again, and its key goes with it each time", async () => {
  await start();
  server.answer("tools/call", scripted("drop", said("done")));
  const calling = call("plain", { _meta: { "switchyard/idempotencyKey": "k1" } });
  await pass(4000);
  assert.equal(gist(await calling), "done");
  const keys = server.received
    .filter(({ method }) => method === "tools/call")
    .map(({ params }) => objectAt(params, "_meta")?.["switchyard/idempotencyKey"]);
  assert.deepEqual(keys, ["k1", "k1"]);
});

test("a call waits for its next attempt no longer than for its answer, and leaves then", async () => {
  await start({ upstreams: { up: { timeoutMs: 300, retry: { attempts: 5, firstMs: 5000, longestMs: 5000 } } } });
  server.answer("tools/call", scripted("drop"));
  const calling = call("read");
  await pass(300);
  assert.equal(gist(await calling), "deadline_exceeded");
  assert.equal(sent(), 1);
});

test("a repeated key is answered as the first time, and one whose call broke says that nobody knows", async () => {
  await start({ upstreams: { up: { retry: { attempts: 1 } } } });
  server.answer("tools/call", scripted(said("one"), said("two"), "drop", said("three")));
  const other = { arguments: { other: 1 }, _meta: { "switchyard/idempotencyKey": "a" } };
  assert.deepEqual([gist(await keyed("a")), gist(await keyed("b")), gist(await keyed("a"))], ["one", "two", "one"]);
  assert.equal(gist(await call("plain", other)), "idempotency_conflict");
  assert.equal(gist(await keyed("c")), "upstream_disconnected");
  assert.equal(gist(await keyed("c")), "outcome_unknown");
  assert.equal(sent(), 3);
  const { failure } = await call("plain", { _meta: { "switchyard/idempotencyKey": 7 } });
  assert.equal(failure?.code, "invalid_params");
});

test("a call with a key outlives the connection of its caller, and not its caller's wish", async () => {
  await start();
  server.answer("tools/call", "silence");
  const gone = new AbortController();
  const first = keyed("a", gone);
  const { id } = await server.next("tools/call");
  gone.abort(new GatewayError("cancelled", "The caller hung up", { data: { hasLeft: true } }));
  assert.equal(gist(await first), "cancelled");
  const second = keyed("a");
  server.complete(id ?? 0, said("done all the same"));
  assert.equal(gist(await second), "done all the same");
  const unwilling = new AbortController();
  const third = keyed("b", unwilling);
  await server.next("tools/call");
  unwilling.abort(new GatewayError("cancelled", "The caller cancelled the request"));
  assert.equal(gist(await third), "cancelled");
  await turn();
  assert.ok(server.received.some(({ method }) => method === "notifications/cancelled"));
});

test("what cannot be reached is answered by another tool, with its arguments mapped and the answer marked", async () => {
  await start({
    upstreams: {
      up: {
        retry: { attempts: 1 },
        tools: {
          plain: {
            fallback: { kind: "tool", upstream: "spare", tool: "write", arguments: { path: "/{dir}/x", n: "{n}" } },
          },
          read: { fallback: { kind: "result", result: said("closed today") } },
        },
      },
      // Nothing stands in for what stands in.
      spare: { fallback: { kind: "tool", upstream: "up", tool: "plain" } },
    },
  });
  server.answer("tools/call", scripted("drop", "drop", said("well again")));
  const byTool = await call("plain", { arguments: { dir: "tmp", n: 3 } });
  assert.equal(gist(byTool), '{"path":"/tmp/x","n":3}');
  assert.deepEqual(markOf(byTool), { for: "up/plain", from: "spare/write", code: "upstream_disconnected" });
  await pass(2000);
  const prepared = await call("read");
  assert.equal(gist(prepared), "closed today");
  assert.equal(markOf(prepared)?.["from"], "result");
  await pass(2000);
  const own = await call("plain");
  assert.equal(gist(own), "well again");
  assert.equal(markOf(own), undefined);
  spare.answer("tools/call", { error: { code: -32603, message: "no" } });
  server.answer("tools/call", scripted("drop"));
  const both = await call("plain");
  assert.equal(both.failure?.code, "upstream_disconnected");
  assert.deepEqual(both.failure.data?.["fallback"], { from: "spare/write", code: "upstream_protocol_error" });
});

function markOf({ answer }: Outcome): JsonObject | undefined {
  const meta = answer.kind === "result" ? objectAt(answer.result.value, "_meta") : undefined;
  return meta && objectAt(meta, "switchyard/fallback");
}

test("nothing stands in where the caller was wrong, or has left", async () => {
  await start({ upstreams: { up: { fallback: { kind: "result", result: said("instead") } } } });
  assert.equal(gist(await call("write")), "invalid_arguments");
  server.answer("tools/call", { error: { code: -32602, message: "no" } });
  assert.equal(gist(await call("plain")), "rpc -32602");
  server.answer("tools/call", "silence");
  const controller = new AbortController();
  const calling = call("plain", {}, { controller });
  await server.next("tools/call");
  controller.abort(new GatewayError("cancelled", "gone"));
  assert.equal(gist(await calling), "cancelled");
});

test("a call that takes too long is answered by its fallback, and cancelled at the upstream", async () => {
  await start({ upstreams: { up: { timeoutMs: 200, fallback: { kind: "result", result: said("instead") } } } });
  server.answer("tools/call", "silence");
  const calling = call("plain");
  await pass(200);
  assert.equal(gist(await calling), "instead");
  assert.ok(server.received.some(({ method }) => method === "notifications/cancelled"));
});

test("a silent upstream's caller is told every 10 s that there is life, with what is usual, never backwards", async () => {
  await start({ upstreams: { up: { timeoutMs: 100_000 } } });
  server.answer("tools/call", "silence");
  for (const ms of [12_000, 13_000, 12_000, 14_000, 40_000]) {
    const calling = call("plain");
    const { id } = await server.next("tools/call");
    clock.advance(ms);
    server.complete(id ?? 0, said("done"));
    await calling;
  }
  const told: unknown[] = [];
  const notify = ({ params: { progress, message, total } }: Notification): void => {
    told.push([Number(progress).toFixed(6), message ?? "", total ?? ""]);
  };
  const calling = call("plain", { _meta: { progressToken: "p" } }, { notify });
  const { id } = await server.next("tools/call");
  await pass(20_000, 1000);
  const progress = (value: number): void => {
    server.notify("notifications/progress", { progressToken: id, progress: value, total: 10 });
  };
  progress(4);
  progress(3);
  await pass(10_000, 1000);
  progress(5);
  await pass(10_000, 1000);
  server.complete(id ?? 0, said("done"));
  assert.equal(gist(await calling), "done");
  assert.deepEqual(told, [
    ["0.000000", "still working after 10 s; usually takes 13 s to 40 s", ""],
    ["0.000001", "still working after 20 s; usually takes 13 s to 40 s", ""],
    ["4.000000", "", 10],
    ["4.000001", "still working after 30 s; usually takes 13 s to 40 s", 10],
    ["5.000000", "", 10],
    ["5.000001", "still working after 40 s; usually takes 13 s to 40 s", 10],
  ]);
});

test("so many calls are under way at once; the others wait without a timeout of their own, principals in turn", async () => {
  await start({ upstreams: { up: { timeoutMs: 1000, concurrency: { max: 1, queue: 3 } } } });
  server.answer("tools/call", "silence");
  const order: string[] = [];
  const begun = async (name: string, principal: Principal): Promise<void> => {
    const outcome = await call("plain", {}, { principal });
    order.push(`${name} ${gist(outcome)}`);
  };
  const batch = { ...localPrincipal, id: "batch" };
  const all = [begun("b1", batch), begun("b2", batch), begun("b3", batch), begun("person", localPrincipal)];
  await turn();
  await begun("b4", batch);
  for (let served = 1; served <= 4; served += 1) {
    await pass(900);
    assert.equal(sent(), served);
    server.complete(server.received.findLast(({ method }) => method === "tools/call")?.id ?? 0, said("ok"));
    await turn();
  }
  await Promise.all(all);
  assert.deepEqual(order, ["b4 upstream_busy", "b1 ok", "b2 ok", "person ok", "b3 ok"]);
});

test("other policies count from the next call on, and no upstream is connected anew for them", async () => {
  await start();
  const { upstreams } = gateway;
  assert.equal(gist(await call("write")), "invalid_arguments");
  const options = upstreams.map((upstream) => upstream.options);
  await gateway.reconfigure(options, undefined, { upstreams: { up: { validate: false } } });
  assert.equal(gist(await call("write")), "hi");
  assert.deepEqual(gateway.upstreams, upstreams);
  assert.equal(server.connections, 1);
});
