import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../../test/rig/frappe-stand.ts";

test("a program gets the rows of ten queries, and no more", async () => {
  await using stand = await openStand(15);
  const query = { doctype: "Customer", fields: ["name"] };
  const queries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`q${at}`, query]));
  const ran = await stand.call("run_python_code", { code: "len(data)", data_query: queries(10) });
  assert.equal(ran.result, 10);
  await assert.rejects(stand.call("run_python_code", { code: "1", data_query: queries(11) }), {
    message: /data_query holds 11 queries; at most 10/,
  });
});
