import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject } from "../../src/core/json.ts";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fixture } from "../faults/front.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

fileRig();

test("`switchyard events` shows what happened, and with -f what happens, until the gateway stops", async () => {
  await inFolder(async (folder) => {
    const { target } = fixture("one", "crashes");
    assert.ok(target.kind === "stdio");
    const servers = { one: { command: target.command, args: target.args } };
    await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify({ mcpServers: servers, listen: { port: 0 } }));
    const none = await runCommand(["events"], folder);
    assert.equal(none.status, 4, "no gateway runs");
    await using gateway = startCommand(["serve"], folder);
    await gateway.says(/listens at/);
    await runCommand(["wait", "--timeout", "20"], folder);
    const { status, stdout } = await runCommand(["events", "--topic", "upstreams", "--json"], folder);
    assert.equal(status, 0);
    const shown: unknown = JSON.parse(stdout);
    assert.ok(isJsonObject(shown) && Array.isArray(shown["messages"]));
    assert.deepEqual(
      shown["messages"]
        .filter(isJsonObject)
        .map(({ type, data }) => [type, isJsonObject(data) && data["newStatus"]])
        .at(-1),
      ["mcp_status_change", "ready"],
    );
    const wrong = await runCommand(["events", "--topic", "weather"], folder);
    assert.match(wrong.stderr, /There is no topic "weather"/);
    await using following = startCommand(["events", "-f", "-n", "0", "--topic", "upstreams"], folder);
    // Whether it follows yet shows when something comes.
    await until(async () => {
      await runCommand(["restart", "one"], folder);
      return following.stdout().includes("mcp_status_change");
    }, "it is told");
    assert.match(following.stdout(), /^\d{4}-\S+Z mcp_status_change\s+one oldStatus=ready newStatus=/m);
    gateway.kill("SIGINT");
    await following.says(/The gateway has stopped/);
  });
});
