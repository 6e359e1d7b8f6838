import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { grantIn } from "../../access/grant.ts";
import { type Principal, localPrincipal } from "../../access/principal.ts";
import { rightsOf } from "../../access/rights.ts";
import { ManualClock } from "../../core/manual-clock.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Call, CallMethod } from "../../protocol/call.ts";
import { codecsFor } from "../../protocol/codecs.ts";
import { Guardian } from "../../transport/guardian.ts";
import { ScriptedServer, legacyScript } from "../../../test/rig/scripted-server.ts";
import { CallRecord } from "../call-record.ts";
import { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import type { Passage } from "../pipeline.ts";
import { authorize } from "./authorize.ts";

const identity = { name: "switchyard", title: "Switchyard", version: "0" };
const codecs = codecsFor(identity);
const clock = new ManualClock();
const server = new ScriptedServer(legacyScript());
let gateway: Gateway;

before(async () => {
  gateway = new Gateway({
    upstreams: [{ name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 1000 }],
    deps: { clock, random: () => 1, codecs, identity, guardian: new Guardian() },
    stateKey: Buffer.alloc(32, 7),
  });
  gateway.start();
  await gateway.settled;
});

after(() => gateway.close());

/** Somebody with these grants. */
function userWith(...grants: string[]): Principal {
  const rights = rightsOf(
    "user",
    grants.map(grantIn).filter((grant) => grant !== undefined),
  );
  return { ...localPrincipal, id: "key u", kind: "key", role: "user", rights };
}

/** What comes of a call that has got as far as the stage, whatever it was shown: "passed", or what is thrown. */
async function outcome(principal: Principal, method: CallMethod, params: JsonObject, isReading = false) {
  const call: Call = {
    method,
    params,
    meta: undefined,
    progressToken: undefined,
    logLevel: undefined,
    caller: { info: undefined, capabilities: {} },
  };
  const record = new CallRecord("1", 0, method);
  const controller = new AbortController();
  const inbound: Inbound = {
    route: { kind: "all" },
    codec: codecs["2025-11-25"],
    method,
    params,
    session: undefined,
    origin: { entrance: "internal", address: undefined },
    caller: call.caller,
    controller,
    notify: () => undefined,
    ask: undefined,
    principal,
    record,
  };
  const passage: Passage = {
    gateway,
    inbound,
    call,
    target: { upstream: gateway.upstream("up"), params, isReading },
    tool: undefined,
    policy: {},
    isFallback: false,
    conversation: undefined,
    task: undefined,
    signal: controller.signal,
    limit: undefined,
  };
  const passed = new Error("passed");
  const thrown: unknown = await authorize
    .around(() => Promise.reject(passed))(passage)
    .catch((reason: unknown) => reason);
  assert.ok(thrown instanceof Error);
  return { message: thrown.message, isDenied: record.isDenied, code: "code" in thrown ? thrown.code : undefined };
}

test("who may use everything passes, and who may use what is called", async () => {
  for (const principal of [localPrincipal, userWith("up"), userWith("up/echo"), userWith("*/e*")]) {
    const { message, isDenied } = await outcome(principal, "tools/call", { name: "echo" });
    assert.deepEqual([message, isDenied], ["passed", false]);
  }
});

test("who may not is told that there is no such thing, and the record says why", async () => {
  for (const [method, params, code] of [
    ["tools/call", { name: "echo" }, "unknown_tool"],
    ["prompts/get", { name: "ask" }, "unknown_prompt"],
    ["completion/complete", { ref: { type: "ref/prompt", name: "ask" } }, "unknown_prompt"],
    ["completion/complete", { ref: { type: "ref/resource", uri: "x://{y}" } }, "unknown_prompt"],
    ["resources/read", { uri: "x://y" }, "resource_not_found"],
    ["tasks/get", { taskId: "t" }, "invalid_params"],
  ] as const) {
    for (const principal of [userWith(), userWith("other"), userWith("up2")]) {
      const denied = await outcome(principal, method, params);
      assert.deepEqual([denied.code, denied.isDenied], [code, true], method);
      assert.doesNotMatch(denied.message, /\bup\b/);
    }
    assert.equal((await outcome(userWith("up"), method, params)).message, "passed", method);
  }
});

test("a grant for reading lets pass what its server marks so, as it was found, and no tool that nobody has looked at", async () => {
  const reader = userWith("read:up");
  assert.equal((await outcome(reader, "tools/call", { name: "echo" }, true)).message, "passed");
  assert.equal((await outcome(reader, "tools/call", { name: "echo" }, false)).code, "unknown_tool");
  assert.equal((await outcome(reader, "resources/read", { uri: "x://y" })).message, "passed");
});
