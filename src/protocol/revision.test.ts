import assert from "node:assert/strict";
import { test } from "node:test";
import { eraOf, isRevision, legacyRevisions, modernRevisions, negotiate, newest, revisions } from "./revision.ts";
import { verifies } from "../../test/requirements/verifies.ts";

test("every revision is of one era, and each era's newest is offered first", () => {
  assert.deepEqual(revisions, ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]);
  assert.deepEqual(legacyRevisions, ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]);
  assert.deepEqual(modernRevisions, ["2026-07-28"]);
  assert.deepEqual(revisions.map(eraOf), ["legacy", "legacy", "legacy", "legacy", "modern"]);
  assert.equal(legacyRevisions.at(-1), newest.legacy);
  assert.equal(modernRevisions.at(-1), newest.modern);
});

test("only a revision that is spoken here is one", () => {
  for (const revision of revisions) assert.ok(isRevision(revision));
  for (const other of ["2024-10-07", "2099-01-01", "", "2025-11-25 ", 20251125, null, undefined, ["2025-11-25"]]) {
    assert.ok(!isRevision(other));
  }
});

test("initialize is answered with the legacy revision that was asked for", () => {
  verifies("lifecycle.version-asked-for");
  for (const revision of legacyRevisions) assert.equal(negotiate(revision), revision);
});

test("initialize that asks for anything else is answered with the newest legacy revision", () => {
  verifies("lifecycle.version-other");
  for (const other of ["2026-07-28", "2099-01-01", "2024-10-07", undefined, 1, null]) {
    assert.equal(negotiate(other), "2025-11-25");
  }
});
