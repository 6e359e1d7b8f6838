import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { jsonOf, literalOf } from "./literal-json.ts";
import { type Literal, LiteralError, parseLiteral, printLiteral } from "./python-literal.ts";

test("a rule's value is read as Python reads it, and written as Python writes it", () => {
  const text =
    "{'levels': (80.0, 90.0), 'magic': None, 'names': ['a', \"it's\"], 'one': (1,), 'deep': {'on': True, 5: -3}}";
  const literal = parseLiteral(text);
  assert.deepEqual(jsonOf(literal), {
    levels: [80, 90],
    magic: null,
    names: ["a", "it's"],
    one: [1],
    deep: { on: true, "5": -3 },
  });
  assert.equal(printLiteral(literal), text);
  assert.deepEqual(jsonOf(parseLiteral("u'\\u00fc\\x41\\n' 'b'")), "üA\nb");
  assert.deepEqual(jsonOf(parseLiteral("( 1_000 , )")), [1000]);
  assert.deepEqual(jsonOf(parseLiteral("((2))")), 2);
  assert.equal(printLiteral(parseLiteral("{1, 2}")), "{1, 2}");
});

test("what is no literal is refused with its place", () => {
  for (const [text, says] of [
    ["", /a value at character 1, found the end/],
    ["{'a' 1}", /"," or "}"/],
    ["{'a': }", /a value at character 7/],
    ["(1 2)", /"," or "\)" at character 4/],
    ["'open", /found the end/],
    ["__import__('os')", /a value/],
    ["1; 2", /nothing more/],
    ["[".repeat(70), /at most 64 levels/],
  ] as const) {
    assert.throws(
      () => parseLiteral(text),
      (thrown) => thrown instanceof LiteralError && says.test(thrown.message),
      text,
    );
  }
});

test("JSON becomes a literal of the shape that is there already: tuples stay tuples, floats stay floats", () => {
  const like = parseLiteral("{'levels': (80.0, 90.0), 'hosts': ['a'], 'ids': (1, 2), 7: 'x'}");
  const json = {
    levels: [70, 85.5],
    hosts: ["b", "c"],
    ids: [3, 4],
    "7": "y",
    other: ["fixed", [1, 2]],
    more: ["a", "b"],
  };
  assert.equal(
    printLiteral(literalOf(json, [like])),
    "{7: 'y', 'levels': (70.0, 85.5), 'hosts': ['b', 'c'], 'ids': (3, 4), 'other': ('fixed', (1, 2)), 'more': ['a', 'b']}",
  );
});

const literals = fc.letrec<{ readonly any: Literal }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.constant<Literal>({ kind: "none" }),
    fc.boolean().map((value): Literal => ({ kind: "boolean", value })),
    fc.integer().map((value): Literal => ({ kind: "number", text: `${value}` })),
    fc.string({ unit: "binary" }).map((value): Literal => ({ kind: "text", value })),
    fc.array(tie("any")).map((items): Literal => ({ kind: "tuple", items })),
    fc.array(tie("any")).map((items): Literal => ({ kind: "list", items })),
    fc.array(fc.tuple(tie("any"), tie("any"))).map((entries): Literal => ({ kind: "dict", entries })),
  ),
})).any;

test("every literal comes back from its text as it was", () => {
  fc.assert(fc.property(literals, (literal) => assert.deepEqual(parseLiteral(printLiteral(literal)), literal)));
});
