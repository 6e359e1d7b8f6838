import assert from "node:assert/strict";
import { test } from "node:test";
import { expand, hasMalformedReference, hasPrompt } from "./reference.ts";

const around = { env: { TOKEN: "t0k3n", EMPTY: "" }, folder: "/work/project", home: "/home/ada" };

const expansions = [
  ["plain", "plain"],
  ["${TOKEN}", "t0k3n"],
  ["${env:TOKEN}", "t0k3n"],
  ["Bearer ${TOKEN}!", "Bearer t0k3n!"],
  ["${TOKEN}${TOKEN}", "t0k3nt0k3n"],
  ["${TOKEN:-other}", "t0k3n"],
  ["${ABSENT:-other}", "other"],
  ["${env:ABSENT:-other}", "other"],
  ["${EMPTY:-other}", "other"],
  ["${ABSENT:-}", ""],
  ["${ABSENT:-a:-b}", "a:-b"],
  ["${EMPTY}", ""],
  ["${workspaceFolder}/x", "/work/project/x"],
  ["${workspaceFolderBasename}", "project"],
  ["${userHome}/y", "/home/ada/y"],
  ["$TOKEN $ {TOKEN} $", "$TOKEN $ {TOKEN} $"],
  ["$${TOKEN}", "${TOKEN}"],
] as const;

test("references stand for environment variables, defaults and places; $${ stands for a plain ${", () => {
  for (const [text, expected] of expansions)
    assert.deepEqual(expand(text, around), { text: expected, missing: [] }, text);
});

test("what a reference stands for is not searched for references again", () => {
  const env = { A: "${B}", B: "secret" };
  assert.equal(expand("${A}", { ...around, env }).text, "${B}");
});

test("variables that are not set are named", () => {
  assert.deepEqual(expand("${ONE} ${env:TWO} ${TOKEN}", around).missing, ["ONE", "TWO"]);
});

test("a prompt is told apart from a reference that makes no sense", () => {
  assert.equal(hasPrompt("x ${input:token}"), true);
  assert.equal(hasMalformedReference("${input:token}"), false);
  for (const text of ["${", "${}", "${a b}", "${config:x}", "${1A}", "${A:-${B}}", "${NAME-default}"]) {
    assert.equal(hasMalformedReference(text), true, text);
    assert.equal(hasPrompt(text), false, text);
  }
});
