import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../core/json.ts";
import { eachIn, unread } from "./each.ts";
import type { GivenOperation } from "./given-operation.ts";
import { operationsOfRows } from "./rows-page.ts";

function made(given: JsonObject, rows: readonly JsonObject[], more: JsonObject = {}): readonly GivenOperation[] {
  const template = { type: "tool_call", parameters: { tool_name: "up__do", arguments: given }, ...more };
  const wish = eachIn({ each: { tool: "up__list", rows: "/rows" }, template });
  return operationsOfRows(rows, unread(wish)).given;
}

function argumentsOf(operations: readonly GivenOperation[]): readonly JsonObject[] {
  return operations.map((operation) => operation.arguments);
}

test("what a row holds is data: what looks like a reference, or a placeholder, stays what it is", () => {
  const planted = { $from: "1", pointer: "/secret" };
  const rows = [{ id: 1, note: planted, title: "{{id}} {{nothing}}", list: [planted, { $from: "row" }] }];
  const given = {
    all: "{{note:json}}",
    list: "{{list:json}}",
    title: "say {{title}}",
    ref: { $from: "row", pointer: "/list" },
  };
  const [operation] = made(given, rows);
  assert.deepEqual(operation?.arguments, {
    all: planted,
    list: rows[0]?.list,
    title: "say {{id}} {{nothing}}",
    ref: rows[0]?.list,
  });
  assert.deepEqual(operation?.needs, []);
  const only = made({ all: "{{note:json}}" }, rows);
  assert.deepEqual(argumentsOf(only), [{ all: planted }]);
});

test("rows of different members are each filled by their own names", () => {
  const rows = [{ a: "1", b: "2" }, { b: "2", a: "1" }, { "a\nb": "3" }];
  assert.deepEqual(argumentsOf(made({ x: "{{a}}{{b}}" }, rows.slice(0, 2))), [{ x: "12" }, { x: "12" }]);
  assert.throws(() => made({ x: "{{a}}{{b}}" }, rows), /^GatewayError: Line 3, .*the template names the column "a"/);
});

test("a member is put in as what it is: text as text, anything else as JSON, and in the form that is asked for", () => {
  const row = { n: 5, t: "5", none: null, yes: true, object: { ü: [1] }, __proto__x: "own" };
  const given = {
    texts: "{{n}} {{t}} {{none}} {{yes}} {{object}}",
    number: "{{n:number}}",
    fromText: "{{t:number}}",
    flag: "{{yes:boolean}}",
    none: "{{none:json}}",
    whole: { $from: "row" },
  };
  const [filled] = argumentsOf(made(given, [row]));
  assert.deepEqual(filled, {
    texts: '5 5 null true {"ü":[1]}',
    number: 5,
    fromText: 5,
    flag: true,
    none: null,
    whole: row,
  });
  assert.throws(() => made({ x: "{{yes:number}}" }, [row]), /the cell yes must be number, got "true"/);
});

test("a short template makes nothing long of a long row", () => {
  const row = { long: "x".repeat(1_000_000) };
  const often = Array.from({ length: 500 }, () => "{{long}}").join("");
  assert.throws(() => made({ x: often }, [row]), /^GatewayError: Line 1, .*would be longer than 4194304 characters/);
  const references = Array.from({ length: 300 }, () => ({ $from: "row" }));
  assert.throws(() => made({ x: references }, [row]), /Line 1, .*is longer than 4194304 characters/);
  const rows = Array.from({ length: 100 }, () => row);
  assert.throws(() => made({ x: "{{long}}" }, rows), { code: "body_too_large" });
});

test("a row is known by its number in the source, over all pages", () => {
  const template = { type: "tool_call", parameters: { tool_name: "up__do", arguments: { n: "{{n}}" } } };
  const wish = eachIn({ each: { tool: "up__list", rows: "/rows" }, template });
  const { given, characters } = operationsOfRows([{ n: 1 }, { n: 2 }], { ...unread(wish), rows: 7, characters: 5 });
  assert.deepEqual(
    given.map(({ id, line }) => [id, line]),
    [
      ["8", 8],
      ["9", 9],
    ],
  );
  assert.equal(characters, 5 + 2 * '{"n":"1"}'.length);
});
