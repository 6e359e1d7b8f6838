import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../../test/rig/frappe-stand.ts";
import { DocTypes } from "./doctypes.ts";

test("who leaves while a DocType is asked for does so for itself alone, and it is asked for once", async () => {
  await using stand = await openStand(15);
  const life = new AbortController();
  const docTypes = new DocTypes(() => 0, life.signal);
  let asked = 0;
  const client: typeof stand.admin = {
    ...stand.admin,
    call: (...args) => {
      asked += 1;
      return stand.admin.call(...args);
    },
  };
  const leaving = new AbortController();
  const first = docTypes.of("", client, "Item", leaving.signal);
  const second = docTypes.of("", client, "Item", life.signal);
  leaving.abort(new Error("It has left"));
  await assert.rejects(first, /It has left/);
  assert.equal((await second).name, "Item");
  assert.equal(asked, 1);
  await assert.rejects(docTypes.of("", client, "None", life.signal), /There is no DocType/);
  await assert.rejects(docTypes.of("", client, "None", life.signal), /There is no DocType/);
  assert.equal(asked, 3, "what failed is asked for again");
});
