import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../test/rig/frappe-stand.ts";
import type { Client } from "./client/client.ts";
import { Apart } from "./apart/apart.ts";
import type { Desk } from "./desk/desk.ts";
import { DocTypes } from "./desk/doctypes.ts";
import { Masks } from "./desk/masks.ts";
import { Python } from "./python/python.ts";
import { watchSite } from "./watch.ts";

const { signal } = new AbortController();

function deskOf(client: Client, changed: Desk["changed"]): Desk {
  return {
    url: "http://127.0.0.1",
    timeZone: undefined,
    docTypes: new DocTypes(() => 0, signal),
    masks: new Masks({}),
    apart: new Apart(),
    python: new Python(),
    visitor: () => ({ client, key: "", isOne: false }),
    isShared: true,
    changed,
  };
}

test("what others change is told by document, and only once", async () => {
  await using stand = await openStand(15);
  const told: string[] = [];
  const desk = deskOf(stand.admin, (uses) => {
    told.push(...uses);
  });
  const { doc } = await stand.admin.create("ToDo", { description: "old" }, signal);
  const watch = watchSite(desk, { doctypes: ["ToDo", "No Such"], everyMs: 3_600_000 }, signal);
  await watch.look();
  assert.deepEqual(told, [], "what was there before is nothing new");
  await stand.admin.update("ToDo", String(doc["name"]), { priority: "High" }, signal);
  await watch.look();
  assert.deepEqual(told, ["doctype:ToDo", "doctype:*", `doc:ToDo/${String(doc["name"])}`]);
  await watch.look();
  assert.equal(told.length, 3);
  watch.close();
});

test("of many changes each is told, not more at once than may be", async () => {
  await using stand = await openStand(15);
  const told: (readonly string[])[] = [];
  const becameOf: string[] = [];
  const desk = deskOf(stand.admin, (uses, _problems, entities = []) => {
    if (uses.length > 0) told.push(uses);
    becameOf.push(...entities.map(({ change, uri }) => `${change} ${uri.split("/").at(-1) ?? ""}`));
  });
  const watch = watchSite(desk, { doctypes: ["ToDo"], everyMs: 3_600_000 }, signal);
  await watch.look();
  const docs = Array.from({ length: 190 }, (_, at) => ({ doctype: "ToDo", description: `of ${at}` }));
  const names = await stand.admin.insertMany(docs, signal);
  await watch.look();
  assert.deepEqual(
    told.map(({ length }) => length),
    [92, 92, 12],
  );
  const each = told.flat().filter((use) => use.startsWith("doc:"));
  assert.deepEqual(each.toSorted(), names.map((name) => `doc:ToDo/${name}`).toSorted());
  assert.deepEqual(becameOf.toSorted(), names.map((name) => `created ${name}`).toSorted());
  watch.close();
});

test("a look that takes long is not begun again, and ends when nobody watches any more", async () => {
  await using stand = await openStand(15);
  let asked = 0;
  const list: Client["list"] = (_doctype, _query, until) => {
    asked += 1;
    return new Promise((_resolve, reject) => {
      until.addEventListener("abort", () => {
        reject(new Error("The look has ended"));
      });
    });
  };
  const watch = watchSite(
    deskOf({ ...stand.admin, list }, () => undefined),
    { doctypes: ["ToDo", "Note"], everyMs: 3_600_000 },
    signal,
  );
  const looks = [watch.look(), watch.look()];
  assert.equal(asked, 1);
  watch.close();
  await Promise.all(looks);
  assert.equal(asked, 1, "what is not watched is not asked for");
});

test("what was read of a file is dropped with any change of files, as these are told by their names", async () => {
  await using stand = await openStand(15);
  await stand.admin.upload({ fileName: "prices.csv", content: Buffer.from("Item;Price\n") }, signal);
  const { _meta } = await stand.open.call("extract_file_content", { file_name: "prices.csv" });
  assert.deepEqual(_meta, { "switchyard/uses": ["doctype:File", "doctype:DocType"] });
});
