import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The fenced blocks of one kind. */
function blocks(kind: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, "gm"))].map((found) => found[1] ?? "");
}

interface Step {
  readonly args: string[];
  readonly output: string;
}

/** The commands of a console block, each with what it prints. */
function steps(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [line = "", ...output] = text.split("\n");
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      const at = words.findIndex((word) => word === "switchyard");
      const args = words.slice(at + 1);
      return { args: args[0] === "--" ? args.slice(1) : args, output: output.join("\n") };
    });
}

test("every command that the README shows prints what the README shows", async () => {
  const consoles = blocks("console");
  assert.ok(consoles.length >= 3);
  await inFolder(async (folder) => {
    for (const step of consoles.flatMap(steps)) {
      const { stdout, stderr } = await runCommand(step.args, folder);
      assert.equal(stdout + stderr, step.output, step.args.join(" "));
    }
  });
});

test("npm start prints what the README shows", async () => {
  const [greeting = ""] = blocks("text");
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
