import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configPage } from "../../scripts/docs-config.ts";
import { errorsPage } from "../../scripts/docs-errors.ts";
import { requirementsPage } from "../../scripts/docs-requirements.ts";

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}

test("docs/errors.md says what the table of errors says", () => {
  assert.equal(page("errors.md"), errorsPage(), "run `npm run docs`");
});

test("docs/config.md says what the schema of the configuration says", () => {
  assert.equal(page("config.md"), configPage(), "run `npm run docs`");
});

test("docs/requirements.md says which tests show what the specification asks for", () => {
  assert.equal(page("requirements.md"), requirementsPage(), "run `npm run docs`");
});
