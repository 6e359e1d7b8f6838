import assert from "node:assert/strict";
import { test } from "node:test";
import { groupIn, groupKey, roleIn, roleKey, versionIn, versionKey } from "./definition-meta.ts";

test("a definition says its version, group and role in _meta, and what makes no sense is not said", () => {
  const whole = { name: "x", _meta: { [versionKey]: "3", [groupKey]: "charts", [roleKey]: "operator", other: 1 } };
  assert.deepEqual([versionIn(whole), groupIn(whole), roleIn(whole)], ["3", "charts", "operator"]);
  for (const meta of [undefined, "x", {}, { [versionKey]: 3, [groupKey]: "" }]) {
    const definition = { name: "x", ...(meta !== undefined && { _meta: meta }) };
    assert.deepEqual(
      [versionIn(definition), groupIn(definition), roleIn(definition)],
      [undefined, undefined, undefined],
    );
  }
  for (const role of ["boss", "Admin", "", null, 1])
    assert.equal(roleIn({ _meta: { [roleKey]: role } }), "admin", "what was meant to keep some out keeps them out");
  assert.equal(groupIn({ _meta: { [groupKey]: "x".repeat(65) } }), undefined);
});
