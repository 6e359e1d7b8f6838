import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ownFolder } from "../rig/browser.ts";
import { runCommand } from "../rig/command-line.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Prompt templates from a file to a running gateway and back, by the command. */

const rig = fileRig();

function content(text: string): object {
  return {
    title: "Brief",
    arguments: [{ name: "week" }],
    messages: [{ role: "user", text }],
  };
}

/** What operators did, in order. */
async function operationsOf(stand: DashboardStand): Promise<readonly unknown[]> {
  const { rows } = await stand.api("/api/calls?kind=event&limit=100");
  const acted = (Array.isArray(rows) ? rows : []).filter(({ method }) => method === "operator.acted");
  const details = await Promise.all(acted.map(async ({ id }) => stand.api(`/api/calls/${id}`)));
  return details.map(({ detail }) => Object(detail).operation).toReversed();
}

test("templates are imported, shown, published, restored, exported and removed", async () => {
  const folder = await ownFolder();
  rig.defer(folder.remove);
  const stand = rig.use(new DashboardStand(folder.path, { mcpServers: {} }));
  await stand.start();
  const says = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await runCommand(["prompts", ...args], folder.path);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const file = join(folder.path, "prompts.json");
  const write = (text: string): void => {
    writeFileSync(file, JSON.stringify({ prompts: [{ name: "brief", role: "user", content: content(text) }] }));
  };
  assert.match(await says("list"), /There are no prompts/);
  write("Week {{week}}");
  assert.match(await says("import", file, "--publish"), /^brief: saved$/m);
  assert.match(await says("import", file), /^brief: nothing new$/m);
  write("The week {{week}}");
  await says("import", file, "--note", "better");
  assert.match(await says("list"), /^brief +published +1 \(last 2\) +0 +never +Brief$/m);
  const shown = await says("show", "brief");
  for (const line of ["For user and above", "The week {{week}}", "better"]) assert.ok(shown.includes(line), shown);
  assert.match(await says("show", "brief", "--version", "1"), /^Week \{\{week\}\}$/m);
  assert.match(await says("publish", "brief"), /offered 2/);
  assert.match(await says("restore", "brief", "1"), /version 3, offered 2/);
  const kept = { ...content("Week {{week}}"), tags: [], arguments: [{ name: "week", required: false }] };
  const exported: unknown = JSON.parse(await says("export", "brief"));
  assert.deepEqual(exported, { prompts: [{ name: "brief", role: "user", content: kept }] });
  assert.match(await says("archive", "brief"), /archived/);
  assert.match(await says("remove", "brief"), /is removed/);
  await until(async () => (await operationsOf(stand)).includes("remove_prompt"), "all of it is on record");
  // What was imported had its role with its version: it was never offered to those for whom it is not.
  const expected = ["publish", "save", "publish", "restore", "archive", "remove"].map((each) => `${each}_prompt`);
  assert.deepEqual(await operationsOf(stand), expected);
  const refused = await runCommand(["prompts", "show", "brief"], folder.path);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /There is no prompt template "brief"/);
});
