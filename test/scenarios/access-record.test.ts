import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stringAt } from "../../src/core/json.ts";
import { accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";

const rig = fileRig();

test("operators read the record without what callers sent and got; admins read that too; the rows are the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true });
  });
  const stand = await accessStand(rig, { mine: fullServer("mine") }, { dataDir: folder });
  const [user, operator] = [await stand.key("user", "mine"), await stand.key("operator")];
  const said = "what nobody but an admin reads";
  await rawModern(stand.url, user.headers)("tools/call", { name: "mine__look", arguments: { said } });
  const exported = async (headers: Readonly<Record<string, string>>): Promise<string> =>
    (await fetch(`${new URL(stand.url).origin}/api/audit/export?kind=call`, { headers })).text();
  const readBy = async (headers: Readonly<Record<string, string>>) => {
    const { body } = await stand.rest("/api/calls?kind=call", headers);
    const [row] = Array.isArray(body["rows"]) ? body["rows"] : [];
    const id = stringAt(row ?? {}, "id") ?? "";
    return { row: (await stand.rest(`/api/calls/${id}`, headers)).body, text: await exported(headers) };
  };
  const byAdmin = await readBy(bearer(stand.switchyard.localKey));
  const byOperator = await readBy(operator.headers);
  assert.equal(stringAt(byAdmin.row, "principal"), `key ${user.id}`);
  assert.deepEqual(byAdmin.row["arguments"], { said });
  assert.ok(byAdmin.row["result"] !== undefined && byAdmin.text.includes(said));
  const { arguments: _arguments, result: _result, ...rest } = byAdmin.row;
  assert.deepEqual(byOperator.row, rest);
  assert.equal(byOperator.text.includes(said), false);
  assert.equal(byOperator.text.split("\n").length, byAdmin.text.split("\n").length);
});
