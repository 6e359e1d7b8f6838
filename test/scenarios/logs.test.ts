import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { request as openRequest } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { call } from "../faults/downstream.ts";
import { type Front, fixture, openFront } from "../faults/front.ts";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig, httpUpstream } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let front: Front;

before(async () => {
  front = await openFront(rig, [
    fixture("garbage", "prints-garbage"),
    fixture("crashes", "crashes"),
    httpUpstream("away", "http://127.0.0.1:1/mcp"),
  ]);
  for (const name of ["garbage", "crashes"]) await front.reaches(name, "ready");
  await front.reaches("away", "recovering");
});

async function read(path: string, headers: Readonly<Record<string, string>> = {}) {
  const url = new URL(path, front.url);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: JsonObject }>();
  const request = openRequest(url, { headers, agent: false }, (response) => {
    let text = "";
    response.on("data", (chunk: Buffer) => (text += chunk.toString()));
    response.on("end", () => {
      const body: unknown = JSON.parse(text);
      resolve({ status: response.statusCode ?? 0, body: isJsonObject(body) ? body : {} });
    });
  });
  request.on("error", reject);
  request.end();
  return promise;
}

function linesOf(log: unknown): string[] {
  const { entries } = isJsonObject(log) ? log : {};
  return (Array.isArray(entries) ? entries.filter(isJsonObject) : []).map(
    ({ kind, text }) => `${String(kind)} ${String(text)}`,
  );
}

test("a log tells of each start, of stderr, of what is no message, and of every state, across a crash", async () => {
  const { pid } = front.status("crashes");
  await call(front.url, "crashes__now");
  await until(
    () => front.status("crashes").pid !== pid && front.status("crashes").state.kind === "ready",
    "it is back",
  );
  const { status, body } = await read("/api/upstreams/crashes/logs");
  assert.equal(status, 200);
  assert.deepEqual(linesOf(body), [
    `started process ${pid}`,
    "state ready",
    "stderr panic: the index is out of range",
    "state recovering, attempt 1: The upstream went away: it exited with code 7. Its last lines of stderr may say why it went away. If they do not, run its command by hand.",
    "state starting",
    `started process ${front.status("crashes").pid}`,
    "state ready",
  ]);
  assert.ok(linesOf((await read("/api/upstreams/garbage/logs")).body).includes("noise Server starting..."));
  assert.match(
    linesOf((await read("/api/upstreams/away/logs")).body)[0] ?? "",
    /^state recovering, attempt 1: No connection/,
  );
});

test("a log is read on from a number, waiting where there is nothing yet", async () => {
  const { last } = (await read("/api/upstreams/garbage/logs?lines=1")).body;
  const waiting = read(`/api/upstreams/garbage/logs?after=${String(last)}&wait=20000`);
  await call(front.url, "garbage__chatter");
  assert.equal(linesOf((await waiting).body)[0], "noise handling a call");
  assert.deepEqual(linesOf((await read(`/api/upstreams/garbage/logs?after=${String(last)}&wait=0&lines=0`)).body), []);
});

test("the log's address is guarded as every other, and says what is wrong with a request", async () => {
  const cases = [
    { path: "/api/upstreams/garbage/logs", headers: { host: "evil.example" }, status: 403 },
    { path: "/api/upstreams/garbage/logs", headers: { origin: "https://evil.example" }, status: 403 },
    { path: "/api/upstreams/nobody/logs", status: 404 },
    { path: "/api/upstreams/garbage/nothing", status: 404 },
    { path: "/api/upstreams/garbage/logs?after=-1", status: 400 },
    { path: "/api/upstreams/garbage/logs?wait=30001", status: 400 },
    { path: "/api/upstreams/garbage/logs?lines=all", status: 400 },
  ];
  for (const { path, headers, status } of cases) assert.equal((await read(path, headers)).status, status, path);
  const response = await fetch(new URL("/api/upstreams/garbage/logs", front.url), { method: "POST" });
  assert.equal(response.status, 405);
});

test("a gateway that stops does not keep those waiting who read a log", async () => {
  const own = await openFront(rig, [fixture("healthy", "healthy")]);
  await own.reaches("healthy", "ready");
  const last = own.switchyard.log("healthy")?.last ?? 0;
  const waiting = fetch(new URL(`/api/upstreams/healthy/logs?after=${last}&wait=30000`, own.url));
  await fetch(new URL("/health", own.url));
  await own.switchyard.close();
  const response = await waiting;
  assert.deepEqual([response.status, linesOf(await response.json())], [200, []]);
});

const talker = `
import { serve, text } from ${JSON.stringify(new URL("../faults/fixtures/server.mjs", import.meta.url).href)};
process.stderr.write("\\u001b[31mred\\u001b[0m and \\u0007loud\\n");
serve({ name: "talks", tools: { say: (args) => { process.stderr.write(args.text + "\\n"); return text("said"); } } });
`;

test("logs shows a running gateway's log without what would take over the terminal, and follows it until Ctrl-C or the end", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "talks.mjs"), talker);
    const servers = { talks: { command: process.execPath, args: [join(folder, "talks.mjs")] } };
    await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify({ mcpServers: servers, listen: { port: 0 } }));
    await using gateway = startCommand(["serve"], folder);
    await gateway.says("talks is ready");
    const shown = await runCommand(["logs", "talks"], folder);
    assert.equal(shown.status, 0);
    const lines = shown.stdout.trim().split("\n");
    assert.match(lines[0] ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z started process \d+$/);
    assert.ok(
      lines.some((line) => /Z stderr {2}red and loud$/.test(line)),
      shown.stdout,
    );
    const last = await runCommand(["logs", "talks", "-n", "1", "--json"], folder);
    const value: unknown = JSON.parse(last.stdout);
    assert.ok(isJsonObject(value) && Array.isArray(value["entries"]));
    assert.equal(value["entries"].length, 1);
    assert.equal((await runCommand(["logs", "nobody"], folder)).status, 5);
    await using interrupted = startCommand(["logs", "talks", "-f"], folder);
    await using following = startCommand(["logs", "talks", "-f", "-n", "1", "--json"], folder);
    await interrupted.says("state");
    await following.says('"kind"');
    assert.equal((await runCommand(["call", "talks/say", "--args", '{"text":"over there"}'], folder)).status, 0);
    await interrupted.says(/stderr {2}over there\n/);
    await following.says('"kind":"stderr","text":"over there"}\n');
    interrupted.kill("SIGINT");
    assert.equal(await interrupted.exited, 130);
    gateway.kill("SIGTERM");
    assert.equal(await following.exited, 0);
    assert.match(following.stderr(), /The gateway has stopped/);
    assert.equal(await gateway.exited, 0);
  });
});
