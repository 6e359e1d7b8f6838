import assert from "node:assert/strict";
import { test } from "node:test";
import { FrappeApp } from "frappe-js-sdk";
import { seedSample } from "./seed-sample.ts";
import { startSimulator } from "./start.ts";

/* A client that was not written here, with all that it can do but the mail for a forgotten password. */

for (const version of [14, 15] as const) {
  test(`frappe-js-sdk does its own operations with a simulated site of version ${version}`, async () => {
    await using site = await startSimulator({ version, seed: seedSample });
    const { key, secret } = site.keyOf("Administrator");
    const app = new FrappeApp(site.url, { useToken: true, type: "token", token: () => `${key}:${secret}` });
    const [db, call] = [app.db(), app.call()];
    assert.equal(await app.auth().getLoggedInUser(), "Administrator");

    const made = await db.createDoc("ToDo", { description: "by another client", priority: "High" });
    assert.equal((await db.getDoc("ToDo", made.name)).description, "by another client");
    assert.equal((await db.updateDoc("ToDo", made.name, { priority: "Low" })).priority, "Low");
    const rows = await db.getDocList("ToDo", {
      fields: ["name", "priority"],
      filters: [["description", "like", "%another%"]],
      orderBy: { field: "creation", order: "desc" },
      limit: 5,
    });
    assert.deepEqual(rows, [{ name: made.name, priority: "Low" }]);
    assert.equal(await db.getCount("ToDo"), 2);
    assert.equal((await db.getLastDoc("ToDo")).name, made.name);
    assert.deepEqual(
      await call.get("frappe.client.get_value", {
        doctype: "ToDo",
        filters: { name: made.name },
        fieldname: "priority",
      }),
      {
        message: { priority: "Low" },
      },
    );
    assert.deepEqual(await call.post("frappe.client.insert_many", { docs: [] }), { message: [] });

    const [draft] = await db.getDocList("Sales Invoice", { filters: [["docstatus", "=", 0]] });
    const invoice = await db.getDoc("Sales Invoice", draft.name);
    await db.submit(invoice);
    assert.equal((await db.getDoc("Sales Invoice", draft.name)).docstatus, 1);
    await db.cancel("Sales Invoice", draft.name);
    assert.equal((await db.getDoc("Sales Invoice", draft.name)).docstatus, 2);

    const file = new File(["sent by another client"], "note.txt", { type: "text/plain" });
    const uploaded = await app.file().uploadFile(file, { isPrivate: true, doctype: "ToDo", docname: made.name });
    assert.equal(uploaded.data.message.file_url, "/private/files/note.txt");

    await db.deleteDoc("ToDo", made.name);
    await assert.rejects(db.getDoc("ToDo", made.name), { httpStatus: 404, exc_type: "DoesNotExistError" });
    await assert.rejects(db.createDoc("ToDo", {}), { httpStatus: 417 });
  });
}

test("frappe-js-sdk logs in with a password, and is refused with a wrong one", async () => {
  await using site = await startSimulator({ password: "open sesame" });
  const auth = new FrappeApp(site.url).auth();
  const { message } = await auth.loginWithUsernamePassword({ username: "Administrator", password: "open sesame" });
  assert.equal(message, "Logged In");
  await assert.rejects(auth.loginWithUsernamePassword({ username: "Administrator", password: "wrong" }), {
    httpStatus: 401,
    message: "Invalid login credentials",
  });
});
