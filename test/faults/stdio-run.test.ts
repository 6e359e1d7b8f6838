import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { metaKeys } from "../../src/protocol/rev-2026-07-28/meta.ts";
import { isAlive } from "../rig/processes.ts";
import { fileRig } from "../rig/rig.ts";
import { ScriptedServer, legacyScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { ask, call, failureOf, textOf, toolNames } from "./downstream.ts";
import { type Front, fixture, healthy, openFront } from "./front.ts";
import { verifies } from "../requirements/verifies.ts";

/** Has every resource, and lists none. */
const shelf = new ScriptedServer({
  ...legacyScript(),
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { resources: {} },
    serverInfo: { name: "shelf", version: "1" },
  },
  "resources/list": { resources: [] },
  "resources/read": ({ uri }) => ({ contents: [{ uri, text: "here" }] }),
});

const rig = fileRig();
let front: Front;

before(async () => {
  front = await openFront(rig, [
    healthy,
    fixture("garbage", "prints-garbage"),
    fixture("flood", "floods-stderr"),
    fixture("crashes", "crashes", { timeoutMs: 20_000 }),
    fixture("odd", "answers-oddly", { timeoutMs: 1500 }),
    fixture("changes", "changes-while-starting"),
    fixture("deep", "lists-deep"),
    { name: "shelf", target: { kind: "channel", open: shelf.open }, timeoutMs: 5000, startTimeoutMs: 5000 },
  ]);
  for (const { name } of front.switchyard.status().upstreams) await front.reaches(name, "ready");
});

/** The one that has nothing to do with it must not notice. */
async function othersWork(): Promise<void> {
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  assert.ok((await toolNames(front.url)).includes("healthy__echo"));
}

test("an upstream that logs to stdout works all the same, and its status says what it does wrong", async () => {
  assert.equal(textOf(await call(front.url, "garbage__chatter")), "done");
  assert.equal(textOf(await call(front.url, "garbage__echo", { text: "a" })), "a");
  const { state, oddities } = front.status("garbage");
  assert.equal(state.kind, "ready");
  assert.deepEqual(
    oddities.map(({ kind, count, latest }) => ({ kind, count, latest })),
    [{ kind: "noise", count: 8, latest: "handling a call" }],
  );
  assert.match(oddities[0]?.suggestion ?? "", /must write nothing but MCP messages to stdout/);
  await othersWork();
});

test("of an upstream that floods its stderr the last lines are kept, and no more", async () => {
  verifies("stdio.stderr");
  assert.equal(textOf(await call(front.url, "flood__echo", { text: "a" })), "a");
  const result = await call(front.url, "flood__leave");
  assert.equal(failureOf(result)["code"], "upstream_disconnected");
  const { stderr } = await front.reaches("flood", "recovering");
  assert.deepEqual(
    stderr,
    Array.from({ length: 10 }, (_, at) => `last ${990 + at}`),
  );
  await othersWork();
});

test("a call under way when the upstream crashes is told that its outcome is unknown, and why", async () => {
  verifies("stdio.restart-stateless");
  const waiting = call(front.url, "crashes__wait");
  const result = await call(front.url, "crashes__now");
  for (const each of [result, await waiting]) {
    assert.equal(each["isError"], true);
    assert.equal(
      textOf(each),
      "The upstream went away: it exited with code 7. The upstream went away during the call, so its outcome is unknown. Check before you repeat it.",
    );
    const { code, retryable, stage, upstream } = failureOf(each);
    assert.deepEqual(
      { code, retryable, stage, upstream },
      { code: "upstream_disconnected", retryable: false, stage: "exit", upstream: "crashes" },
    );
  }
  const { state, stderr, pid } = front.status("crashes");
  assert.ok(state.kind === "recovering");
  assert.equal(pid, undefined);
  assert.deepEqual(state.problem, {
    stage: "exit",
    code: "upstream_disconnected",
    message: "The upstream went away: it exited with code 7",
    suggestion: "Its last lines of stderr may say why it went away. If they do not, run its command by hand.",
  });
  assert.deepEqual(stderr, ["panic: the index is out of range"]);
  await othersWork();
});

test("what a crashed upstream offers stays listed while it is away, and a call made meanwhile waits for it", async () => {
  await front.reaches("crashes", "ready");
  const first = await call(front.url, "crashes__afterwards");
  assert.match(textOf(first), /^goodbye from \d+/);
  await front.reaches("crashes", "recovering");
  assert.ok((await toolNames(front.url)).includes("crashes__echo"));
  assert.equal(textOf(await call(front.url, "crashes__echo", { text: "back" })), "back");
  await othersWork();
});

