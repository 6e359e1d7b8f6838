import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../client/json.ts";
import { docTypeIn } from "./doctype.ts";

function row(fieldtype: string, label: string): JsonObject {
  return { fieldtype, label, fieldname: label.toLowerCase() };
}

test("fields stand under the heading before them, also where columns divide what is below it", () => {
  const fields = [
    row("Data", "Title"),
    row("Tab Break", "Terms"),
    row("Date", "Due"),
    row("Section Break", "Totals"),
    row("Currency", "Net"),
    row("Column Break", ""),
    row("Currency", "Gross"),
    row("Section Break", ""),
    row("Data", "Note"),
  ];
  const docType = docTypeIn({ docs: [{ name: "Bill", fields }] });
  assert.deepEqual(
    docType?.fields.map(({ name, section }) => [name, section]),
    [
      ["title", ""],
      ["due", "Terms"],
      ["net", "Totals"],
      ["gross", "Totals"],
      ["note", ""],
    ],
  );
});
