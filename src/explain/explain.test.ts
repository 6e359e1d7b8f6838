import assert from "node:assert/strict";
import { test } from "node:test";
import { errorTable } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { modelAdvice } from "../core/model-advice.ts";
import { causeTable } from "./cause-table.ts";
import { essenceOf } from "./essence.ts";
import { explainError } from "./explain.ts";
import { phrasePattern } from "./phrase.ts";
import { rules } from "./phrases.ts";

test("an explanation says what to do, for the person and for the model, and nothing of the text but the words it was known by", () => {
  assert.deepEqual(explainError("open '/home/ada/secret': EACCES"), {
    code: "permission_denied",
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: causeTable.permission_denied.suggestion,
    modelSuggestion: causeTable.permission_denied.forModel,
    matched: "EACCES",
  });
});

test("what says nothing is unrecognised, unless a number says something", () => {
  const { code, matched } = explainError("Oh no");
  assert.deepEqual([code, matched], ["failure_unrecognised", undefined]);
  assert.equal(explainError("").code, "failure_unrecognised");
  assert.equal(explainError("Oh no", { rpcCode: -32_602 }).code, "value_invalid");
  assert.equal(explainError("Oh no", { rpcCode: -32_603 }).code, "failure_unrecognised");
  assert.equal(explainError("Oh no", { rpcCode: -32_603, httpStatus: 429 }).code, "too_many_requests");
  assert.equal(explainError("Disk quota exceeded", { httpStatus: 400 }).code, "disk_full", "words say more");
});

test("what was thrown is explained with its name, its code and its causes", () => {
  const refused = Object.assign(new Error("connect failed"), { code: "ECONNREFUSED" });
  assert.equal(explainError(new TypeError("fetch failed", { cause: refused })).code, "connection_refused");
  assert.equal(explainError(new DOMException("It took too long", "TimeoutError")).code, "timed_out");
  assert.equal(explainError({ message: "duplicate key" }).code, "duplicate");
  assert.equal(explainError(undefined).code, "failure_unrecognised");
  const cycle: Error & { cause?: unknown } = new Error("a");
  cycle.cause = cycle;
  assert.equal(explainError(cycle).code, "failure_unrecognised");
});

test("an error of the gateway's own keeps its code, and its own advice", () => {
  const { code, suggestion, modelSuggestion } = explainError(new GatewayError("deadline_exceeded", "Access denied"));
  assert.equal(code, "deadline_exceeded");
  assert.deepEqual([suggestion, modelSuggestion], [errorTable[code].suggestion, modelAdvice[code]]);
  const own = new GatewayError("deadline_exceeded", "No", { data: { suggestion: "Wait." } });
  assert.equal(explainError(own).modelSuggestion, "Wait.");
});

test("no code is one of the gateway's own and a cause behind a tool", () => {
  assert.deepEqual(
    Object.keys(causeTable).filter((code) => Object.hasOwn(errorTable, code)),
    [],
  );
});

test("every cause but the last is known by some words", () => {
  const known = new Set(rules.map(({ code }) => code));
  assert.deepEqual(
    Object.keys(causeTable).filter((code) => ![...known].some((each) => each === code)),
    ["failure_unrecognised"],
  );
});

test("of a long text the beginning and the end are looked at", () => {
  assert.equal(essenceOf("x".repeat(1_000_000)).length, 4097);
  assert.equal(explainError(`${"x ".repeat(500_000)}KeyError`).code, "tool_defect");
  assert.equal(explainError(`KeyError ${"x ".repeat(500_000)}`).code, "tool_defect");
  assert.equal(explainError(`${"x ".repeat(5000)} KeyError ${"x ".repeat(5000)}`).code, "failure_unrecognised");
});

test("the frames of a stack are not read for what happened, in Python, in JavaScript, or inside JSON", () => {
  const python =
    'Traceback (most recent call last):\n  File "a/permission denied.py", line 1, in f\n    raise TimeoutError\nKeyError: 1';
  assert.equal(explainError(python).code, "tool_defect");
  assert.equal(explainError(JSON.stringify({ exc: JSON.stringify([python]) })).code, "tool_defect");
  assert.equal(explainError("Error: gone\n    at TimeoutError (a.js:1)\n    at b").code, "failure_unrecognised");
});

test("a phrase is whole words, with one bounded gap at most", () => {
  const pattern = phrasePattern(["a.b", "column … missing"]);
  assert.ok(pattern.test("x A.B y"));
  assert.ok(!pattern.test("aXb") && !pattern.test("ca.b") && !pattern.test("a.bc"));
  assert.ok(pattern.test('column "x" missing') && !pattern.test(`column ${"x".repeat(90)} missing`));
  assert.ok(!pattern.test("column x\nis missing"));
  for (const phrase of ["", "…", "a … b … c", "a …"]) assert.throws(() => phrasePattern([phrase]), RangeError);
});

test("texts made to be slow are not", () => {
  const texts = [
    "cannot delete ",
    "column ",
    "\\",
    '  File "\n    ',
    "not allowed to change ",
    "a",
    "the table ",
    "\n   at ",
  ];
  const began = process.cpuUsage();
  for (const text of texts) explainError(text.repeat(4096));
  const { user, system } = process.cpuUsage(began);
  // Some ms each at the most; what would be quadratic or worse takes seconds.
  assert.ok(user + system < 1_000_000, `${user + system} µs`);
});
