import assert from "node:assert/strict";
import { test } from "node:test";
import { onEachVersion } from "../../test/rig/frappe-stand.ts";

onEachVersion((site) => {
  const { call } = site;

  test("of many documents, those that fail are told by their row, and the others are written", async () => {
    const documents = [
      { description: "good 1" },
      { description: "bad", allocated_to: "nobody@example.com" },
      { description: "good 2" },
      { wrong: 1 },
    ];
    const done = await call("bulk_documents", { operation: "insert", doctype: "ToDo", documents });
    assert.deepEqual([done.succeeded, done.failed], [2, 2]);
    const errors = done.results.map((each: { row: number; error?: string }) => [each.row, each.error === undefined]);
    assert.deepEqual(errors, [
      [0, true],
      [1, false],
      [2, true],
      [3, false],
    ]);
    const names = done.results.flatMap((each: { name?: string }) => each.name ?? []);
    const updates = names.map((name: string) => ({ name, priority: "Low" }));
    assert.equal(
      (await call("bulk_documents", { operation: "update", doctype: "ToDo", documents: updates })).succeeded,
      2,
    );
    const removed = await call("bulk_documents", { operation: "delete", doctype: "ToDo", names: [...names, "none"] });
    assert.deepEqual([removed.succeeded, removed.failed], [2, 1]);
  });

  test("a CSV is previewed, tried and imported, its columns matched by label", async () => {
    const csv = 'Customer Name,Territory,Credit Limit,Remark\nElm Ltd,North,"1,500",x\nFir Ltd,South,lots,y\n';
    const preview = await call("import_documents", { doctype: "Customer", csv });
    assert.deepEqual(preview.mapping, {
      "Customer Name": "customer_name",
      Territory: "territory",
      "Credit Limit": "credit_limit",
      Remark: null,
    });
    assert.deepEqual(preview.rows[0], { customer_name: "Elm Ltd", territory: "North", credit_limit: 1500 });
    const tried = await call("import_documents", { doctype: "Customer", csv, mode: "dry_run" });
    assert.deepEqual([tried.succeeded, tried.failed], [1, 1]);
    assert.match(tried.results[1].error, /credit_limit: "lots" is no number/);
    const done = await call("import_documents", { doctype: "Customer", csv, mode: "import" });
    assert.deepEqual(done.results[0], { row: 0, name: "Elm Ltd" });
    assert.equal(
      (await call("list_documents", { doctype: "Customer", filters: { name: ["in", ["Elm Ltd", "Fir Ltd"]] } })).count,
      1,
    );
  });

  test("documents are found by a part of their name or title, and fetched by their id", async () => {
    const found = await call("search_documents", { query: "cedar" });
    assert.deepEqual(
      found.results.map((each: { name: string }) => each.name),
      ["Cedar GmbH"],
    );
    assert.ok(found.not_searched.includes("Lead"));
    const one = await call("search_doctype", { doctype: "Customer", query: "South", limit: 1 });
    assert.deepEqual([one.results.length, one.has_more], [1, true]);
    const [first] = (await call("search", { query: "cedar" })).results;
    assert.equal(first.id, "Customer/Cedar GmbH");
    const doc = await call("fetch", { id: first.id });
    assert.match(doc.text, /territory: South/);
    const links = await call("search_link", { doctype: "Customer", query: "Dune" });
    assert.deepEqual(
      links.results.map((each: { value: string }) => each.value),
      ["Dune SA"],
    );
    assert.equal((await call("search_doctype", { doctype: "Customer", query: "100%" })).results.length, 0);
  });
});
