import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { startSwitchyard } from "../../src/gateway.ts";
import { call, failureOf, textOf, toolNames } from "../faults/downstream.ts";
import { fixture, healthy, openFront } from "../faults/front.ts";
import { runCommand } from "../rig/command-line.ts";
import { type LiveFront, entryOf, openLive } from "../rig/live-front.ts";
import { fileRig } from "../rig/rig.ts";
import { connectV1, disconnectV1 } from "../rig/sdk-v1.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
const nothing = {
  added: [],
  changed: [],
  removed: [],
  enabled: [],
  disabled: [],
  isCatalogChanged: false,
  isWatchChanged: false,
};
const byOperator = { type: "config.changed", by: "operator", isTemporary: false, ...nothing };

const commented = `{
  // ours
  "mcpServers": {
    "x": ${JSON.stringify(entryOf("waits"))} // the first
  }
}
`;

async function openCommented(): Promise<LiveFront> {
  const front = await openLive(rig, commented);
  await front.reaches("x", "ready");
  return front;
}

async function pidAt({ url }: LiveFront): Promise<string> {
  return textOf(await call(url, "x__pid"));
}

test("an upstream is added, changed and removed in a running gateway, and the file says so with its comments", async () => {
  const front = await openCommented();
  const added = await front.api("POST", "/api/upstreams", { name: "new", server: entryOf("healthy") });
  assert.equal(added.status, 201);
  assert.deepEqual([added.body["name"], added.body["isTemporary"]], ["new", false]);
  await front.reaches("new", "ready");
  assert.equal(textOf(await call(front.url, "new__echo", { text: "hi" })), "hi");

  const changed = await front.api("PUT", "/api/upstreams/new", { server: entryOf("healthy", { timeoutMs: 1234 }) });
  assert.deepEqual([changed.status, changed.body["isTemporary"]], [200, false]);
  assert.match(front.text(), /"timeoutMs": 1234/);
  assert.match(front.text(), /\/\/ ours[^]*\/\/ the first/);

  const removed = await front.api("DELETE", "/api/upstreams/new");
  assert.deepEqual([removed.status, removed.body], [200, { name: "new", isTemporary: false }]);
  assert.ok(!front.text().includes('"new"'));
  assert.match(front.text(), /\/\/ ours[^]*\/\/ the first/);
  assert.deepEqual(front.facts(), [
    { ...byOperator, added: ["new"] },
    { ...byOperator, changed: ["new"] },
    { ...byOperator, removed: ["new"] },
  ]);
  assert.equal((await front.api("DELETE", "/api/upstreams/new")).status, 404);
  assert.equal((await front.api("PUT", "/api/upstreams/new", { server: entryOf("healthy") })).status, 404);
});

test("a wrong body is refused with its problems, without a line or a value, and changes nothing", async () => {
  const front = await openCommented();
  const secret = "hunter2secret";
  const server = { ...entryOf("healthy"), timeoutMs: 0, env: { T: [secret] }, token: secret };
  const refused = await front.api("POST", "/api/upstreams", { name: "new", server });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /mcpServers\.new\.timeoutMs must be a whole number from 1 to 86400000, got 0/);
  assert.match(refused.text, /unknown key \\"token\\"/);
  const lacking = await front.api("PUT", "/api/upstreams/x", { server: entryOf("healthy", { cwd: "${NOT_THERE}" }) });
  assert.equal(lacking.status, 400);
  assert.match(lacking.text, /needs the environment variable NOT_THERE, which is not set/);
  for (const body of [{}, { name: 5, server }, { name: "new" }, { name: "no good", server: entryOf("healthy") }]) {
    assert.equal((await front.api("POST", "/api/upstreams", body)).status, 400, JSON.stringify(body));
  }
  assert.equal((await front.api("POST", "/api/upstreams", { name: "x", server: entryOf("healthy") })).status, 400);
  const deep: unknown = JSON.parse("[".repeat(100) + "]".repeat(100));
  assert.equal((await front.api("POST", "/api/upstreams", { name: "new", server: { args: deep } })).status, 400);
  assert.equal(front.text(), commented);
  assert.deepEqual(
    front.switchyard.status().upstreams.map(({ name, state }) => [name, state.kind]),
    [["x", "ready"]],
  );
  const facts = front.facts();
  assert.ok(facts.length > 0 && facts.every(({ type, by }) => type === "config.refused" && by === "operator"));
  assert.ok(![refused.text, JSON.stringify(front.switchyard.events.after(0))].join("").includes(secret));
});

