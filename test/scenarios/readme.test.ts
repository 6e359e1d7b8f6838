import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { blocksOf, stepsOf } from "../rig/page.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("every command that the README shows prints what the README shows", async () => {
  const consoles = blocksOf(readme, "console");
  assert.ok(consoles.length >= 3);
  await inFolder(async (folder) => {
    for (const step of consoles.flatMap(stepsOf)) {
      const { stdout, stderr } = await runCommand(step.args, folder);
      assert.equal(stdout + stderr, step.output, step.args.join(" "));
    }
  });
});

test("npm start prints what the README shows", async () => {
  const [greeting = ""] = blocksOf(readme, "text");
  await inFolder(async (folder) => {
    await using gateway = startCommand(["serve", "--port", "0"], folder);
    await gateway.says("Point an MCP client at it");
    await gateway.says(/"url": .*\n {6}\}\n {4}\}\n {2}\}\n/);
    const port = /127\.0\.0\.1:(\d+)/.exec(gateway.stdout())?.[1] ?? "";
    assert.ok(gateway.stdout().replaceAll(port, "8001").startsWith(greeting));
    gateway.kill("SIGINT");
    assert.equal(await gateway.exited, 0);
  });
});
