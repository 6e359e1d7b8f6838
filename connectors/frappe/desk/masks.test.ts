import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListQuery } from "../client/list-query.ts";
import { Masks } from "./masks.ts";

const masks = new Masks({ Employee: ["CTC"], "Sales Invoice Item": ["rate"] });

test("a masked field is one however its name is written", () => {
  assert.deepEqual(masks.shown("Employee", { name: "E1", CTC: 5, ctc: 6, Api_Key: "k" }), {
    name: "E1",
    CTC: "[masked]",
    ctc: "[masked]",
    Api_Key: "[masked]",
  });
  assert.ok(masks.hasAny("Employee", { Ctc: 1 }));
  assert.ok(masks.hasAny("Sales Invoice", { items: [{ qty: 1 }, { Rate: 2 }] }));
  assert.ok(!masks.hasAny("Sales Invoice", { items: [{ qty: 1 }], rate: 5 }));
});

test("what does not say which fields it is about is refused, as a masked one may be among them", () => {
  const refused: readonly Partial<ListQuery>[] = [
    { fields: ["cTc"] },
    { filters: { CTC: [">", 5] } },
    { orderBy: "CTC desc" },
    { fields: ["*"], orderBy: "17 desc" },
    { fields: ["*"], orderBy: "name asc, (17)" },
    { fields: ["count(name) as n"], groupBy: "2" },
    { filters: [[["status", "=", "A"], "or", ["status", ">", 5]]] },
    { fields: ["name", "items.*"] },
    { fields: ["`tabSales Invoice Item`.*"] },
  ];
  for (const query of refused) {
    assert.throws(() => {
      masks.check("Employee", query);
    }, JSON.stringify(query));
  }
  const taken: readonly Partial<ListQuery>[] = [
    { fields: ["*"], orderBy: "name desc" },
    { fields: ["`tabEmployee`.*", "count(*) as n"], groupBy: "address_2" },
    { filters: [["Employee", "status", "=", "ctc"]], orFilters: { age: [">", 17] } },
  ];
  for (const query of taken) masks.check("Employee", query);
  new Masks({}).check("Employee", { fields: ["items.*"] });
});
