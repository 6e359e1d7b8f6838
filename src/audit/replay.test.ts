import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../core/json.ts";
import { differencesOf, replayable } from "./replay.ts";

function rowOf(more: JsonObject = {}): JsonObject {
  return {
    id: "1",
    kind: "call",
    method: "tools/call",
    tool: "read",
    outcome: "ok",
    detail: "{}",
    arguments: '{"path":"a"}',
    result: '{"content":[{"type":"text","text":"one"}],"resultType":"complete","_meta":{"x":1}}',
    ...more,
  };
}

const isRead = (tool: string): boolean => tool === "read";

test("a call can be repeated where its tool only reads and everything of it is on record; else there is a reason", () => {
  const found = replayable(rowOf(), isRead);
  assert.deepEqual(found, {
    id: "1",
    tool: "read",
    arguments: { path: "a" },
    result: { content: [{ type: "text", text: "one" }] },
  });
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ kind: "event" }, "no_tool_call"],
    [{ method: "resources/read" }, "no_tool_call"],
    [{ tool: "write" }, "not_read_only"],
    [{ outcome: "error" }, "no_result"],
    [{ detail: '{"arguments":{"redacted":1}}' }, "arguments_redacted"],
    [{ detail: '{"result":{"isCut":true}}' }, "result_redacted"],
    [{ arguments: undefined }, "not_kept"],
    [{ result: undefined }, "not_kept"],
  ];
  for (const [more, reason] of cases) assert.equal(replayable(rowOf(more), isRead), reason);
});

test("what a tool says differs; what only says how it was delivered does not", () => {
  const recorded = replayable(rowOf(), isRead);
  assert.ok(typeof recorded !== "string");
  assert.deepEqual(differencesOf(recorded, { content: [{ type: "text", text: "one" }], ttlMs: 5 }), []);
  assert.deepEqual(differencesOf(recorded, { content: [{ type: "text", text: "two" }], isError: true }), [
    { path: "content[0].text", before: '"one"', after: '"two"' },
    { path: "isError", before: undefined, after: "true" },
  ]);
});
