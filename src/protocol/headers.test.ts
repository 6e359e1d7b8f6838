import assert from "node:assert/strict";
import { test } from "node:test";
import { headerText, headerValue } from "./headers.ts";
import { verifies } from "../../test/requirements/verifies.ts";

/** MCP 2026-07-28, basic/transports/streamable-http, Value Encoding: the table of examples, then more of each kind. */
const cases: readonly { readonly value: string; readonly why: string; readonly header: string }[] = [
  { value: "us-west1", why: "plain ASCII", header: "us-west1" },
  { value: "Hello, 世界", why: "non-ASCII", header: "=?base64?SGVsbG8sIOS4lueVjA==?=" },
  { value: " padded ", why: "leading and trailing spaces", header: "=?base64?IHBhZGRlZCA=?=" },
  { value: "line1\nline2", why: "a line break", header: "=?base64?bGluZTEKbGluZTI=?=" },
  { value: "=?base64?literal?=", why: "the look of an encoded value", header: "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=" },
  { value: "file:///a b/c.txt", why: "a space inside", header: "file:///a b/c.txt" },
  { value: "a\tb", why: "a tab inside", header: "a\tb" },
  { value: "\ttab first", why: "a leading tab", header: "=?base64?CXRhYiBmaXJzdA==?=" },
  { value: "a", why: "one character", header: "a" },
  { value: "", why: "nothing", header: "=?base64??=" },
  { value: " ", why: "nothing but a space", header: "=?base64?IA==?=" },
  { value: "del\u007f", why: "a control character", header: "=?base64?ZGVsfw==?=" },
  { value: "nul\u0000", why: "a null character", header: "=?base64?bnVsAA==?=" },
  { value: "é", why: "Latin-1", header: "=?base64?w6k=?=" },
  { value: "😀", why: "a character of two code units", header: "=?base64?8J+YgA==?=" },
  { value: "=?BASE64?x?=", why: "markers in the wrong case", header: "=?BASE64?x?=" },
  { value: "=?base64?x", why: "half of the markers", header: "=?base64?x" },
];

for (const { value, why, header } of cases) {
  test(`a value with ${why} travels in a header and comes back`, () => {
    verifies("http.base64-sent");
    assert.equal(headerValue(value), header);
    assert.equal(headerText(header), value);
  });
}

for (const header of [
  "=?base64?=?=",
  "=?base64?a?=",
  "=?base64?ab=?=",
  "=?base64?a===?=",
  "=?base64?a-b_?=",
  "=?base64?YQ==YQ==?=",
  "=?base64?YQ ==?=",
]) {
  test(`the header ${header} is malformed`, () => {
    verifies("http.base64-read");
    assert.equal(headerText(header), undefined);
  });
}
