import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { overriddenTool, undeclared, withPreset } from "./override.ts";

const search = {
  name: "search",
  description: "Searches.",
  inputSchema: {
    type: "object",
    properties: {
      query: { type: "string", description: "What for." },
      project: { type: "string", "x-mcp-header": "Project" },
      limit: { type: "integer", default: 100, maximum: 1000 },
    },
    required: ["query", "project", "limit"],
    anyOf: [{ required: ["project"] }, { required: ["query"], properties: { project: false } }],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true },
};

test("a fixed parameter disappears from the schema, wherever it stands, and is put into every call", () => {
  const { definition, preset } = overriddenTool(search, { parameters: { project: { value: "X" } } });
  assert.deepEqual(definition, {
    ...search,
    inputSchema: {
      type: "object",
      properties: { query: { type: "string", description: "What for." }, limit: search.inputSchema.properties.limit },
      required: ["query", "limit"],
      anyOf: [{}, { required: ["query"], properties: {} }],
      additionalProperties: false,
    },
  });
  assert.ok(preset);
  assert.deepEqual(withPreset({ name: "s", arguments: { query: "q" } }, preset), {
    name: "s",
    arguments: { query: "q", project: "X" },
  });
  assert.deepEqual(withPreset({ name: "s" }, preset), { name: "s", arguments: { project: "X" } });
});

test("a default is said and sent where the caller leaves the parameter out, which it then may", () => {
  const { definition, preset } = overriddenTool(search, {
    parameters: { limit: { default: 5, description: "At most so many." } },
  });
  const { inputSchema } = definition;
  assert.deepEqual(inputSchema, {
    ...search.inputSchema,
    properties: {
      ...search.inputSchema.properties,
      limit: { type: "integer", default: 5, maximum: 1000, description: "At most so many." },
    },
    required: ["query", "project"],
  });
  assert.ok(preset);
  assert.deepEqual(withPreset({ arguments: { query: "q" } }, preset), { arguments: { query: "q", limit: 5 } });
  assert.deepEqual(withPreset({ arguments: { limit: 7 } }, preset), { arguments: { limit: 7 } });
});

test("other words change nothing of a call", () => {
  const { definition, preset } = overriddenTool(search, {
    title: "Find",
    description: "Finds.",
    parameters: { query: { description: "The words." } },
  });
  assert.equal(preset, undefined);
  assert.equal(definition["title"], "Find");
  assert.equal(definition["description"], "Finds.");
  assert.equal(search.inputSchema.properties.query.description, "What for.", "the upstream's own stays");
});

test("a caller that gives what is fixed is told that there is no such parameter, be it the same value", () => {
  const preset = { fixed: { project: "X" }, defaults: {} };
  for (const given of [{ project: "Y" }, { project: "X" }, { project: undefined }, ["project"], "project"]) {
    assert.throws(
      () => withPreset({ arguments: given }, preset),
      (thrown) => thrown instanceof GatewayError && thrown.code === "invalid_arguments",
    );
  }
});

test("parameters may be called as members of every object are", () => {
  const preset = { fixed: JSON.parse('{ "__proto__": 1 }'), defaults: { constructor: 2 } };
  const { arguments: sent } = withPreset({ arguments: { toString: 3 } }, preset);
  assert.equal(JSON.stringify(sent), '{"constructor":2,"toString":3,"__proto__":1}');
  assert.deepEqual(undeclared(search, { parameters: { constructor: { value: 1 }, query: { value: 1 } } }), [
    "constructor",
  ]);
  assert.deepEqual(undeclared({ name: "bare" }, { parameters: { a: { value: 1 } } }), ["a"]);
});
