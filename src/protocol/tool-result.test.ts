import assert from "node:assert/strict";
import { test } from "node:test";
import { Payload } from "./payload.ts";
import { isFailedResult } from "./tool-result.ts";

const results: readonly (readonly [text: string, hasFailed: boolean])[] = [
  ['{"content":[],"isError":true}', true],
  ['{"isError" : \n true,"content":[]}', true],
  ['{"content":[],"isError":false}', false],
  ['{"content":[]}', false],
  ['{"content":[{"type":"text","text":"\\"isError\\":true"}]}', false],
  ['{"structuredContent":{"isError":true},"content":[]}', false],
  ['{"structuredContent":{"isError":false},"isError":true,"content":[]}', true],
  ['{"structuredContent":{"isError":true},"isError":', false],
];

for (const [text, hasFailed] of results) {
  test(`the result ${JSON.stringify(text)} is ${hasFailed ? "that of a tool that failed" : "no failure"}`, () => {
    assert.equal(isFailedResult(Payload.ofText(Buffer.from(text))), hasFailed);
  });
}

test("a result that is held as a value is asked for its member", () => {
  assert.equal(isFailedResult(Payload.of({ content: [], isError: true })), true);
  assert.equal(isFailedResult(Payload.of({ content: [] })), false);
});
