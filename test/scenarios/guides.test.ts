import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf, stepsOf } from "../rig/page.ts";
import { inPlace } from "../rig/person.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const guide = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");

test("every command that the guide to clients shows prints what the guide shows", async () => {
  const [servers = ""] = blocksOf(guide, "jsonc");
  const steps = blocksOf(guide, "console").flatMap(stepsOf);
  assert.ok(steps.length >= 6);
  await inPlace(async ({ home, write, run }) => {
    await write(join(home, ".cursor", "mcp.json"), servers);
    for (const step of steps) {
      const { stdout, stderr } = await run(...step.args);
      assert.equal((stdout + stderr).replaceAll(home, "/home/ada"), step.output, step.args.join(" "));
    }
  });
});

test("docs/cli.md has every command", async () => {
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  await inPlace(async ({ run }) => {
    const { stdout } = await run("--help");
    const commands = [...stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    assert.ok(commands.length >= 15);
    const missing = commands.filter((name) => name !== "help" && !page.includes(`| \`switchyard ${String(name)}`));
    assert.deepEqual(missing, []);
  });
});
