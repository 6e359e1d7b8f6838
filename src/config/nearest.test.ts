import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearest } from "./nearest.ts";

test("the distance counts inserted, deleted and replaced characters, and swapped neighbours once", () => {
  assert.equal(editDistance("command", "command"), 0);
  assert.equal(editDistance("comand", "command"), 1);
  assert.equal(editDistance("commmand", "command"), 1);
  assert.equal(editDistance("commend", "command"), 1);
  assert.equal(editDistance("ocmmand", "command"), 1);
  assert.equal(editDistance("", "url"), 3);
  assert.equal(editDistance("url", ""), 3);
});

test("the nearest candidate is the one with the fewest edits, whatever the letter case", () => {
  assert.equal(nearest("timeout", ["startTimeoutMs", "timeoutMs"]), "timeoutMs");
  assert.equal(nearest("MCPSERVERS", ["servers", "mcpServers"]), "mcpServers");
  assert.equal(nearest("hots", ["port", "host"]), "host");
});

test("no candidate is near a word that has little in common with them", () => {
  assert.equal(nearest("transport", ["command", "url", "headers"]), undefined);
  assert.equal(nearest("x", ["y"]), undefined);
  assert.equal(nearest("anything", []), undefined);
  assert.equal(nearest("a".repeat(1_000_000), ["command"]), undefined);
});
