import assert from "node:assert/strict";
import { test } from "node:test";
import { localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { Payload } from "../protocol/payload.ts";
import { auditDefaults } from "./audit-options.ts";
import { type CallFacts, rowOfCall } from "./call-row.ts";
import { usualRules } from "./redact.ts";

const record = { stages: [], times: [], upstream: "up", name: "read", attempts: 1, isDenied: false, cache: "none" };
const call: CallFacts = {
  id: "1",
  startedAt: 0,
  durationMs: 1,
  origin: { entrance: "http", address: undefined },
  session: undefined,
  principal: localPrincipal,
  route: { kind: "all" },
  method: "tools/call",
  name: "up__read",
  record: { ...record, isRepeated: false, fallback: undefined, queuedMs: 0 },
  params: {},
  answer: { kind: "result", result: Payload.of({}) },
  outcome: "ok",
  code: undefined,
  failure: undefined,
  bytesIn: 1,
  bytesOut: 2,
};

test("what is known besides is one JSON object, however a call failed and whatever is known of that", () => {
  const failure = new GatewayError("upstream_busy", "busy");
  const error = { kind: "error", error: { code: -32000, message: "no" } } as const;
  for (const failed of [{}, { answer: error }, { failure }, { failure, answer: error }]) {
    for (const usage of [undefined, { residentBytes: 5 }]) {
      const rules = { arguments: usualRules, result: usualRules };
      const { detail } = rowOfCall({ ...call, ...failed }, { options: auditDefaults, rules, usage, isBare: false });
      const written: unknown = JSON.parse(detail);
      assert.ok(typeof written === "object" && written !== null, detail);
      assert.deepEqual(
        "usage" in written ? written.usage : undefined,
        "answer" in failed || "failure" in failed ? usage : undefined,
      );
      assert.equal("error" in written, "failure" in failed);
    }
  }
});