test("secrets in a body are written to the file and nowhere else", async () => {
  const front = await openCommented();
  const secret = "hunter2secret";
  const server = entryOf("healthy", { env: { TOKEN: secret } });
  const answers = [
    await front.api("POST", "/api/upstreams", { name: "new", server }),
    await front.api("PUT", "/api/upstreams/new", { server: { ...server, timeoutMs: 5000 } }),
  ];
  await front.reaches("new", "ready");
  assert.ok(front.text().includes(secret));
  const { switchyard } = front;
  const shown = JSON.stringify([answers, switchyard.events.after(0), switchyard.status(), switchyard.log("new")]);
  assert.ok(!shown.includes(secret));
});

test("a change that would take a working server away is refused whole: the wrong command starts first, and fails", async () => {
  const front = await openCommented();
  const old = await pidAt(front);
  const refused = await front.api("PUT", "/api/upstreams/x", { server: { command: "no-such-command-here" } });
  assert.equal(refused.status, 503);
  assert.match(refused.text, /Nothing was changed, as the changed \\"x\\" did not start/);
  assert.match(refused.text, /no-such-command-here/);
  assert.equal(front.text(), commented);
  assert.equal(await pidAt(front), old);
  assert.deepEqual(
    front.facts().map(({ type }) => type),
    ["config.refused"],
  );
  assert.equal(front.status("x").successor, undefined);
});

test("a call under way finishes at the old process while an operator changes its upstream", async () => {
  const front = await openCommented();
  const old = await pidAt(front);
  const goOn = join(front.folder, "go-on");
  const underWay = call(front.url, "x__wait", { file: goOn });
  assert.equal(await pidAt(front), old);
  const changed = await front.api("PUT", "/api/upstreams/x", { server: entryOf("waits", { startTimeoutMs: 29_000 }) });
  assert.equal(changed.status, 200);
  // The answer came when the new one was up, so the very next call goes there.
  assert.notEqual(await pidAt(front), old);
  writeFileSync(goOn, "");
  assert.equal(textOf(await underWay), old);
  assert.match(front.text(), /"startTimeoutMs": ?29000[^]*\/\/ the first/);
});

test("what is written to the file while an operator's change starts is kept beside it", async () => {
  const front = await openCommented();
  const goOn = join(front.folder, "go-on");
  const change = front.api("PUT", "/api/upstreams/x", { server: entryOf("waits", {}, goOn) });
  const added = await front.nextFact(() => {
    front.write(
      commented
        .replace("// ours", `// ours\n  "sessions": { "max": 7 },`)
        .replace('"x"', '"y": { "command": "none", "disabled": true },\n    "x"'),
    );
  });
  assert.deepEqual(added, { ...byOperator, by: "file", added: ["y"] });
  writeFileSync(goOn, "");
  assert.equal((await change).status, 200);
  const text = front.text();
  assert.match(text, /"max": 7/);
  assert.match(text, /"y": \{ "command": "none"/);
  assert.match(text, /go-on/);
  assert.match(text, /\/\/ ours[^]*\/\/ the first/);
});

test("many changes at once, of this gateway and of other processes, are all in the file", async () => {
  const front = await openCommented();
  const names = ["a", "b", "c", "d", "e", "f"];
  const server = { command: "none", disabled: true };
  const [commands, ...answers] = await Promise.all([
    runCommand(["add", "g", "--config", front.file, "--", "none"], front.folder),
    ...names.map((name) => front.api("POST", "/api/upstreams", { name, server })),
    front.api("POST", "/api/upstreams/x/tools/wait/disable"),
  ]);
  assert.equal(commands.status, 0, commands.stderr);
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 201]));
  await until(() => front.switchyard.status().upstreams.length === 8, "all are there");
  const written = Object.keys(JSON.parse(front.text().replaceAll(/\/\/.*/g, "")).mcpServers);
  assert.deepEqual(written.toSorted(), [...names, "g", "x"].toSorted());
  assert.match(front.text(), /"disabledTools": ?\[\s*"wait"\s*\]/);
});

