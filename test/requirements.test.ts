import assert from "node:assert/strict";
import { test } from "node:test";
import { revisions } from "../src/protocol/revision.ts";
import { citations, citedByTests } from "./requirements/citations.ts";
import type { Requirement } from "./requirements/requirement.ts";
import { subjects } from "./requirements/subjects.ts";

const requirements: readonly Requirement[] = subjects.flatMap(({ requirements: rows }): readonly Requirement[] => rows);
const ids = requirements.map(({ id }) => id);

test("every requirement is shown to be met by a test that is not skipped", () => {
  const shown = new Set(citations().flatMap(({ id, isSkipped }) => (isSkipped ? [] : [id])));
  assert.deepEqual(
    ids.filter((id) => !shown.has(id)),
    [],
  );
});

test("tests cite requirements that there are", () => {
  const known = new Set(ids);
  assert.deepEqual(
    citations().filter(({ id }) => !known.has(id)),
    [],
  );
});

test("no two requirements have one id, and none says what another says", () => {
  assert.equal(new Set(ids).size, ids.length);
  const said = requirements.map(({ source, side, behaviour }) => `${source} ${side} ${behaviour}`);
  assert.equal(new Set(said).size, said.length);
});

test("every requirement names the revision, the page and the section that it comes from", () => {
  const wrong = requirements.filter(({ source }) => {
    const [revision = "", ...page] = source.split("/");
    return !revisions.some((known) => known === revision) || !/^[\w/-]+#[\w-]+$/.test(page.join("/"));
  });
  assert.deepEqual(wrong, []);
});

test("every requirement is one sentence, and so is the reason of a deviation", () => {
  for (const { id, behaviour, deviation = "None." } of requirements) {
    for (const sentence of [behaviour, deviation]) assert.match(sentence, /^[\w`].*\.$/, id);
  }
});

test("a citation counts in the test around it, and not where that may be skipped", () => {
  const text = [
    'test("one", () => {\n  verifies("a", "b");\n});',
    'test("two", { skip: reason }, async () => {\n  verifies("c");\n});',
    'test.todo("three", () => {\n  verifies("d");\n});',
    'test(\n  `four ${x}`,\n  () => {\n    verifies("e");\n  },\n);',
  ].join("\n");
  assert.deepEqual(
    citedByTests("f", text).map(({ id, test: name, isSkipped }) => [id, name, isSkipped]),
    [
      ["a", "one", false],
      ["b", "one", false],
      ["c", "two", true],
      ["d", "three", true],
      ["e", "four ${x}", false],
    ],
  );
  assert.throws(() => citedByTests("f", 'verifies("a");'), /cites outside of any test/);
});
