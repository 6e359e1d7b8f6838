import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
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

test("an address that a template could fit in very many ways, but does not, is told so at once", () => {
  const uri = `x://${"a/".repeat(4000)}`;
  for (const template of ["x://{+a}/{+b}/{+c}/{+d}!", `x://${"{+a}".repeat(16)}!`, `x:/${"{/a}".repeat(15)}{?b}!`]) {
    assert.ok(!templateMatcher(template)(uri));
    assert.ok(templateMatcher(template)(`${uri}!`));
  }
});

test("a template that is too long matches nothing", () => {
  assert.ok(!templateMatcher(`x://{a}${"b".repeat(10_000)}`)(`x://1${"b".repeat(10_000)}`));
});

/** What the expressions stand for, said another way. */
const patterns: Readonly<Record<string, string>> = {
  "": "[^/?#]+",
  "+": ".+",
  "#": "#.*",
  ".": "\\.[^/?#]+",
  "/": "/[^?#]+",
  ";": ";[^/?#]*",
  "?": "(?:\\?[^#]*)?",
  "&": "(?:&[^#]*)?",
};

test("random templates fit random addresses as a regular expression would say", (t) => {
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const characters = ["a", "/", "?", "#", ".", ";", "&"];
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  for (let round = 0; round < 3000; round += 1) {
    let template = "{a}";
    let pattern = "[^/?#]+";
    for (let parts = Math.floor(random() * 4); parts > 0; parts -= 1) {
      const operator = pick(Object.keys(patterns));
      const literal = random() < 0.5 ? "" : pick(characters);
      template += `{${operator}x}${literal}`;
      pattern += `${patterns[operator] ?? ""}${literal === "" ? "" : `\\${literal}`.replace("\\a", "a")}`;
    }
    const uri = Array.from({ length: Math.floor(random() * 8) }, () => pick(characters)).join("");
    const expected = new RegExp(`^${pattern}$`, "s").test(uri);
    assert.equal(templateMatcher(template)(uri), expected, `seed ${seed}: ${template} and ${uri}`);
  }
});