test("a tool that is disabled is on no list, looks unknown to who calls it, and both generations of clients are told", async () => {
  const front = await openCommented();
  const legacy = await connectV1({ kind: "http", url: front.url });
  const modern = await connectV2({ kind: "http", url: front.url });
  const told = { legacy: 0, modern: 0 };
  legacy.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    told.legacy += 1;
  });
  modern.setNotificationHandler("notifications/tools/list_changed", () => {
    told.modern += 1;
  });
  const subscription = await modern.listen({ toolsListChanged: true });
  await legacy.listTools();
  const { pid } = front.status("x");

  const answer = await front.api("POST", "/api/upstreams/x/tools/wait/disable");
  assert.deepEqual([answer.status, answer.body["isTemporary"]], [200, false]);
  await until(() => told.legacy === 1 && told.modern === 1, "both were told");
  for (const route of ["", "/u/x"]) {
    const names = await toolNames(`${front.url}${route}`);
    assert.ok(names.length > 0 && names.every((name) => !name.endsWith("wait")), names.join(", "));
  }
  const unknown = await legacy.callTool({ name: "x__nobody", arguments: {} }).catch((thrown: unknown) => thrown);
  const disabled = await legacy.callTool({ name: "x__wait", arguments: {} }).catch((thrown: unknown) => thrown);
  assert.deepEqual(String(disabled).replace("x__wait", "x__nobody"), String(unknown));
  assert.match(front.text(), /"disabledTools": ?\[\s*"wait"\s*\]/);

  await front.api("POST", "/api/upstreams/x/tools/wait/enable");
  await until(() => told.legacy === 2 && told.modern === 2, "both were told again");
  assert.ok((await toolNames(front.url)).includes("x__wait"));
  assert.equal(front.text(), commented);
  assert.equal(front.status("x").pid, pid, "nothing was connected anew for that");
  assert.deepEqual(front.facts(), [
    { ...byOperator, disabled: ["x/wait"] },
    { ...byOperator, enabled: ["x/wait"] },
  ]);
  assert.equal((await front.api("POST", "/api/upstreams/x/tools/nobody/disable")).status, 400);
  await subscription.close();
  await modern.close();
  await disconnectV1(legacy);
});

test("what is temporary leaves the file alone, and what the file says of others does not undo it", async () => {
  const front = await openCommented();
  assert.equal(
    (await front.api("POST", "/api/upstreams/x/tools/wait/disable", { temporary: true })).body["isTemporary"],
    true,
  );
  assert.ok(!(await toolNames(front.url)).includes("x__wait"));
  await front.api("POST", "/api/upstreams", { name: "y", server: { command: "none", disabled: true } });
  assert.ok(!(await toolNames(front.url)).includes("x__wait"));
  await front.api("POST", "/api/upstreams/x/disable", { temporary: true });
  assert.equal(failureOf(await call(front.url, "x__pid"))["code"], "upstream_disabled");
  assert.doesNotMatch(front.text(), /disabledTools/);
  await front.api("POST", "/api/upstreams/x/enable");
  await front.reaches("x", "ready");
  assert.deepEqual(
    front.facts().map((fact) => ("isTemporary" in fact ? fact.isTemporary : undefined)),
    [true, false, true],
  );
});

