import assert from "node:assert/strict";
import { test } from "node:test";
import { prompts } from "./prompts.ts";
import { filled } from "./template.ts";

test("every prompt can be had with its required arguments alone, and leaves no place empty", async () => {
  for (const { name, arguments: args = [], text } of prompts) {
    const given = Object.fromEntries(args.filter(({ required }) => required === true).map((each) => [each.name, "X"]));
    const told = await text(given);
    assert.doesNotMatch(told, /\{\{|undefined/, name);
    assert.ok(told.length > 100, name);
  }
});

test("a part stands only where its argument is yes, and what an argument holds is not looked through", () => {
  const args = [
    { name: "a", description: "" },
    { name: "more", description: "", default: "no" },
  ];
  const text = "{{a}}{{#more}} and {{a}}{{/more}}.";
  assert.equal(filled(text, args, { a: "x" }), "x.");
  assert.equal(filled(text, args, { a: "x", more: "yes" }), "x and x.");
  assert.equal(filled(text, args, { a: "{{more}}" }), "{{more}}.");
});
