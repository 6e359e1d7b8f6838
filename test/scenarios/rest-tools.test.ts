import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { type AccessStand, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Tools as REST lists them, what limits them, and a call that is made once more. */

const rig = fileRig();
const mine = fullServer("mine", { "tools/call": { content: [{ type: "text", text: "done" }] } });
let stand: AccessStand;
let admin: Readonly<Record<string, string>>;

before(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-tools-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  stand = await accessStand(
    rig,
    { mine, other: fullServer("other") },
    {
      dataDir,
      policies: {
        upstreams: { mine: { timeoutMs: 5000, tools: { "l*": { rateLimit: { perMinute: 60, burst: 9 } } } } },
      },
    },
  );
  admin = bearer(stand.switchyard.localKey);
});

async function namesAt(path: string, headers = admin): Promise<unknown[]> {
  const { body } = await stand.rest(path, headers);
  const { tools } = body;
  return Array.isArray(tools) ? tools.filter(isJsonObject).map(({ name }) => name) : [];
}

test("everybody is shown the tools that they may use, and no other", async () => {
  assert.deepEqual(await namesAt("/api/tools"), ["mine__change", "mine__look", "other__change", "other__look"]);
  const user = await stand.key("user", "mine");
  const viewer = await stand.key("viewer", "*");
  assert.deepEqual(await namesAt("/api/tools", user.headers), ["mine__change", "mine__look"]);
  assert.deepEqual(await namesAt("/api/tools", viewer.headers), ["mine__look", "other__look"]);
  assert.equal((await stand.rest("/api/tools/other__look", user.headers)).code, "route_not_found");
  const { body } = await stand.rest("/api/tools/mine__look", user.headers);
  assert.deepEqual([body["upstream"], body["tool"], body["isReading"]], ["mine", "look", true]);
  assert.ok(objectAt(objectAt(body, "definition") ?? {}, "inputSchema"));
});

test("tools are found by words and by server, and come in pages", async () => {
  assert.deepEqual(await namesAt("/api/tools?search=LOOKS%20other"), ["other__look"]);
  assert.deepEqual(await namesAt("/api/tools?upstream=mine"), ["mine__change", "mine__look"]);
  const first = await stand.rest("/api/tools?limit=3", admin);
  assert.deepEqual([first.body["total"], first.body["next"]], [4, "other__change"]);
  assert.deepEqual(await namesAt("/api/tools?limit=3&after=other__change"), ["other__look"]);
  assert.equal((await stand.rest("/api/tools?limit=0", admin)).code, "invalid_params");
});

test("limits are those in force, with what of them is in use", async () => {
  const { body } = await stand.rest("/api/limits", admin);
  const upstreams = Array.isArray(body["upstreams"]) ? body["upstreams"].filter(isJsonObject) : [];
  const [first, second] = upstreams;
  assert.deepEqual([first?.["timeoutMs"], second?.["timeoutMs"]], [5000, 300_000]);
  assert.deepEqual(first?.["tools"], { "l*": { rateLimit: { perMinute: 60, burst: 9 } } });
  assert.deepEqual(objectAt(body, "callers"), { caller: { perMinute: 60, burst: 60 }, session: false });
});

async function recorded(tool: string, args: JsonObject): Promise<string> {
  const response = await fetch(`${stand.server.origin}/api/call`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ tool, arguments: args }),
  });
  await response.arrayBuffer();
  const id = response.headers.get("switchyard-call") ?? "";
  assert.equal(response.headers.get("switchyard-cache"), "none");
  await until(async () => (await stand.rest(`/api/calls/${id}`, admin)).status === 200, "it is on record");
  return id;
}

function replay(id: string, body: JsonObject = {}, headers = admin) {
  return stand.rest(`/api/calls/${id}/replay`, headers, { method: "POST", body: JSON.stringify(body) });
}

test("a call that only reads is made once more at once, one that may change something after somebody said so", async () => {
  const earlier = mine.received.length;
  const read = await recorded("mine__look", { text: "a" });
  assert.deepEqual((await replay(read)).body["content"], [{ type: "text", text: "done" }]);
  const write = await recorded("mine__change", { text: "b" });
  const asked = await replay(write);
  assert.deepEqual([asked.status, asked.code], [409, "confirmation_required"]);
  assert.equal((await replay(write, { confirmed: true })).status, 200);
  const made = mine.received.slice(earlier).filter(({ method }) => method === "tools/call");
  assert.deepEqual(
    made.map(({ params }) => objectAt(params ?? {}, "arguments")?.["text"]),
    ["a", "a", "b", "b"],
  );
});

test("what was redacted is not made again, nor is what is no tool call; and below admin nobody replays", async () => {
  const secret = await recorded("mine__change", { text: "a", password: "hunter2" });
  const refused = await replay(secret, { confirmed: true });
  assert.deepEqual([refused.status, refused.code], [400, "invalid_params"]);
  assert.match(
    stringAt(objectAt(refused.body, "error") ?? {}, "message") ?? "",
    /were redacted, so that it cannot be made again/,
  );
  assert.equal((await replay("nothing")).code, "route_not_found");
  const operator = await stand.key("operator");
  assert.equal((await replay(secret, {}, operator.headers)).code, "forbidden");
});
