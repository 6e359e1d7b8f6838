import assert from "node:assert/strict";
import { test } from "node:test";
import { isRecord } from "./content.ts";
import { configJsonSchema } from "./schema.ts";

test("every key in the JSON Schema has a description, and those with a default say it", () => {
  const schema = configJsonSchema();
  assert.ok(isRecord(schema));
  assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  assert.equal(schema["title"], "Switchyard configuration");
  const keys = describedKeys(schema);
  assert.ok(keys.length > 25, `found ${keys.length} keys`);
  for (const { key, description, fallback } of keys) {
    assert.match(description, /^[A-Z].*\.$/s, key);
    if (fallback === undefined) continue;
    const shown = typeof fallback === "string" ? fallback : JSON.stringify(fallback);
    assert.ok(description.endsWith(`Default ${shown}.`), `${key}: ${description}`);
  }
});

function describedKeys(schema: unknown): { key: string; description: string; fallback: unknown }[] {
  if (typeof schema !== "object" || schema === null) return [];
  const properties = isRecord(schema) && schema["additionalProperties"] === false ? schema["properties"] : undefined;
  const own = Object.entries(isRecord(properties) ? properties : {}).map(([key, value]) => ({
    key,
    description: isRecord(value) ? String(value["description"]) : "",
    fallback: isRecord(value) ? value["default"] : undefined,
  }));
  return [own, Object.values(schema).flatMap(describedKeys)].flat();
}