test("a server that is disabled for good is so in the file, and its calls under way finish", async () => {
  const front = await openCommented();
  const goOn = join(front.folder, "go-on");
  const old = await pidAt(front);
  const underWay = call(front.url, "x__wait", { file: goOn });
  assert.equal(await pidAt(front), old);
  const { body } = await front.api("POST", "/api/upstreams/x/disable");
  assert.deepEqual([body["isTemporary"], Reflect.get(Object(body["state"]), "kind")], [false, "disabled"]);
  assert.match(front.text(), /"disabled": ?true[^]*\/\/ the first/);
  assert.deepEqual(await toolNames(front.url), []);
  writeFileSync(goOn, "");
  assert.equal(textOf(await underWay), old);
  const enabled = await front.api("POST", "/api/upstreams/x/enable");
  assert.equal(Reflect.get(Object(enabled.body["state"]), "kind"), "starting");
  await front.reaches("x", "ready");
  assert.equal(front.text(), commented);
});

test("only an operator's program may change upstreams: no page of another origin, no form, no other method", async () => {
  const front = await openCommented();
  const body = { name: "new", server: entryOf("healthy") };
  assert.equal((await front.api("POST", "/api/upstreams", body, { origin: "http://localhost:3000" })).status, 403);
  assert.equal((await front.api("POST", "/api/upstreams", body, { "content-type": "text/plain" })).status, 415);
  assert.equal((await front.api("PUT", "/api/upstreams", body)).status, 405);
  assert.equal((await front.api("DELETE", "/api/upstreams/x", {}, { origin: "http://evil.example" })).status, 403);
  assert.equal(front.text(), commented);
  assert.deepEqual(front.facts(), []);
});

test("a gateway that was started without a file is changed all the same, and says that it ends with it", async () => {
  const front = await openFront(rig, [fixture("x", "waits"), healthy]);
  await front.reaches("x", "ready");
  const send = (method: string, path: string, body: object = {}): Promise<Response> =>
    fetch(new URL(path, front.url), {
      method,
      headers: { "content-type": "application/json", connection: "close" },
      body: JSON.stringify(body),
    });
  const added = await send("POST", "/api/upstreams", { name: "new", server: entryOf("healthy") });
  assert.equal(added.status, 201);
  assert.match(await added.text(), /"isTemporary":true/);
  await front.reaches("new", "ready");
  assert.equal((await send("PUT", "/api/upstreams/new", { server: entryOf("waits") })).status, 200);
  assert.ok((await toolNames(front.url)).includes("new__wait"));
  assert.match(await (await send("POST", "/api/upstreams/new/tools/wait/disable")).text(), /"isTemporary":true/);
  assert.ok(!(await toolNames(front.url)).includes("new__wait"));
  assert.match(
    await (await send("POST", "/api/upstreams/new/disable")).text(),
    /"kind":"disabled".*"isTemporary":true/,
  );
  assert.equal((await send("DELETE", "/api/upstreams/new")).status, 200);
  assert.equal((await send("POST", "/api/upstreams/new/enable")).status, 404);
});

test("the gateway's own page may operate under its public address; whoever did it is on record, by its address behind the proxy", async () => {
  const switchyard = rig.use(startSwitchyard({ upstreams: [] }));
  const server = await switchyard.listen({
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    allowedOrigins: ["https://other.example.com"],
    publicUrl: "https://gateway.example.com/",
    trustedProxies: ["127.0.0.1"],
  });
  const purge = async (origin: string): Promise<number> => {
    const headers = { "content-type": "application/json", "x-forwarded-for": "192.0.2.7", origin };
    return (await fetch(`${server.origin}/api/cache/purge`, { method: "POST", headers, body: "{}" })).status;
  };
  assert.equal(await purge("https://gateway.example.com"), 200);
  // It may call tools, but not this.
  assert.equal(await purge("https://other.example.com"), 403);
  const acted = switchyard.events.after(0).events.filter((event) => event.type === "operator.acted");
  assert.deepEqual(
    acted.map(({ operation, principal, address }) => [operation, principal, address]),
    [["purge_cache", "local", "192.0.2.7"]],
  );
});
