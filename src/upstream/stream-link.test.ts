import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Notification } from "../protocol/call.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { ScriptedServer } from "../../test/rig/scripted-server.ts";
import { StreamLink } from "./stream-link.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const never = new AbortController().signal;

function linked() {
  const server = new ScriptedServer({ "tools/call": "silence", "subscriptions/listen": "silence" });
  const told: Notification[] = [];
  const noise: string[] = [];
  const link = new StreamLink(server.open(), {
    notification: (notification) => told.push(notification),
    noise: (text) => noise.push(text),
    ended: () => undefined,
  });
  return { server, link, told, noise };
}

test("a modern upstream can end a subscription by a cancellation, and no other request", async () => {
  verifies("cancel.teardown-client");
  const { server, link } = linked();
  const call = link.request({ id: link.newId(), method: "tools/call", params: {}, signal: never });
  const listen = link.request({ id: link.newId(), method: "subscriptions/listen", params: {}, signal: never });
  for (const requestId of [1, 2, 3, "2", undefined]) server.notify("notifications/cancelled", { requestId });
  await assert.rejects(listen, { code: "upstream_disconnected" });
  server.complete(1, { content: [] });
  assert.equal((await call).kind, "result");
});

test("what comes on one stream is told apart by id, progress token and subscription, and nobody is told what is nobody's", async () => {
  const { server, link, told } = linked();
  const heard: unknown[] = [];
  for (const name of ["a", "b"]) {
    const request = link.request({
      id: link.newId(),
      method: "subscriptions/listen",
      params: {},
      signal: never,
      onNotification: ({ method }) => heard.push([name, method]),
    });
    // It ends with the link.
    request.catch(() => undefined);
  }
  await turn();
  server.notify("notifications/progress", { progressToken: 2, progress: 1 });
  server.notify("notifications/tools/list_changed", { _meta: { [metaKeys.subscriptionId]: 1 } });
  server.notify("notifications/progress", { progressToken: 9, progress: 1 });
  server.notify("notifications/tools/list_changed", { _meta: { [metaKeys.subscriptionId]: "1" } });
  server.notify("notifications/message", { level: "info" });
  await turn();
  assert.deepEqual(heard, [
    ["b", "notifications/progress"],
    ["a", "notifications/tools/list_changed"],
  ]);
  assert.deepEqual(
    told.map(({ method }) => method),
    // Whether a task is behind progress that no request under way is, only the connection knows.
    ["notifications/progress", "notifications/message"],
  );
  await link.close();
});

test("answers out of order, answered twice or to nothing harm nobody", async () => {
  const { server, link, noise } = linked();
  const requests = [1, 2, 3].map(() =>
    link.request({ id: link.newId(), method: "tools/call", params: {}, signal: never }),
  );
  await turn();
  for (const id of [3, 3, 99, "1", 1, 2]) server.complete(id, { of: id });
  const answers = await Promise.all(requests);
  assert.deepEqual(
    answers.map((answer) => answer.kind === "result" && answer.result.value["of"]),
    [1, 2, 3],
  );
  assert.deepEqual(noise, []);
});
