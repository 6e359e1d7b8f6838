import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { Restartable } from "../rig/restartable.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

function entryIn(folder: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(folder, "switchyard.json"), "utf8")).mcpServers.up;
}

test("switchyard disable and enable change the file and the gateway that runs; without one, the file", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    assert.equal((await gateways.command("disable", "up/echo")).stdout.trim(), "up/echo is disabled");
    assert.deepEqual(entryIn(gateways.folder)["disabledTools"], ["echo"]);
    assert.match((await gateways.command("status")).stdout, /up: disabled tools: echo/);

    const temporary = await gateways.command("disable", "up", "--temporary", "--json");
    const told = JSON.parse(temporary.stdout);
    assert.deepEqual([told.state.kind, told.state.by, told.isTemporary], ["disabled", "operator", true]);
    assert.equal(entryIn(gateways.folder)["disabled"], undefined);
    assert.match(
      (await gateways.command("status")).stdout,
      /up: disabled by the operator\n {2}→ `switchyard enable up`/,
    );

    assert.match((await gateways.command("enable", "up")).stdout, /^up is starting/);
    assert.match((await gateways.command("disable", "up")).stdout, /^up is disabled/);
    assert.equal(entryIn(gateways.folder)["disabled"], true);
    assert.match((await gateways.command("status")).stdout, /up: disabled by the configuration/);
    assert.match(
      (await gateways.command("list")).stderr,
      /up is disabled in the configuration: `switchyard enable up`/,
    );
    assert.equal((await gateways.command("disable", "nobody")).status, 5);

    await gateways.kill("SIGTERM");
    const alone = await gateways.command("enable", "up");
    assert.match(alone.stdout, /^up is enabled in switchyard\.json\. No gateway runs\./);
    assert.deepEqual((await gateways.command("enable", "up/echo")).status, 0);
    assert.deepEqual(Object.keys(entryIn(gateways.folder)), ["command", "args"]);
    assert.equal((await gateways.command("disable", "nobody")).status, 2);
    await gateways.command("disable", "up");
    const inspected = await gateways.command("inspect", "up");
    assert.equal(inspected.status, 4);
    assert.match(inspected.stderr, /The configuration disables "up"/);
    await gateways.command("enable", "up");
    assert.equal((await gateways.command("disable", "up", "--temporary")).status, 4);
    await gateways.startReady();
  });
});

test("of servers without a file, the commands say that what they do ends with the gateway", async () => {
  await inFolder(async (folder) => {
    await using gateway = startCommand(["serve", "--port", "0"], folder);
    await gateway.says("everything is ready");
    const disabled = await runCommand(["disable", "everything"], folder);
    assert.match(disabled.stdout, /^everything is disabled/);
    assert.match(disabled.stderr, /ends with the gateway, which was started without a configuration file/);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});

test("one variable that is not set keeps one server away, and is an error to config validate and doctor", async () => {
  await Restartable.run(async (gateways) => {
    gateways.configure({ env: { TOKEN: "${NOT_SET_ANYWHERE}" } });
    const running = await gateways.start();
    await running.says(/needs the environment variable NOT_SET_ANYWHERE, which is not set/);
    const status = await gateways.command("status");
    assert.match(
      status.stdout,
      /up: mcpServers\.up\.env\.TOKEN needs .*\n {2}→ Set NOT_SET_ANYWHERE where the gateway/,
    );
    await gateways.kill("SIGTERM");
    const inspected = await gateways.command("inspect", "up");
    assert.equal(inspected.status, 3);
    assert.match(inspected.stderr, /NOT_SET_ANYWHERE, which is not set/);
    const validated = await gateways.command("config", "validate");
    assert.equal(validated.status, 3);
    assert.match(validated.stderr, /switchyard\.json:1:\d+: mcpServers\.up\.env\.TOKEN/);
    const examined = await gateways.command("doctor", "--json");
    assert.equal(examined.status, 6);
    assert.match(examined.stdout, /"code":"variable_unset"/);
  });
});
