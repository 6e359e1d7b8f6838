import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { openConnector } from "../../src/connector/open-connector.ts";
import { configured, openStand } from "../../test/rig/frappe-stand.ts";
import { connector } from "./connector.ts";

const secret = "what site and gateway know";

function signed(text: string, by: string = secret) {
  const body = Buffer.from(text);
  const signature = createHmac("sha256", by).update(body).digest("base64");
  return { body, headers: { "x-frappe-webhook-signature": signature } };
}

test("a signed webhook of the site drops what is kept of its document, and tells what became of it", async () => {
  await using stand = await openStand(15, { webhook: { secret } });
  const { open, site } = stand;
  const events = { after_insert: "created", on_submit: "submitted", on_trash: "deleted" } as const;
  for (const event of Object.keys(events)) {
    assert.ok(await open.post(signed(JSON.stringify({ doctype: "Sales Invoice", name: "SI/1 ä", event }))));
  }
  assert.deepEqual(open.changedUses.slice(0, 3), ["doctype:Sales Invoice", "doctype:*", "doc:Sales Invoice/SI/1 ä"]);
  const uri = `${site.url}/app/sales-invoice/SI%2F1%20%C3%A4`;
  assert.deepEqual(open.changedEntities, [
    { uri, change: "created", says: "Sales Invoice SI/1 ä was created" },
    { uri, change: "modified", says: "Sales Invoice SI/1 ä was submitted" },
    { uri, change: "deleted", says: "Sales Invoice SI/1 ä was deleted" },
  ]);
  await open.post(signed('{"doctype": "ToDo", "name": 7}'));
  assert.equal(open.changedEntities.at(-1)?.says, "ToDo 7 was changed");
});

test("without the right signature nothing is taken, and what says no document is a failure without its text", async () => {
  await using stand = await openStand(15, { webhook: { secret } });
  const { open } = stand;
  const good = signed('{"doctype": "ToDo", "name": "x"}');
  assert.equal(await open.post({ ...good, headers: {} }), false);
  assert.equal(await open.post({ ...good, body: Buffer.from('{"doctype": "ToDo", "name": "y"}') }), false);
  assert.equal(await open.post(signed('{"doctype": "ToDo", "name": "x"}', "another secret")), false);
  for (const text of ["{}", "no JSON, but words", '{"doctype": "ToDo"}', '{"doctype": "", "name": "x"}', "[1]"]) {
    await assert.rejects(open.post(signed(text)), (thrown) => {
      assert.match(String(thrown), /JSON Request Body/);
      assert.equal(String(thrown).includes("words"), false);
      return true;
    });
  }
  assert.deepEqual(open.changedUses, []);
  assert.deepEqual(open.changedEntities, []);
});

test("where callers are different users of the site, no document's name is told to all of them", async () => {
  await using first = await openStand(15);
  const users = { "key 1": configured(first.site, "ada@example.com") };
  await using stand = await openStand(15, { webhook: { secret }, users });
  await stand.open.post(signed('{"doctype": "Sales Invoice", "name": "SI-1", "event": "on_submit"}'));
  assert.deepEqual(stand.open.changedUses, ["doctype:Sales Invoice", "doctype:*", "doc:Sales Invoice/SI-1"]);
  assert.deepEqual(stand.open.changedEntities, [
    { uri: "doctype://Sales%20Invoice", change: "modified", says: "Some Sales Invoice was submitted" },
  ]);
});

test("without a secret in its configuration the connector takes nothing, and a short one is refused", async () => {
  await using stand = await openStand(15);
  await assert.rejects(stand.open.post(signed("{}")), /it has no hook/);
  const config = { url: stand.site.url, webhook: { secret: "short" } };
  await assert.rejects(openConnector(connector, config), /webhook\.secret/);
});
