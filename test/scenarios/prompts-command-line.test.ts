import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ownFolder } from "../rig/browser.ts";
import { runCommand } from "../rig/command-line.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { fileRig } from "../rig/rig.ts";

/* Prompt templates from a file to a running gateway and back, by the command. */

const rig = fileRig();

function content(text: string): object {
  return {
    title: "Brief",
    tags: [],
    arguments: [{ name: "week", required: true }],
    messages: [{ role: "user", text }],
  };
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
  const exported: unknown = JSON.parse(await says("export", "brief"));
  assert.deepEqual(exported, { prompts: [{ name: "brief", role: "user", content: content("Week {{week}}") }] });
  assert.match(await says("archive", "brief"), /archived/);
  assert.match(await says("remove", "brief"), /is removed/);
  const refused = await runCommand(["prompts", "show", "brief"], folder.path);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /There is no prompt template "brief"/);
});
