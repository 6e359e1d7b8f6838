import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Principal, localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { Question } from "../protocol/call.ts";
import { codecsFor } from "../protocol/codecs.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import type { Revision } from "../protocol/revision.ts";
import { ScriptedServer, legacyScript, modernScript } from "../../test/rig/scripted-server.ts";
import { type Outcome, dispatch } from "./dispatch.ts";
import { Gateway } from "./gateway.ts";
import { maxParked } from "./conversation.ts";
import type { Inbound } from "./inbound.ts";
import { OpenQuestions } from "./open-questions.ts";
import { answerMs } from "./questions.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { identity, standDeps } from "../../test/rig/upstream-stand.ts";

const codecs = codecsFor(identity);
const clock = new ManualClock();
const old = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
const fresh = new ScriptedServer(modernScript());
const gateway = new Gateway({
  upstreams: [
    { name: "old", target: { kind: "channel", open: old.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
    { name: "fresh", target: { kind: "channel", open: fresh.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
  ],
  deps: standDeps(clock),
  stateKey: Buffer.alloc(32, 7),
});

before(async () => {
  gateway.start();
  await Promise.all(gateway.upstreams.map(({ settled }) => settled));
});
after(() => gateway.close());

const capabilities = { elicitation: {}, roots: {} };
const modernMeta = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: capabilities };

interface Ask {
  readonly revision?: Revision;
  readonly controller?: AbortController;
  readonly answers?: (question: Question) => Answer;
  readonly ask?: Inbound["ask"];
  readonly principal?: Principal;
  readonly may?: JsonObject;
}

function call(name: string, more: JsonObject = {}, options: Ask = {}): Promise<Outcome> {
  const {
    revision = "2026-07-28",
    controller = new AbortController(),
    answers,
    principal = localPrincipal,
    may,
  } = options;
  const { ask = answers && ((question) => Promise.resolve(answers(question))) } = options;
  const params = { name, arguments: { x: 1 }, ...more };
  return dispatch(
    gateway,
    {
      route: { kind: "all" },
      codec: codecs[revision],
      method: "tools/call",
      params:
        revision === "2026-07-28"
          ? { _meta: { ...modernMeta, ...(may && { [metaKeys.clientCapabilities]: may }) }, ...params }
          : params,
      session: undefined,
      caller: { info: undefined, capabilities: may ?? capabilities },
      controller,
      notify: () => undefined,
      principal,
      origin: { entrance: "internal", address: undefined },
      ask,
    },
    1,
  );
}

function valueOf({ answer }: Outcome): JsonObject {
  assert.equal(answer.kind, "result", JSON.stringify(answer));
  return answer.kind === "result" ? answer.result.value : {};
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

/** The upstream begins a call and asks the caller something under this id. */
async function callAndQuestion(id: string, question: JsonObject, options: Ask = {}): Promise<Outcome> {
  const received = old.next("tools/call");
  const outcome = call("old__echo", {}, options);
  await received;
  old.send(JSON.stringify({ jsonrpc: "2.0", id, ...question }));
  await settle();
  clock.advance(10);
  return outcome;
}

const accepted: Answer = { kind: "result", result: Payload.of({ action: "accept" }) };

const elicit = { method: "elicitation/create", params: { message: "Who?", requestedSchema: { type: "object" } } };

test("what a legacy upstream asks a modern caller comes as its result, and the answer finds the call where it waits", async () => {
  verifies("mrtr.as-result", "mrtr.requests", "mrtr.something", "mrtr.unexpected-ignored", "elicitation.relayed");
  const asked = valueOf(await callAndQuestion("e1", elicit));
  assert.equal(asked["resultType"], "input_required");
  assert.deepEqual(asked["inputRequests"], { q1: elicit });
  assert.equal(gateway.parked.size, 1);
  clock.advance(60_000);
  const again = call("old__echo", {
    requestState: asked["requestState"],
    inputResponses: { q1: { action: "accept" }, x: 1 },
  });
  await settle();
  const told = old.answers.get("e1");
  assert.deepEqual(told, { action: "accept" });
  old.complete(old.received.findLast(({ method }) => method === "tools/call")?.id ?? 0, { content: [] });
  assert.deepEqual(valueOf(await again)["content"], []);
  assert.equal(gateway.parked.size, 0);
});

test("questions that come together are asked together, and what is not answered is asked again", async () => {
  verifies("mrtr.keys", "mrtr.state-once", "mrtr.missing-again", "roots.relayed");
  const received = old.next("tools/call");
  const outcome = call("old__echo");
  const { id } = await received;
  old.send(JSON.stringify({ jsonrpc: "2.0", id: "a", ...elicit }));
  old.send(JSON.stringify({ jsonrpc: "2.0", id: "b", method: "roots/list" }));
  await settle();
  clock.advance(10);
  const first = valueOf(await outcome);
  assert.deepEqual(Object.keys(first["inputRequests"] ?? {}), ["q1", "q2"]);
  const second = valueOf(
    await call("old__echo", { requestState: first["requestState"], inputResponses: { q2: { roots: [] } } }),
  );
  assert.deepEqual(second["inputRequests"], { q1: elicit });
  assert.deepEqual(old.answers.get("b"), { roots: [] });
  const replayed = await call("old__echo", { requestState: first["requestState"], inputResponses: { q1: {} } });
  assert.match(replayed.failure?.message ?? "", /a call that no longer waits/);
  const third = call("old__echo", {
    requestState: second["requestState"],
    inputResponses: { q1: { action: "decline" } },
  });
  await settle();
  old.complete(id ?? 0, { content: [] });
  assert.equal(valueOf(await third)["resultType"], "complete");
});

test("nobody else can answer, and not on another request", async () => {
  verifies("mrtr.state-bound", "mrtr.own-retry", "elicitation.caller");
  const { requestState } = valueOf(await callAndQuestion("n1", elicit));
  const stranger = await call(
    "old__echo",
    { requestState, inputResponses: {} },
    { principal: { ...localPrincipal, id: "stranger" } },
  );
  assert.match(stranger.failure?.message ?? "", /not this caller's/);
  const elsewhere = await call("fresh__echo", { requestState, inputResponses: {} });
  assert.match(elsewhere.failure?.message ?? "", /that of another request/);
  const forged = await call("old__echo", { requestState: "Zm9yZ2Vk", inputResponses: {} });
  assert.equal(forged.failure?.code, "invalid_params");
  gateway.parked.close();
});

test("a call whose caller does not come back is cancelled at the upstream", async () => {
  verifies("mrtr.no-return");
  await callAndQuestion("l1", elicit);
  const cancelled = old.next("notifications/cancelled");
  clock.advance(600_000);
  await cancelled;
  assert.equal(gateway.parked.size, 0);
});

test("a caller is never asked what it did not declare: the upstream is told so", async () => {
  verifies("mrtr.capabilities", "sampling.undeclared");
  const outcome = callAndQuestion("u1", { method: "sampling/createMessage", params: { messages: [] } });
  await settle();
  assert.match(JSON.stringify(old.errors.get("u1")), /does not support sampling\/createMessage/);
  old.complete(old.received.findLast(({ method }) => method === "tools/call")?.id ?? 0, { content: [] });
  assert.equal(valueOf(await outcome)["resultType"], "complete");
});

test("a call that fails for want of what its caller did not declare says what that is; one that gets by without does not", async () => {
  verifies("base.capability-undeclared");
  for (const may of [{}, { elicitation: {} }]) {
    const outcome = callAndQuestion("w1", { method: "sampling/createMessage", params: { messages: [] } }, { may });
    await settle();
    assert.match(JSON.stringify(old.errors.get("w1")), /does not support sampling\/createMessage/);
    const { id } = old.received.findLast(({ method }) => method === "tools/call") ?? {};
    old.complete(id ?? 0, { content: [], isError: true });
    const { answer } = await outcome;
    assert.equal(answer.kind, "error");
    if (answer.kind !== "error") return;
    assert.equal(answer.error.code, -32021);
    assert.deepEqual(answer.error.data, { gateway: true, requiredCapabilities: { sampling: {} } });
  }
});

test("with calls of two callers on one stream a question is refused, as it cannot be told whose it is", async () => {
  verifies("elicitation.caller");
  const both = [call("old__echo"), call("old__echo", { arguments: { x: 2 } })];
  await settle();
  old.send(JSON.stringify({ jsonrpc: "2.0", id: "t1", ...elicit }));
  await settle();
  assert.match(JSON.stringify(old.errors.get("t1")), /cannot be told which/);
  for (const { id } of old.received.filter(({ method }) => method === "tools/call").slice(-2)) {
    old.complete(id ?? 0, { content: [] });
  }
  await Promise.all(both);
});

test("a legacy caller is asked while its call is open, and the time it takes does not count", async () => {
  verifies("elicitation.relayed");
  const received = old.next("tools/call");
  const answered = Promise.withResolvers<Answer>();
  const outcome = dispatch(
    gateway,
    {
      route: { kind: "all" },
      codec: codecs["2025-11-25"],
      method: "tools/call",
      params: { name: "old__echo" },
      session: undefined,
      caller: { info: undefined, capabilities },
      controller: new AbortController(),
      notify: () => undefined,
      principal: localPrincipal,
      origin: { entrance: "internal", address: undefined },
      ask: () => answered.promise,
    },
    1,
  );
  const { id } = await received;
  old.send(JSON.stringify({ jsonrpc: "2.0", id: "q", ...elicit }));
  await settle();
  clock.advance(100_000);
  answered.resolve({ kind: "result", result: Payload.of({ action: "accept", content: { a: 1 } }) });
  await settle();
  assert.deepEqual(old.answers.get("q"), { action: "accept", content: { a: 1 } });
  old.complete(id ?? 0, { content: [] });
  assert.deepEqual(valueOf(await outcome), { content: [] });
});

/** A legacy caller that never answers, and what it was sent. */
function silentCaller(): { readonly sent: JsonObject[]; readonly questions: OpenQuestions; readonly options: Ask } {
  const sent: JsonObject[] = [];
  const questions = new OpenQuestions();
  const send = (frame: string): boolean => sent.push(JSON.parse(frame)) > 0;
  const ask: Inbound["ask"] = (question, signal) => questions.ask(question, send, signal);
  return { sent, questions, options: { revision: "2025-11-25", ask } };
}

const inVain = "The caller did not answer elicitation/create within 600000 ms";

test("a legacy caller that does not answer has the question taken back after ten minutes; the upstream is told, and may go on", async () => {
  const { sent, options } = silentCaller();
  const outcome = callAndQuestion("v1", elicit, options);
  await settle();
  clock.advance(answerMs - 11);
  assert.equal(sent.length, 1);
  clock.advance(1);
  await settle();
  assert.deepEqual(sent[1], {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: sent[0]?.["id"], reason: inVain },
  });
  assert.deepEqual(old.errors.get("v1"), { code: 40003, message: inVain });
  old.complete(old.received.findLast(({ method }) => method === "tools/call")?.id ?? 0, { content: [] });
  assert.deepEqual(valueOf(await outcome), { content: [] });
});

test("a call at a modern upstream fails then, and says who did not answer", async () => {
  const { options } = silentCaller();
  fresh.answer("tools/call", { resultType: "input_required", inputRequests: { name: elicit } });
  const timers = clock.pending;
  const outcome = call("fresh__echo", {}, options);
  await settle();
  clock.advance(answerMs);
  const { failure } = await outcome;
  assert.equal(failure?.code, "caller_declined");
  assert.equal(failure?.message, inVain);
  assert.equal(clock.pending, timers);
  fresh.answer("tools/call", { resultType: "complete", content: [] });
});

test("where one of several questions is answered with an error, the others are taken back", async () => {
  const { sent, questions, options } = silentCaller();
  fresh.answer("tools/call", { resultType: "input_required", inputRequests: { name: elicit, age: elicit } });
  const outcome = call("fresh__echo", {}, options);
  await settle();
  questions.settle(String(sent[0]?.["id"]), { kind: "error", error: { code: -1, message: "no" } });
  assert.match((await outcome).failure?.message ?? "", /did not answer elicitation\/create: no/);
  assert.deepEqual(
    sent.slice(2).map(({ params }) => params),
    [{ requestId: sent[1]?.["id"], reason: "The caller did not answer elicitation/create: no" }],
  );
  fresh.answer("tools/call", { resultType: "complete", content: [] });
});

test("what a modern upstream returns as questions is asked of a legacy caller, and the call repeated with the answers", async () => {
  verifies("mrtr.state-echoed", "mrtr.answers", "elicitation.declined");
  const rounds: JsonObject[] = [];
  fresh.answer("tools/call", (params) => {
    rounds.push(params);
    return params["requestState"] === "s2"
      ? { resultType: "complete", content: [{ type: "text", text: "done" }] }
      : {
          resultType: "input_required",
          inputRequests: { name: elicit },
          requestState: params["requestState"] === "s1" ? "s2" : "s1",
        };
  });
  const result = valueOf(await call("fresh__echo", {}, { revision: "2025-06-18", answers: () => accepted }));
  assert.deepEqual(result, { content: [{ type: "text", text: "done" }] });
  assert.deepEqual(
    rounds.map(({ requestState, inputResponses }) => [requestState, inputResponses]),
    [
      [undefined, undefined],
      ["s1", { name: { action: "accept" } }],
      ["s2", { name: { action: "accept" } }],
    ],
  );
  const declined = await call(
    "fresh__echo",
    {},
    {
      revision: "2025-06-18",
      answers: () => ({ kind: "error", error: { code: -1, message: "no" } }),
    },
  );
  assert.match(JSON.stringify(declined.failure?.message), /did not answer elicitation\/create: no/);
});

test("what a modern upstream returns to a modern caller passes through, its state sealed on the way and unsealed on the way back", async () => {
  verifies("mrtr.state-echoed");
  const states: unknown[] = [];
  fresh.answer("tools/call", (params) => {
    states.push(params["requestState"]);
    return params["requestState"] === "theirs"
      ? { resultType: "complete", content: [] }
      : { resultType: "input_required", inputRequests: { name: elicit }, requestState: "theirs" };
  });
  const asked = valueOf(await call("fresh__echo"));
  assert.deepEqual(asked["inputRequests"], { name: elicit });
  assert.notEqual(asked["requestState"], "theirs");
  const done = await call("fresh__echo", { requestState: asked["requestState"], inputResponses: { name: {} } });
  assert.equal(valueOf(done)["resultType"], "complete");
  assert.deepEqual(states, [undefined, "theirs"]);
  fresh.answer("tools/call", { resultType: "complete", content: [] });
});

test("no more calls than a bound wait for their callers: one more is cancelled and says so", async () => {
  verifies("mrtr.no-return");
  const controllers = Array.from({ length: maxParked }, () => new AbortController());
  const { Conversation } = await import("./conversation.ts");
  for (const [at, controller] of controllers.entries()) {
    gateway.parked.park(`p${at}`, { conversation: new Conversation(clock), controller, principal: "local" });
  }
  const cancelled = old.next("notifications/cancelled");
  const { failure } = await callAndQuestion("m1", elicit);
  assert.equal(failure?.code, "too_many_parked");
  await cancelled;
  gateway.parked.close();
  assert.ok(controllers.every(({ signal }) => signal.reason instanceof GatewayError));
});

test("an upstream that asks without a state is sent none back, and each try is a request of its own", async () => {
  verifies("mrtr.state-absent", "mrtr.new-id", "mrtr.own-retry");
  const tries: { readonly id: unknown; readonly params: JsonObject }[] = [];
  fresh.answer("tools/call", (params, id) => {
    tries.push({ id, params });
    return params["inputResponses"] === undefined
      ? { resultType: "input_required", inputRequests: { name: elicit } }
      : { resultType: "complete", content: [] };
  });
  await call("fresh__echo", {}, { revision: "2025-06-18", answers: () => accepted });
  const beside = await call("fresh__echo", { arguments: { other: true } });
  assert.equal(valueOf(beside)["resultType"], "input_required");
  await call("fresh__echo", { inputResponses: { name: { action: "accept" } } });
  assert.ok(tries.every(({ params }) => !("requestState" in params)));
  assert.equal(new Set(tries.map(({ id }) => id)).size, tries.length);
  const withAnswers = tries.map(({ params }) => "inputResponses" in params);
  assert.deepEqual(withAnswers, [false, true, false, true], "what belongs to one call goes with no other");
  fresh.answer("tools/call", { resultType: "complete", content: [] });
});
