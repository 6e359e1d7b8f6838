import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import write from "write-excel-file/node";
import { type Answer, type FrappeStand, configured, invoice, openStand } from "../../test/rig/frappe-stand.ts";
import { openConnector } from "../../src/connector/open-connector.ts";
import { connector } from "./connector.ts";

const { signal } = new AbortController();
const masked = {
  Customer: ["tax_id"],
  "Sales Invoice": ["warehouse"],
  "Sales Invoice Item": ["description", "amount"],
};
let stand: FrappeStand;

before(async () => {
  stand = await openStand(15, { masked });
});
after(async () => {
  await stand[Symbol.asyncDispose]();
});
const call: FrappeStand["call"] = (...args) => stand.call(...args);

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The connector behind a proxy that lets everything through, and then says something else of what is written as a group. */
async function behindProxy(
  reply: Reply,
  run: (call: (name: string, args: object) => Promise<Answer>) => Promise<void>,
) {
  const proxy = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      const { authorization = "", "content-type": type } = request.headers;
      const answer = await fetch(`${stand.site.url}${request.url ?? "/"}`, {
        method: request.method ?? "GET",
        headers: { authorization, ...(type !== undefined && { "content-type": type }) },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      const body = await answer.text();
      const isGroup = request.url?.includes("insert_many") === true;
      if (isGroup) response.writeHead(reply.status, { "content-type": "text/html", ...reply.headers }).end(reply.body);
      else response.writeHead(answer.status, { "content-type": "application/json" }).end(body);
    };
    forward().catch(() => response.destroy());
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const address = proxy.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const credential = configured(stand.site, "Administrator");
  const open = await openConnector(connector, { url: `http://127.0.0.1:${port}`, credential });
  try {
    await run(async (name, args) => (await open.call(name, Object(args)))["structuredContent"]);
  } finally {
    await open[Symbol.asyncDispose]();
    proxy.close();
    proxy.closeAllConnections();
  }
}

const page = "<html><title>A timeout occurred</title></html>";
const lost: readonly (readonly [string, Reply])[] = [
  ["a proxy's timeout", { status: 524, body: page }],
  ["a page of status 500", { status: 500, body: page }],
  ["a page of status 403", { status: 403, body: page }],
  ["a page in place of the answer", { status: 200, body: page }],
  ["a login", { status: 302, headers: { location: "/login" }, body: "" }],
  ["JSON of a proxy", { status: 503, body: '{"message":"no upstream"}' }],
];
for (const [what, reply] of lost) {
  test(`rows of a group of which it is not known whether it was written are not written again: ${what}`, async () => {
    const description = `once: ${what}`;
    await behindProxy(reply, async (proxied) => {
      const documents = [1, 2, 3].map(() => ({ description }));
      const done = await proxied("bulk_documents", { operation: "insert", doctype: "ToDo", documents });
      assert.deepEqual([done.succeeded, done.failed], [0, 3]);
      for (const { error } of done.results) assert.match(error, /^Whether it was written is not known; look for it/);
      const csv = `description\n${description}\n`;
      const imported = await proxied("import_documents", { doctype: "ToDo", csv, mode: "import" });
      assert.match(imported.results[0].error, /^Whether it was written is not known/);
    });
    assert.equal(await stand.admin.count("ToDo", { filters: { description } }, signal), 4);
  });
}

test("a group that is too large for what stands before the site is written row by row", async () => {
  const description = "in parts";
  await behindProxy({ status: 413, body: page }, async (proxied) => {
    const done = await proxied("bulk_documents", {
      operation: "insert",
      doctype: "ToDo",
      documents: [{ description }],
    });
    assert.deepEqual([done.succeeded, done.failed], [1, 0]);
  });
});

test("the same change twice is not once: rows without a name are added by each", () => {
  const tool = stand.open.offer.tools?.find(({ name }) => name === "update_document");
  assert.equal(Object(tool?.definition["annotations"])["idempotentHint"], false);
});

test("a mask in a row is not written in the place of its value", async () => {
  const items = [{ item_code: "BOLT", qty: 1, rate: 2, description: "as it was" }];
  const { doc } = await stand.admin.create("Sales Invoice", { ...Object(invoice("Birch Ltd", 1)).data, items }, signal);
  const name = String(doc["name"]);
  const { data } = await call("get_document", { doctype: "Sales Invoice", name });
  const [row] = data.items;
  assert.equal(row.description, "[masked]");
  const { amount: _, ...sent } = row;
  const expected =
    /items\[0\]\.description: "\[masked\]" stands for a value that is masked, and is not its value: leave the field out/;
  const change = { doctype: "Sales Invoice", name, data: { items: [sent] } };
  await assert.rejects(call("update_document", change), expected);
  const fresh = { item_code: "NUT", qty: 1, rate: 1, description: "[masked]" };
  await assert.rejects(call("create_document", invoice("Birch Ltd", 1, { items: [fresh] })), expected);
  await stand.admin.submit("Sales Invoice", name, undefined, signal);
  await stand.admin.cancel("Sales Invoice", name, signal);
  const amend = { doctype: "Sales Invoice", name };
  await assert.rejects(call("amend_document", { ...amend, changes: { items: [fresh] } }), expected);
  await assert.rejects(call("amend_document", { ...amend, changes: { remark: "x" } }), /has no such field/);
  await assert.rejects(call("amend_document", { ...amend, changes: { due_date: "2026-02-30" } }), /is no date/);
});

test("what the site made of a masked cell of a row is not told in a warning", async () => {
  const items = [{ item_code: "BOLT", qty: 3, rate: 2.5, amount: 1 }];
  const { warnings } = await call("create_document", invoice("Birch Ltd", 3, { items }));
  assert.deepEqual(warnings, ["items[0].amount: the site set another value where 1 was given"]);
});

test("a masked value fails its own row and no other", async () => {
  const documents = [{ customer_name: "Gorse Ltd" }, { customer_name: "Hazel Ltd", tax_id: "[masked]" }];
  const done = await call("bulk_documents", { operation: "insert", doctype: "Customer", documents });
  assert.equal(done.results[0].name, "Gorse Ltd");
  assert.match(done.results[1].error, /^tax_id: "\[masked\]" stands for a value/);
  const csv = "customer_name,tax_id\nIvy Ltd,[masked]\nJay Ltd,DE1\n";
  const imported = await call("import_documents", { doctype: "Customer", csv, mode: "import" });
  assert.match(imported.results[0].error, /^tax_id: "\[masked\]" stands for a value/);
  assert.equal(imported.results[1].name, "Jay Ltd");
});

function sheetRows(count: number, name: string) {
  return [[{ value: "description" }], ...Array.from({ length: count }, (_, at) => [{ value: `${name} ${at}` }])];
}

test("an import takes the sheet that is asked for, whole, or nothing of it", async () => {
  const sheets = [
    { sheet: "A", data: sheetRows(5000, "a") },
    { sheet: "B", data: sheetRows(300, "b") },
    { sheet: "C", data: sheetRows(5001, "c") },
  ];
  const content = await write(sheets).toBuffer();
  await stand.admin.upload({ fileName: "sheets.xlsx", content }, signal);
  const book = { doctype: "ToDo", file_name: "sheets.xlsx" };
  const second = await call("import_documents", { ...book, sheet: "B" });
  assert.deepEqual([second.row_count, second.rows[0]], [300, { description: "b 0" }]);
  assert.equal((await call("import_documents", book)).row_count, 5000);
  await assert.rejects(call("import_documents", { ...book, sheet: "C" }), /its first 5000 rows fit/);
  await assert.rejects(call("import_documents", { ...book, sheet: "D" }), /no such sheet; there are A, B, C/);
  // As JSON, a backslash is two characters.
  const csv = `description\nshort\n${"\\".repeat(8_500_000)}\n`;
  await assert.rejects(call("import_documents", { doctype: "ToDo", csv }), /its first 1 rows fit/);
});

test("columns of one name, or of one field, are refused by an import", async () => {
  const csv = "customer_name,Territory,Territory\nKale Ltd,North,South\n";
  await assert.rejects(
    call("import_documents", { doctype: "Customer", csv }),
    /several columns of the name "Territory"/,
  );
  const both = { doctype: "Customer", csv: "Customer Name,customer_name\nKale Ltd,Leek Ltd\n" };
  await assert.rejects(
    call("import_documents", both),
    /"Customer Name", "customer_name" are matched to one field, customer_name.*null/,
  );
  const { rows } = await call("import_documents", { ...both, mapping: { customer_name: null } });
  assert.deepEqual(rows, [{ customer_name: "Kale Ltd" }]);
});

test("a % that encodes nothing is no defect, in the name of a file or of a DocType", async () => {
  const file = await stand.admin.upload({ fileName: "Rabatt 100%.csv", content: Buffer.from("a,b\n1,2\n") }, signal);
  const read = await call("extract_file_content", { file_url: file["file_url"] });
  assert.deepEqual([read.file_name, read.tables.length], ["Rabatt 100%.csv", 1]);
  const types = stand.open.offer.resources?.find(({ name }) => name === "doctype");
  assert.equal(await types?.read("doctype://100%", signal, undefined), undefined);
});

test("who is told that somebody was faster reads the newer version next, whatever was kept", async () => {
  const { name, data } = await call("create_document", { doctype: "ToDo", data: { description: "first" } });
  await stand.admin.update("ToDo", name, { description: "theirs" }, signal);
  const told = stand.open.changedUses.length;
  const change = { doctype: "ToDo", name, data: { description: "mine" }, modified: data.modified };
  await assert.rejects(call("update_document", change), /was changed by Administrator/);
  assert.ok(stand.open.changedUses.slice(told).includes(`doc:ToDo/${name}`));
});
