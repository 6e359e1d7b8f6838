import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../test/rig/frappe-stand.ts";
import { Apart } from "./apart/apart.ts";
import type { Desk } from "./desk/desk.ts";
import { DocTypes } from "./desk/doctypes.ts";
import { Masks } from "./desk/masks.ts";
import { Python } from "./python/python.ts";
import { watchSite } from "./watch.ts";

test("what others change is told by document, and only once", async () => {
  await using stand = await openStand(15);
  const { signal } = new AbortController();
  const told: string[] = [];
  const desk: Desk = {
    url: stand.site.url,
    timeZone: undefined,
    docTypes: new DocTypes(() => 0),
    masks: new Masks({}),
    apart: new Apart(),
    python: new Python(),
    visitor: () => ({ client: stand.admin, key: "", isOne: false }),
    changed: (uses) => {
      told.push(...uses);
    },
  };
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
