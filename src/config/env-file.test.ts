import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnvFile } from "./env-file.ts";

test("an env file has KEY=VALUE lines, comments, blank lines and optional quotes, and expands nothing", () => {
  const text = [
    "\uFEFFFIRST=1\r",
    "# a comment",
    "",
    "PLAIN = spaced out ",
    "SINGLE='a # b'",
    'DOUBLE="c # d"',
    "export SHELL_STYLE=yes",
    "TRAILING=value # comment",
    "EMPTY=",
    "REFERENCE=${FIRST}",
  ].join("\n");
  assert.deepEqual(Object.fromEntries(parseEnvFile(text)), {
    FIRST: "1",
    PLAIN: "spaced out",
    SINGLE: "a # b",
    DOUBLE: "c # d",
    SHELL_STYLE: "yes",
    TRAILING: "value",
    EMPTY: "",
    REFERENCE: "${FIRST}",
  });
});
