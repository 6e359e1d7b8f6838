import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { startFixtures } from "../rig/fixtures.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let front: Front;

before(async () => {
  front = await rig.gateway(await startFixtures(rig));
});

function post(body: unknown, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${front.server.origin}/api/call`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function objectOf(response: Response): Promise<JsonObject> {
  const value: unknown = await response.json();
  assert.ok(isJsonObject(value));
  return value;
}

async function errorOf(response: Response): Promise<{ readonly status: number; readonly code: unknown }> {
  const error = objectAt(await objectOf(response), "error") ?? {};
  return { status: response.status, code: objectAt(error, "data")?.["code"] };
}

test("a tool is called by a POST, and its result is the answer, a failure of the tool too", async () => {
  const answer = await post({ tool: "legacy-http__echo", arguments: { message: "plain" } });
  assert.equal(answer.status, 200);
  assert.deepEqual((await objectOf(answer))["content"], [{ type: "text", text: "plain" }]);
  const failed = await post({ tool: "modern-http__fail", arguments: { reason: "rain" } });
  assert.equal(failed.status, 200);
  assert.equal((await objectOf(failed))["isError"], true);
});

test("what is wrong with the request is an error with the status of its code", async () => {
  assert.deepEqual(await errorOf(await post({ tool: "nobody__nothing" })), { status: 404, code: "unknown_tool" });
  assert.deepEqual(await errorOf(await post("{")), { status: 400, code: "parse_error" });
  assert.deepEqual(await errorOf(await post({ tool: "a", more: 1 })), { status: 400, code: "invalid_params" });
  assert.deepEqual(await errorOf(await post({ arguments: {} })), { status: 400, code: "invalid_params" });
  const noProfile = await errorOf(await post({ tool: "a", profile: "none" }));
  assert.deepEqual(noProfile, { status: 404, code: "route_not_found" });
  const page = await post({ tool: "legacy-http__echo" }, { origin: "http://elsewhere.example" });
  assert.equal(page.status, 403);
  const got = await fetch(`${front.server.origin}/api/call`);
  assert.deepEqual(await errorOf(got), { status: 405, code: "method_not_allowed" });
});

test("who accepts a stream sees progress before the result", async () => {
  const answered = post(
    { tool: "modern-http__count", arguments: { key: "rest", steps: 3 } },
    { accept: "text/event-stream" },
  );
  await post({ tool: "modern-http__proceed", arguments: { key: "rest" } });
  const response = await answered;
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const events = (await response.text())
    .trim()
    .split("\n\n")
    .map((event) => /^event: (.+)\ndata: (.+)$/.exec(event)?.slice(1) ?? []);
  assert.deepEqual(
    events.map(([type]) => type),
    ["progress", "progress", "progress", "call", "result"],
  );
  assert.deepEqual(JSON.parse(events[2]?.[1] ?? ""), { progress: 3, total: 3, message: "step 3" });
});

test("hanging up cancels the call at its server", async () => {
  const controller = new AbortController();
  const call = post({ tool: "modern-http__wait", arguments: { key: "gone" } }, {}, controller.signal);
  const calls = async (): Promise<JsonObject> =>
    objectAt(await objectOf(await post({ tool: "modern-http__calls" })), "structuredContent") ?? {};
  await until(async () => JSON.stringify((await calls())["waiting"]).includes("gone"), "the call is under way");
  controller.abort();
  await assert.rejects(call);
  await until(async () => JSON.stringify((await calls())["cancelled"]).includes("gone"), "the call is cancelled");
});
