import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

/** What a demo printed: the configuration of its connector. */
function configOf(stdout: string, name: string): JsonObject {
  const said: unknown = JSON.parse(stdout);
  const servers = isJsonObject(said) ? objectAt(said, "mcpServers") : undefined;
  const entry = objectAt(servers ?? {}, name);
  assert.equal(entry?.["connector"], name);
  return objectAt(entry ?? {}, "config") ?? {};
}

test("`switchyard demo frappe` is a site that answers until it is interrupted", async () => {
  await inFolder(async (folder) => {
    await using demo = startCommand(["demo", "frappe", "--variant", "14"], folder);
    await demo.says(/\n}\n/);
    const { url, credential } = configOf(demo.stdout(), "frappe");
    const { key, secret } = isJsonObject(credential) ? credential : {};
    const query = new URLSearchParams({ filters: JSON.stringify([["status", "=", "Overdue"]]) });
    const answer = await fetch(`${String(url)}/api/resource/Sales%20Invoice?${query.toString()}`, {
      headers: { authorization: `token ${String(key)}:${String(secret)}` },
    });
    const body: unknown = await answer.json();
    assert.ok(isJsonObject(body) && Array.isArray(body["data"]));
    assert.equal(body["data"].length, 5);
    demo.kill("SIGINT");
    assert.equal(await demo.exited, 0);
  });
});

test("`switchyard demo checkmk` is a site whose state is read as its configuration says", async () => {
  await inFolder(async (folder) => {
    await using demo = startCommand(["demo", "checkmk", "--hosts", "7"], folder);
    await demo.says(/\n}\n/);
    writeFileSync(join(folder, "switchyard.json"), demo.stdout());
    const called = await runCommand(["call", "checkmk/list_hosts", "--json"], folder);
    assert.equal(called.status, 0, called.stderr);
    assert.match(called.stdout, /"total_count": ?7\b/);
    demo.kill("SIGINT");
    assert.equal(await demo.exited, 0);
  });
});

test("a demo, or a kind of it, that there is not is told with those that there are", async () => {
  await inFolder(async (folder) => {
    const none = await runCommand(["demo", "weather"], folder);
    assert.equal(none.status, 2);
    assert.match(none.stderr, /unknown command 'weather'/);
    const old = await runCommand(["demo", "frappe", "--variant", "13"], folder);
    assert.equal(old.status, 2);
    assert.match(old.stderr, /'13' is invalid. Allowed choices are 14, 15/);
  });
});
