import assert from "node:assert/strict";
import { test } from "node:test";
import { templateMatcher } from "./uri-template.ts";

const cases: readonly {
  readonly template: string;
  readonly fits: readonly string[];
  readonly not: readonly string[];
}[] = [
  {
    template: "test://template/{id}/data",
    fits: ["test://template/1/data", "test://template/a%20b/data"],
    not: ["test://template//data", "test://template/1/2/data", "test://template/1/data/", "xtest://template/1/data"],
  },
  { template: "file:///{+path}", fits: ["file:///a", "file:///a/b/c.txt"], not: ["file:///", "http:///a"] },
  { template: "db://{table}{?limit,offset}", fits: ["db://t", "db://t?limit=1"], not: ["db://", "db://t/u"] },
  { template: "x://a{/parts*}", fits: ["x://a/b", "x://a/b/c"], not: ["x://a", "x://ab"] },
  { template: "x://a{#frag}", fits: ["x://a#", "x://a#b"], not: ["x://a"] },
  { template: "x://v{.ext}", fits: ["x://v.json"], not: ["x://vjson"] },
  { template: "x://a+(b)/{c}", fits: ["x://a+(b)/1"], not: ["x://aab/1"] },
  { template: "x://plain", fits: [], not: ["x://plain"] },
];

for (const { template, fits, not } of cases) {
  test(`${template} fits what could have been made from it and nothing else`, () => {
    const matches = templateMatcher(template);
    for (const uri of fits) assert.ok(matches(uri), `${uri} should fit`);
    for (const uri of not) assert.ok(!matches(uri), `${uri} should not fit`);
  });
}

test("a template with too many expressions and an address that is too long match nothing", () => {
  assert.ok(!templateMatcher("{a}".repeat(17))("x".repeat(17)));
  assert.ok(!templateMatcher("x://{a}")(`x://${"a".repeat(9000)}`));
});
