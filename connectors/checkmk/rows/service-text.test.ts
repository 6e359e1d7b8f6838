import assert from "node:assert/strict";
import { test } from "node:test";
import { type RowForm, joinedRows } from "../row-text.ts";
import { shownService } from "../tools/live-shapes.ts";
import type { Table } from "./cells.ts";
import { serviceKind } from "./kinds.ts";
import { serviceColumns } from "./rows.ts";
import { Sheet, serviceMembers, serviceTextKind } from "./service-text.ts";

const sheet = new Sheet();

/* Services that are taken from a site's answer as texts are what they are by way of values, whichever Livestatus wrote it. */

/** An answer as it comes. */
function answerOf(text: string, columns: readonly string[] = serviceColumns): Table & { readonly looks: () => number } {
  let looks = 0;
  return {
    columns,
    body: Buffer.from(text),
    get rows() {
      looks += 1;
      return JSON.parse(text);
    },
    looks: () => looks,
  };
}

function expected(raw: Table): unknown[] {
  return serviceKind.make("main", raw).map(shownService);
}

function read(raw: Table, form: RowForm): unknown[] {
  return JSON.parse(`[${Buffer.concat(joinedRows(serviceTextKind(form, sheet).make("main", raw))).toString()}]`);
}

const usual = [
  "web01",
  "CPU load",
  2,
  1,
  1,
  "CRIT - 15 min load: 8.1",
  "load=8.1;5;8",
  1790000000,
  1789990000,
  3,
  3,
  0,
  1,
];

function serviceNamed(host: string, name: string, output = "fine"): unknown[] {
  return [host, name, 0, 1, 1, output, "", 1790000000, 1789990000, 1, 3, 0, 0];
}

test("rows of every dialect say the same as text and by way of values, in both forms", () => {
  const checkmk = JSON.stringify([usual, ["web01", 'Öl & "Gas"', 0, 0, 0, "ü\n\\ tab\t", "", 0, 0, 1, 1, 1, 0]]);
  const naemon = JSON.stringify([["web02", "PING", 3, 1, 0, null, null, 0, 12, 0, 3, 0, 0]]);
  const icinga =
    '[["web03" , "ssh", 1 , true, 1, "\\u00fc\\/", "", 5, 0, 1, 5, true, false ],\n\n ["web03","x",0,1,1,"","",1,1,1,1,null,null]]\n';
  for (const text of [checkmk, naemon, icinga, "[]", "[ ]\n"]) {
    const raw = answerOf(text);
    const shown = expected(answerOf(text));
    assert.deepEqual(read(raw, "objects"), shown, text);
    assert.deepEqual(
      read(raw, "table"),
      shown.map((row) => Object.values(Object(row))),
      text,
    );
  }
  const raw = answerOf(checkmk.replaceAll('Öl & \\"Gas\\"', "Öl"));
  read(raw, "objects");
  assert.equal(raw.looks(), 0, "what is as usual is not parsed");
  assert.deepEqual(serviceMembers, Object.keys(Object(expected(answerOf(JSON.stringify([usual])))[0])));
});

test("what is not as usual takes the other way, and says the same or fails as it", () => {
  const odd = [
    [...usual.slice(0, 2), 2.5, ...usual.slice(3)],
    [...usual.slice(0, 2), "2", ...usual.slice(3)],
    [...usual.slice(0, 7), -1, ...usual.slice(8)],
    [...usual.slice(0, 5), ["a", { b: 1 }], ...usual.slice(6)],
    [...usual.slice(0, 9), true, ...usual.slice(10)],
    ['back\\slash "quoted"', ...usual.slice(1)],
    [...usual.slice(0, 2), 7, ...usual.slice(3)],
  ];
  for (const row of odd) {
    const text = JSON.stringify([usual, row]);
    const raw = answerOf(text);
    assert.deepEqual(read(raw, "objects"), expected(answerOf(text)), text);
    assert.equal(raw.looks(), 1, text);
  }
  const fewer = answerOf(JSON.stringify([usual.slice(0, -1)]), serviceColumns.slice(0, -1));
  assert.deepEqual(read(fewer, "objects"), expected(fewer));
  for (const text of ["", "[", "[[", '[["a"]]]', '[["a\nb"', `${JSON.stringify([usual])} x`, '[["\\q"]]']) {
    assert.equal(answerOf(text).looks(), 0);
    assert.throws(() => read(answerOf(text), "objects"), SyntaxError, text);
  }
});

test("an answer that is not UTF-8 is read by way of values", () => {
  const body = Buffer.from(JSON.stringify([usual]));
  body[body.indexOf("C".charCodeAt(0))] = 0xff;
  const text = body.toString();
  const raw = { columns: serviceColumns, body, rows: JSON.parse(text) };
  assert.deepEqual(read(raw, "objects"), expected(raw));
});

test("rows as text are ordered by the bytes of their names", () => {
  const names = ["b", "a", "ü", "", "a ", "\u{1f600}", "\uffee", "A"];
  const rows = names.flatMap((host) => names.map((name) => serviceNamed(host, name)));
  const { make, compare, placeOf } = serviceTextKind("table", sheet);
  const raw = answerOf(JSON.stringify(rows));
  const sorted = make("main", raw).toSorted(compare).map(placeOf);
  assert.deepEqual(sorted, serviceKind.make("main", raw).toSorted(serviceKind.compare).map(serviceKind.placeOf));
});

test("hosts whose services did not come together are put together, and rows in order are one text", () => {
  const rows = [
    ["b", "2"],
    ["a", "z"],
    ["b", "1"],
    ["a", "y"],
    ["ab", "x"],
    ["b", "1"],
  ].map(([host = "", name = ""]) => serviceNamed(host, name));
  const { make, placeOf } = serviceTextKind("objects", sheet);
  const made = make("main", answerOf(JSON.stringify(rows)));
  assert.deepEqual(
    made.map(placeOf).map(({ host, description }) => `${host} ${description}`),
    ["a y", "a z", "ab x", "b 1", "b 1", "b 2"],
  );
  assert.equal(joinedRows(made).length, 1);
});

test("texts stay what they are when the memory that they were taken from is used again", () => {
  const { make } = serviceTextKind("objects", sheet);
  const first = answerOf(JSON.stringify([serviceNamed("h2", "a"), serviceNamed("h1", "b")]));
  const made = make("main", first);
  const before = Buffer.concat(joinedRows(made)).toString();
  first.body?.fill(0x20);
  make("main", answerOf(JSON.stringify([serviceNamed("xx", "y"), serviceNamed("zz", "z")])));
  assert.equal(Buffer.concat(joinedRows(made)).toString(), before);
});

test("texts of any length fit, however they are cut into rows", () => {
  for (const length of [1, 47, 48, 49, 5000]) {
    const rows = [1, 2, 3].map((n) => serviceNamed(`h${n}`, "x".repeat(length), "ö".repeat(length)));
    const raw = answerOf(JSON.stringify(rows));
    assert.deepEqual(read(raw, "objects"), expected(raw));
    const made = serviceTextKind("objects", sheet).make("main", raw);
    const [first, , third] = made;
    assert.ok(first !== undefined && third !== undefined);
    assert.equal(joinedRows(made).length, 1, "rows that follow each other are one piece");
    assert.equal(joinedRows([first, third]).length, 3);
    assert.equal(joinedRows([]).length, 0);
  }
});
