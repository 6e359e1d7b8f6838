import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, csvRows, kindOfText, rowsFoundIn, templateFor } from "./operations.ts";

test("a text is taken for what it begins like", () => {
  assert.equal(kindOfText('message\n"one"'), "csv");
  assert.equal(kindOfText('{"type":"tool_call"}\n{"type":"tool_call"}'), "jsonl");
  assert.equal(kindOfText('{\n  "operations": []\n}'), "json");
  assert.equal(kindOfText("\n [ ]"), "json");
  assert.equal(kindOfText('{"each":{"tool":"up__list"},"template":{}}'), "json");
  assert.equal(kindOfText('{"operations":[]}'), "json");
});

test("rows are read as RFC 4180 has them: quotes, commas and line ends within them, empty cells", () => {
  assert.deepEqual(csvRows('a,b\r\n"1, ""x""","2\n3"\r\n,4', 9), [
    ["a", "b"],
    ['1, "x"', "2\n3"],
    ["", "4"],
  ]);
  assert.deepEqual(csvRows("a\nb\nc\n", 2), [["a"], ["b"]]);
  assert.deepEqual(csvRows("", 2), []);
});

test("a template fills the arguments that columns are called like, each as its schema has it", () => {
  const properties = {
    text: { type: "string" },
    n: { type: "integer" },
    all: { type: "boolean" },
    tags: { type: "array" },
  };
  assert.deepEqual(templateFor("up__do", ["n", "text", "all", "tags", "other"], { properties }), {
    type: "tool_call",
    parameters: {
      tool_name: "up__do",
      arguments: { n: "{{n:number}}", text: "{{text}}", all: "{{all:boolean}}", tags: "{{tags:json}}" },
    },
  });
});

test("operations are counted without the header and empty lines", () => {
  assert.equal(countOf("a\n1\n2\n\n", "csv"), 2);
  assert.equal(countOf("{}\n{}\n", "jsonl"), 2);
  assert.equal(countOf("[]", "json"), undefined);
});

test("rows of a page are found wherever it has them, and where it says what comes next", () => {
  const rows = [{ id: 1 }, { id: 2 }];
  assert.deepEqual(rowsFoundIn({ structuredContent: { total: 2, "a/b": { list: rows, next_page: 2 }, none: [] } }), {
    rows: "/structuredContent/a~1b/list",
    next: "/structuredContent/a~1b/next_page",
    first: rows,
  });
  assert.deepEqual(rowsFoundIn({ structuredContent: { next_cursor: "x", deep: { services: rows } } }), {
    rows: "/structuredContent/deep/services",
    next: "/structuredContent/next_cursor",
    first: rows,
  });
  assert.equal(rowsFoundIn({ structuredContent: { texts: ["a"], none: [], nothing: null } }), undefined);
  assert.equal(rowsFoundIn({ content: [] }), undefined);
});
