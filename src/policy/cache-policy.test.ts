import assert from "node:assert/strict";
import { test } from "node:test";
import { type CachePolicy, decideForResources, decideForTool, ttlClasses } from "./cache-policy.ts";

const reading = { readOnlyHint: true };
const closed = { readOnlyHint: true, openWorldHint: false };

function ttlOf(annotations: object, policy: CachePolicy): number | string | undefined {
  const decision = decideForTool({ ...annotations }, policy);
  return decision.kind === "read" ? decision.terms.ttlMs : decision.kind;
}

test("a tool's results are kept where it only reads and looks at nothing outside, or the operator says so; what it does not say, it does not", () => {
  assert.equal(ttlOf(closed, {}), 300_000);
  assert.equal(ttlOf(reading, {}), "pass");
  assert.equal(ttlOf({ readOnlyHint: true, openWorldHint: true }, {}), "pass");
  assert.equal(ttlOf({}, {}), "write");
  assert.equal(ttlOf({ readOnlyHint: "true", openWorldHint: false }, {}), "write");
  assert.equal(ttlOf(reading, { ttl: 5 }), 5);
  assert.equal(ttlOf({}, { ttl: 5 }), "write");
  assert.equal(ttlOf({}, { ttl: "registry", isListed: true }), ttlClasses.registry);
  assert.equal(ttlOf(closed, { isOn: false, ttl: 5 }), "pass");
});

test("a write drops what its policy names, or everything of its server, also where nothing is to be kept", () => {
  assert.deepEqual(decideForTool({}, {}), { kind: "write", invalidates: undefined });
  assert.deepEqual(decideForTool({}, { isOn: false, invalidates: ["orders"] }), {
    kind: "write",
    invalidates: ["orders"],
  });
});

test("resources are kept as long as they say themselves, and no longer than the operator says", () => {
  const decision = decideForResources({});
  assert.equal(decision.kind === "read" && decision.terms.ttlMs, undefined);
  const bounded = decideForResources({ ttl: "metadata" });
  assert.equal(bounded.kind === "read" && bounded.terms.ttlMs, ttlClasses.metadata);
  assert.equal(decideForResources({ isOn: false }).kind, "pass");
});