test("the process that takes the place of a crashed one is another one, and the crashed one is gone", async () => {
  verifies("stdio.restart");
  const { pid } = await front.reaches("crashes", "ready");
  assert.ok(pid !== undefined);
  process.kill(pid, "SIGKILL");
  await until(() => front.status("crashes").pid !== pid, "the crash is noticed");
  const { state } = front.status("crashes");
  if (state.kind === "recovering") {
    assert.equal(state.problem.message, "The upstream went away: it was ended by SIGKILL");
  }
  const next = await front.reaches("crashes", "ready");
  assert.notEqual(next.pid, pid);
  assert.ok(!isAlive(pid));
  assert.equal(textOf(await call(front.url, "crashes__echo", { text: "new" })), "new");
});

test("an answer that was cut off by the crash is no answer", async () => {
  await front.reaches("crashes", "ready");
  const result = await call(front.url, "crashes__halfway");
  assert.equal(failureOf(result)["code"], "upstream_disconnected");
  await othersWork();
});

const noAnswers: Readonly<Record<string, string>> = {
  string: "result must be an object, got a string",
  nothing: "a message needs a method, a result or an error",
  unversioned: 'jsonrpc must be "2.0"',
  codeless: "error.code must be an integer",
};

for (const [tool, why] of Object.entries(noAnswers)) {
  test(`a call that is answered with what is no answer (${tool}) fails at once, rather than when its time is up`, async () => {
    verifies("base.result-member");
    const result = await call(front.url, `odd__${tool}`);
    assert.match(textOf(result), new RegExp(`^The upstream's answer is none: ${why}\\.`));
    assert.equal(failureOf(result)["code"], "upstream_protocol_error");
  });
}

test("an answer with line breaks or a null error in it arrives whole", async () => {
  verifies("stdio.newlines");
  for (const tool of ["carriage-return", "null-error"]) {
    assert.deepEqual((await call(front.url, `odd__${tool}`))["content"], [], tool);
  }
});

test("a result is passed on however deeply it is nested; an error that is nested too deeply to be written again is another error, not the end of the gateway", async () => {
  const { message: passed } = await ask(front.url, "tools/call", { name: "odd__deep" });
  assert.ok(isJsonObject(passed["result"]));
  assert.ok(Array.isArray(passed["result"]["structuredContent"]));
  const { message } = await ask(front.url, "tools/call", { name: "odd__deep-error" });
  assert.ok(isJsonObject(message["error"]));
  assert.equal(message["error"]["code"], 50202);
  assert.match(String(message["error"]["message"]), /nested too deeply to be passed on/);
  await othersWork();
});

test("notifications that are nested too deeply are left out, and the answer arrives", async () => {
  const wanted: JsonObject = { progressToken: "p", [metaKeys.logLevel]: "debug" };
  const { message, notifications } = await ask(front.url, "tools/call", { name: "odd__deep-progress", _meta: wanted });
  assert.ok(isJsonObject(message["result"]));
  assert.equal(textOf(message["result"]), "survived");
  assert.deepEqual(notifications, []);
  assert.match(front.status("odd").oddities[0]?.latest ?? "", /^A message is nested too deeply to be passed on: /);
  await othersWork();
});

test("a definition that is nested too deeply is left out of everybody's list, and the status says so", async () => {
  verifies("base.schema-bounds");
  const names = await toolNames(front.url);
  assert.deepEqual(
    names.filter((name) => name.startsWith("deep__")),
    ["deep__good"],
  );
  const [oddity] = front.status("deep").oddities;
  assert.equal(oddity?.kind, "omission");
  assert.equal(oddity.latest, 'tools/list holds "deep", which is nested more than 256 levels deep; it is left out');
});

test("a change that an upstream announces while it is being listed for the first time is not missed", async () => {
  await until(() => front.status("changes").counts.tools === 2, "the second tool is there");
  assert.ok((await toolNames(front.url)).includes("changes__second"));
});

test("no template and no address keeps the gateway busy, and an upstream that crashes on reading does not hide the others", async () => {
  const uri = `x://${"a/".repeat(4000)}`;
  const { message } = await ask(front.url, "resources/read", { uri });
  const result = message["result"];
  assert.ok(isJsonObject(result), JSON.stringify(message));
  assert.deepEqual(result["contents"], [{ uri, text: "here" }]);
  await othersWork();
});
