import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configPage } from "../../scripts/docs-config.ts";
import { errorsPage } from "../../scripts/docs-errors.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { requirementsPage } from "../../scripts/docs-requirements.ts";

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}

test("docs/errors.md says what the table of errors says", () => {
  assert.equal(page("errors.md"), errorsPage(), "run `npm run docs`");
});

test("every configuration that docs/profiles.md shows can be read, and has a profile", () => {
  const blocks = [...page("profiles.md").matchAll(/^```jsonc\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
  assert.ok(blocks.length >= 5);
  for (const text of blocks) {
    const { catalog } = parseConfig(text, "switchyard.jsonc", { HOME: "/home/ada" }, "/work");
    assert.ok(catalog.profiles.length > 0);
  }
});

test("docs/config.md says what the schema of the configuration says", () => {
  assert.equal(page("config.md"), configPage(), "run `npm run docs`");
});

test("docs/requirements.md says which tests show what the specification asks for", () => {
  assert.equal(page("requirements.md"), requirementsPage(), "run `npm run docs`");
});
