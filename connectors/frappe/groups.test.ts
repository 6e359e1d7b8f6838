import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../test/rig/frappe-stand.ts";

test("each tool says its group, by which operators switch it off and on", async () => {
  await using stand = await openStand(15);
  const groups = new Set(
    stand.open.offer.tools?.map(({ definition }) => Object(definition["_meta"])["switchyard/group"]),
  );
  assert.deepEqual([...groups], ["core", "data_science", "visualization"]);
});
