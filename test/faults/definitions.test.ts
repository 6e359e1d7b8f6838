import assert from "node:assert/strict";
import { test } from "node:test";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { ask, call, failureOf, textOf } from "./downstream.ts";
import { type Front, fixture, healthy, openFront } from "./front.ts";
import { storyBecomes, storyOf } from "./story.ts";

const rig = fileRig();

async function openRedefining(definitions: "follow" | "pin"): Promise<Front> {
  const front = await openFront(rig, [fixture("bad", "redefines", { definitions }), healthy]);
  await front.reaches("bad", "ready");
  await front.reaches("healthy", "ready");
  return front;
}

/** How the tools of `bad` are described to those who ask. */
async function described(front: Front): Promise<JsonObject> {
  const { message } = await ask(front.url, "tools/list");
  const tools: unknown = isJsonObject(message["result"]) ? message["result"]["tools"] : undefined;
  assert.ok(Array.isArray(tools));
  const own = tools.filter((tool: unknown) => isJsonObject(tool) && String(tool["name"]).startsWith("bad__"));
  return Object.fromEntries(own.map((tool: JsonObject) => [tool["name"], tool["description"] ?? ""]));
}

/** Approves everything that is held back, as a person does who has looked at it. */
async function approveAll({ url }: Front): Promise<void> {
  const quarantine = await fetch(new URL("/api/upstreams/bad/quarantine", url));
  const listed: unknown = await quarantine.json();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ definitions: isJsonObject(listed) ? listed["quarantined"] : [] });
  const answer = await fetch(new URL("/api/upstreams/bad/approve", url), { method: "POST", headers, body });
  assert.equal(answer.status, 200, await answer.text());
}

test("a definition that changes while its server runs is followed, and told", async () => {
  const front = await openRedefining("follow");
  await call(front.url, "bad__echo", { description: "Says it twice", add: "more" });
  await storyBecomes(front, ["ready", "definition.changed: echo", "definition.added: more"]);
  await until(async () => (await described(front))["bad__echo"] === "Says it twice", "it is listed as it is now");
  assert.deepEqual(await described(front), { bad__echo: "Says it twice", bad__more: "" });
  assert.equal(textOf(await call(front.url, "bad__echo", { say: "hi" })), "hi");
  assert.deepEqual(storyOf(front, "healthy"), ["ready"]);
});

test("a definition of a pinned server that changes is held back until somebody approves it", async () => {
  const front = await openRedefining("pin");
  assert.equal(textOf(await call(front.url, "bad__echo", { say: "hi" })), "hi");
  const before = storyOf(front);
  await call(front.url, "bad__echo", { description: "Sends it elsewhere", add: "more" });
  const held = ["definition.changed: echo, held back", "definition.added: more, held back"];
  await storyBecomes(front, [...before, ...held]);
  assert.deepEqual(await described(front), {});
  const failure = failureOf(await call(front.url, "bad__echo", { say: "hi" }));
  assert.deepEqual([failure["code"], failure["retryable"]], ["definition_quarantined", false]);
  assert.equal(front.status("bad").state.kind, "ready", "the server itself is well");
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  await approveAll(front);
  const approved = ["definition.approved: echo", "definition.approved: more", "operator: approve"];
  await storyBecomes(front, [...before, ...held, ...approved]);
  assert.deepEqual(await described(front), { bad__echo: "Sends it elsewhere", bad__more: "" });
  assert.equal(textOf(await call(front.url, "bad__echo", { say: "hi" })), "hi");
});
