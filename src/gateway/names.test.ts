import assert from "node:assert/strict";
import { test } from "node:test";
import { exposedName, ownName } from "./names.ts";
import { verifies } from "../../test/requirements/verifies.ts";

test("an exposed name leads back to its upstream and its own name, whatever the own name holds", () => {
  verifies("tools.disambiguation");
  for (const upstream of ["a", "git-hub", "a.b", "a_b", "9"]) {
    for (const name of ["echo", "__echo", "_x", "a__b", "a/b", "x__", "ünïcode", " "]) {
      assert.deepEqual(ownName(exposedName(upstream, name)), { upstream, name });
    }
  }
});

test("a name without an upstream before the separator is nobody's", () => {
  for (const exposed of ["echo", "", "__echo", "_", "a_b"]) assert.equal(ownName(exposed), undefined);
});
