import assert from "node:assert/strict";
import { test } from "node:test";
import { isCallMethod, isLogLevel, logLevels, reaches } from "./call.ts";
import { verifies } from "../../test/requirements/verifies.ts";

test("four requests travel to an upstream, every other one does not", () => {
  for (const method of ["tools/call", "resources/read", "prompts/get", "completion/complete"]) {
    assert.ok(isCallMethod(method));
  }
  for (const method of ["tools/list", "initialize", "ping", "", "tools/call ", "toString"]) {
    assert.ok(!isCallMethod(method));
  }
});

test("log levels are those of the syslog, mildest first", () => {
  assert.deepEqual(logLevels, ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]);
  for (const level of logLevels) assert.ok(isLogLevel(level));
  for (const other of ["warn", "INFO", "", 3, null, undefined]) assert.ok(!isLogLevel(other));
});

test("a message reaches whoever asked for its severity or a milder one", () => {
  verifies("logging.level");
  for (const [at, level] of logLevels.entries()) {
    for (const [wantedAt, wanted] of logLevels.entries()) assert.equal(reaches(level, wanted), at >= wantedAt);
  }
});

test("a message of no known severity reaches nobody", () => {
  for (const level of ["verbose", undefined, 7]) assert.ok(!reaches(level, "debug"));
});
