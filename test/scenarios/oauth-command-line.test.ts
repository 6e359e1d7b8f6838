import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { browse, startAuthorizationServer } from "../rig/authorization-server.ts";
import { inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { type ProtectedServer, protectedHttp } from "../rig/protected-server.ts";
import { fileRig } from "../rig/rig.ts";
import { ScriptedServer, modernScript } from "../rig/scripted-server.ts";

const rig = fileRig();

async function newUpstream(): Promise<ProtectedServer> {
  const auth = rig.use(await startAuthorizationServer());
  return rig.use(await protectedHttp(new ScriptedServer(modernScript()), auth));
}

async function folderFor(url: string, run: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await writeFile(
      join(folder, "switchyard.jsonc"),
      JSON.stringify({ servers: { up: { url } }, listen: { port: 0 } }),
    );
    await run(folder);
  });
}

function addressIn(text: string): string {
  const [address] = /http:\/\/127\.0\.0\.1:\d+\/auth\?\S+/.exec(text) ?? [];
  assert.ok(address, text);
  return address;
}

test("serve and status show where to log in, and login waits until that is done", async () => {
  const upstream = await newUpstream();
  await folderFor(upstream.url, async (folder) => {
    await using gateway = startCommand(["serve"], folder);
    await gateway.says("up needs a login. Open this URL within ten minutes:");
    await gateway.says("Switchyard listens at");
    const shown = await runCommand(["status"], folder);
    assert.match(shown.stdout, /^up .*awaiting_login/m);
    assert.match(shown.stdout, /up needs a login\n {2}→ Open this URL to log in: http/);
    const called = await runCommand(["call", "up/echo"], folder);
    assert.equal(called.status, 1);
    assert.match(called.stderr, /The upstream "up" needs a login\. Open this address and log in: http/);

    await using login = startCommand(["login", "up"], folder);
    await login.says("Open this address to log in:");
    assert.equal(addressIn(login.stderr()), addressIn(shown.stdout));
    await browse(addressIn(login.stderr()));
    assert.equal(await login.exited, 0);
    assert.match(login.stdout(), /^up is ready\.$/m);
    await gateway.says(/^up is ready: 1 tool/m);
    assert.match((await runCommand(["call", "up/echo"], folder)).stdout, /^hi$/m);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});

test("login works without a gateway, for commands and later gateways, until logout", async () => {
  const upstream = await newUpstream();
  const env = { SWITCHYARD_SECRET: "correct horse battery staple" };
  await folderFor(upstream.url, async (folder) => {
    const unheard = await runCommand(["call", "up/echo"], folder, env);
    assert.notEqual(unheard.status, 0);
    assert.match(unheard.stdout + unheard.stderr, /Run `switchyard login up`/);

    await using login = startCommand(["login", "up"], folder, env);
    await login.says(/http:\/\/127\.0\.0\.1:\d+\/auth\?\S+\n/);
    await browse(addressIn(login.stderr()));
    assert.equal(await login.exited, 0);
    assert.deepEqual(await readdir(join(folder, ".switchyard")), ["logins.enc", "switchyard.db"]);
    assert.match((await runCommand(["call", "up/echo"], folder, env)).stdout, /^hi$/m);
    const locked = await runCommand(["call", "up/echo"], folder);
    assert.match(locked.stdout + locked.stderr, /cannot be unlocked, since SWITCHYARD_SECRET is not set/);

    assert.equal((await runCommand(["logout", "up"], folder, env)).stdout, "The login to up is forgotten.\n");
    assert.equal((await runCommand(["logout", "up"], folder, env)).stdout, "No login to up is kept.\n");
    assert.equal((await runCommand(["login", "nobody"], folder, env)).status, 5);
  });
});
