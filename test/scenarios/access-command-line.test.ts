import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

fileRig();

const config = JSON.stringify({ listen: { port: 0 }, auth: { apiKeys: true } });
const noKey = { SWITCHYARD_KEY: "" };

async function keysIn(folder: string): Promise<string> {
  return (await runCommand(["keys", "list"], folder, noKey)).stdout;
}

test("keys are made, listed and revoked without a gateway, and a running one notices", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "switchyard.json"), config);
    const made = await runCommand(["keys", "create", "ci", "--grant", "read:*", "--expires", "90d"], folder, noKey);
    assert.equal(made.status, 0, made.stderr);
    const key = made.stdout.trim();
    assert.match(key, /^swy_[0-9a-f]{12}_[\w-]{43}$/);
    assert.match(made.stderr, /only time it is shown/);
    const id = key.split("_")[1] ?? "";
    assert.match(await keysIn(folder), new RegExp(`${id} +ci +user +read:\\* +\\d{4}-\\d\\d-\\d\\d +never`));
    await using gateway = startCommand(["serve"], folder);
    await gateway.says("listens at");
    const url = /http:\/\/[\d.]+:\d+/.exec(gateway.stdout())?.[0] ?? "";
    const status = async (): Promise<number> =>
      (await fetch(`${url}/api/status`, { headers: { authorization: `Bearer ${key}` } })).status;
    assert.equal(await status(), 200);

    // The owner of the folder needs no key; anybody else does.
    const own = await runCommand(["status"], folder, noKey);
    assert.equal(own.status, 0, own.stderr);
    const note = join(folder, ".switchyard", "gateway.json");
    assert.equal((await stat(note)).mode & 0o777, 0o600);
    assert.match(await readFile(note, "utf8"), /swy_local_/);
    const stranger = await runCommand(["status", "--url", url], folder, noKey);
    assert.notEqual(stranger.status, 0);
    assert.match(stranger.stderr, /Nobody said who asks/);
    assert.equal((await runCommand(["status", "--url", url], folder, { SWITCHYARD_KEY: key })).status, 0);
    assert.equal((await runCommand(["status", "--url", url, "--key", key], folder, noKey)).status, 0);
    const forbidden = await runCommand(["keys", "list", "--url", url], folder, { SWITCHYARD_KEY: key });
    assert.match(forbidden.stderr, /The role user may not/);

    const revoked = await runCommand(["keys", "revoke", id], folder, noKey);
    assert.equal(revoked.status, 0, revoked.stderr);
    assert.equal(await status(), 401);
    assert.match(await keysIn(folder), /There are no keys/);
    const gone = await runCommand(["keys", "revoke", id], folder, noKey);
    assert.match(gone.stderr, /There is no API key/);
    assert.ok(![gateway.stdout(), gateway.stderr()].join("").includes(key), "no key in what it says");
  });
});

test("what another process does with the keys is noticed by a gateway that it cannot reach", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "switchyard.json"), config);
    await using gateway = startCommand(["serve"], folder);
    await gateway.says("listens at");
    const url = /http:\/\/[\d.]+:\d+/.exec(gateway.stdout())?.[0] ?? "";
    // Without its note, the commands take it that none runs.
    await writeFile(join(folder, ".switchyard", "gateway.json"), "{}");
    const made = await runCommand(["keys", "create", "a", "--json"], folder, noKey);
    const { key, id } = Object(JSON.parse(made.stdout));
    const status = async (): Promise<number> =>
      (await fetch(`${url}/api/status`, { headers: { authorization: `Bearer ${String(key)}` } })).status;
    await until(async () => (await status()) === 200, "the key is known");
    await runCommand(["keys", "revoke", String(id)], folder, noKey);
    // Who guessed too often meanwhile is told that.
    await until(async () => [401, 429].includes(await status()), "it is known no more");
  });
});

test("a gateway that others can reach starts only where it asks who calls, and says how", async () => {
  await inFolder(async (folder) => {
    const refused = await runCommand(["serve", "--host", "0.0.0.0", "--port", "0"], folder);
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /"auth": \{ "apiKeys": true \}/);
    assert.match(refused.stderr, /switchyard keys create NAME/);
    await writeFile(join(folder, "switchyard.json"), config);
    await using gateway = startCommand(["serve", "--host", "0.0.0.0"], folder);
    await gateway.says("listens at");
  });
});
