import assert from "node:assert/strict";
import { test } from "node:test";
import { Choice } from "../core/choice.ts";
import { mayReach } from "./reach.ts";

test("an address is within reach only in every reading of it", () => {
  const notes = new Choice(["file:///notes/*"]);
  assert.ok(mayReach(notes, "file:///notes/a%20b.md"));
  for (const uri of [
    "file:///notes/../secret",
    "file:///notes/%2e%2e/secret",
    "file:///notes/..%2fsecret",
    "file:///notes/x/../../secret",
    "file:///notes/..\\secret",
    "FILE:///notes/a",
    "file:///secret",
  ]) {
    assert.equal(mayReach(notes, uri), false, uri);
  }
  const others = new Choice(["!file:///secret/*"]);
  assert.ok(mayReach(others, "file:///notes/a"));
  for (const uri of [
    "file:///secret/a",
    "file:///%73ecret/a",
    "file:///notes/../secret/a",
    "file:///x%2f..%2fsecret%2fa",
  ]) {
    assert.equal(mayReach(others, uri), false, uri);
  }
});
