import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../core/json.ts";
import { ArgumentSchemas } from "./argument-schemas.ts";

async function complaintOf(schema: JsonObject, given: unknown): Promise<string | undefined> {
  const check = await new ArgumentSchemas().for(schema, (reason) => {
    assert.fail(reason);
  });
  return check(given);
}

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });

const cases: readonly (readonly [schema: JsonObject, given: JsonObject, complaint: string | undefined])[] = [
  [object({ path: { type: "string" } }), { path: "/a" }, undefined],
  [object({ path: { type: "string" } }), { path: 5 }, "arguments.path must be string, got a number"],
  [object({ a: {}, b: {} }, { required: ["a", "b"] }), {}, 'arguments must have "a", "b"'],
  [
    object({ path: {} }, { additionalProperties: false }),
    { pth: 1 },
    'arguments must not have "pth"; there are "path"',
  ],
  [
    object({ mode: { enum: ["r", "w"] } }),
    { mode: "s3cret-value" },
    'arguments.mode must be one of "r", "w", got text of 12 characters',
  ],
  [
    object({ list: { items: object({ "a b": { minimum: 3 } }) } }),
    { list: [{ "a b": 5 }, { "a b": 2 }] },
    'arguments.list[1]["a b"] must be >= 3, got a number',
  ],
  [
    object({ day: { format: "date" } }),
    { day: "2026-02-30" },
    'arguments.day must be text of the format "date", got text of 10 characters',
  ],
  [object({ day: { format: "date" } }), { day: "2028-02-29" }, undefined],
  [object({ shade: { format: "colour" } }), { shade: "any" }, undefined],
  [
    object({ id: { pattern: "^[a-z]+$" } }),
    { id: "TOKEN-1234" },
    'arguments.id must match pattern "^[a-z]+$", got text of 10 characters',
  ],
  [
    object({ x: { anyOf: [{ type: "string" }, { type: "null" }] } }),
    { x: 1 },
    "arguments.x must be string, got a number",
  ],
  [
    { $schema: "http://json-schema.org/draft-07/schema#", ...object({ x: { items: [{ type: "string" }] } }) },
    { x: [1] },
    "arguments.x[0] must be string, got a number",
  ],
  [
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      ...object({ x: { prefixItems: [{ type: "string" }] } }),
    },
    { x: [1] },
    "arguments.x[0] must be string, got a number",
  ],
  [
    object({ x: { $ref: "#/$defs/y" } }, { $defs: { y: { type: "boolean" } } }),
    { x: 1 },
    "arguments.x must be boolean, got a number",
  ],
];

for (const [schema, given, expected] of cases) {
  test(`${JSON.stringify(given)} for ${JSON.stringify(schema).slice(0, 100)}: ${expected ?? "fits"}`, async () => {
    assert.equal(await complaintOf(schema, given), expected);
  });
}

const odd: readonly (readonly [what: string, schema: JsonObject, reason: RegExp])[] = [
  ["that is none", { type: "objekt" }, /no JSON Schema/],
  [
    "of an unknown dialect",
    { $schema: "https://example.com/mine" },
    /dialect "https:\/\/example\.com\/mine" is not known/,
  ],
  ["that refers elsewhere", { properties: { a: { $ref: "https://example.com/a.json" } } }, /can't resolve reference/],
  ["with a dangerous pattern", { properties: { a: { pattern: "(a+)+$" } } }, /pattern "\(a\+\)\+\$" is not used/],
  ["with a pattern that is none", { properties: { a: { pattern: "(" } } }, /no JSON Schema|cannot be compiled/],
  ["that is very large", { description: "x".repeat(300_000) }, /more than 262144 characters/],
  ["that refers to itself", { properties: { a: { anyOf: [{ $ref: "#" }, { $ref: "#" }] } } }, /refers to itself/],
  ["that grows when it is written out", doubling(20), /more than 100000 parts/],
  ["that is very deep", deep(200), /nested more than 100 deep/],
];

function twice(at: number): JsonObject {
  return { anyOf: [{ $ref: `#/$defs/d${at}` }, { $ref: `#/$defs/d${at}` }] };
}

function doubling(times: number): JsonObject {
  const defs = Array.from({ length: times }, (_, at) => [
    `d${at}`,
    at + 1 === times ? { type: "string" } : twice(at + 1),
  ]);
  return { ...twice(0), $defs: Object.fromEntries(defs) };
}

function deep(levels: number): JsonObject {
  let schema: JsonObject = { type: "string" };
  for (let level = 0; level < levels; level += 1) schema = { properties: { a: schema } };
  return schema;
}

for (const [what, schema, reason] of odd) {
  test(`a schema ${what} stops no call, and is told of once`, async () => {
    const reasons: string[] = [];
    const schemas = new ArgumentSchemas();
    for (let time = 0; time < 2; time += 1) {
      const check = await schemas.for(schema, (text) => reasons.push(text));
      assert.equal(check({ a: `${"a".repeat(50)}!` }), undefined);
    }
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? "", reason);
  });
}

const unexpected = (reason: string): never => assert.fail(reason);

test("a schema that was seen is checked without a promise, and equal ones share a check", async () => {
  const schemas = new ArgumentSchemas();
  const schema = { type: "object", required: ["a"] };
  const check = await schemas.for(schema, unexpected);
  assert.equal(schemas.for(schema, unexpected), check);
  assert.equal(await schemas.for({ required: ["a"], type: "object" }, unexpected), check);
});

test("no schema reaches another by its $id", async () => {
  const schemas = new ArgumentSchemas();
  const id = "https://example.com/shared";
  await schemas.for({ $id: id, type: "object", required: ["a"] }, unexpected);
  const other = await schemas.for({ $id: id, type: "object", required: ["b"] }, unexpected);
  assert.equal(other({}), 'arguments must have "b"');
});

test("whether items are unique is the server's to check", async () => {
  assert.equal(await complaintOf(object({ x: { uniqueItems: true } }), { x: [1, 1] }), undefined);
});
