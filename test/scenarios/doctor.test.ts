import assert from "node:assert/strict";
import { chmod, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { startAuthorizationServer } from "../rig/authorization-server.ts";
import type { Ended } from "../rig/command-line.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { inPlace } from "../rig/person.ts";
import { protectedHttp } from "../rig/protected-server.ts";
import { fileRig } from "../rig/rig.ts";
import { serveScripted } from "../rig/scripted-http.ts";
import { ScriptedServer, modernScript } from "../rig/scripted-server.ts";

const rig = fileRig();

const memory = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-memory/dist/index.js"));
const memoryServer = { command: process.execPath, args: [memory] };

function configOf(mcpServers: object, port = 0): string {
  return JSON.stringify({ mcpServers, listen: { port } });
}

function findingsIn({ stdout }: Ended): readonly JsonObject[] {
  const read: unknown = JSON.parse(stdout);
  assert.ok(isJsonObject(read) && Array.isArray(read["findings"]), stdout);
  return read["findings"].filter(isJsonObject);
}

/** `code subject` of what is not well. */
function troubles(ended: Ended): readonly string[] {
  return findingsIn(ended)
    .filter(({ severity }) => severity !== "ok")
    .map(({ code, subject }) => `${String(code)} ${String(subject)}`);
}

test("where everything is well, doctor says so, starts no second gateway, and leaves nothing behind", async () => {
  await inPlace(async ({ project, config, write, run, start }) => {
    await write(config, configOf({ memory: memoryServer }));
    const alone = await run("doctor");
    assert.equal(alone.status, 0, alone.stdout);
    assert.match(alone.stdout, /^✓ memory: answers, with 9 tools, in revision 2025-11-25\n\nEverything is well\.\n$/m);
    assert.equal(alone.stderr, "");
    assert.deepEqual(await readdir(project), ["switchyard.jsonc"]);
    await using gateway = start("serve");
    await gateway.says("memory is ready");
    const beside = await run("doctor");
    assert.equal(beside.status, 0);
    assert.match(
      beside.stdout,
      new RegExp(`^✓ gateway: runs at http://127\\.0\\.0\\.1:\\d+, process ${gateway.pid}$`, "m"),
    );
    assert.match(beside.stdout, /^✓ memory: answers, with 9 tools/m);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.exited, 0);
  });
});

test("what is wrong with a server is found, each with a code and what to do, beside those that are well", async () => {
  const closed = await listenOnFreePort(() => undefined);
  await closed[Symbol.asyncDispose]();
  await inPlace(async ({ config, write, run }) => {
    const servers = {
      well: memoryServer,
      gone: { command: "no-such-command" },
      elsewhere: { command: process.execPath, cwd: "nowhere" },
      dies: { command: process.execPath, args: ["-e", "console.error('no licence'); process.exit(3)"] },
      closed: { url: closed.url },
      unset: { command: "x", env: { A: "${NOT_SET_ANYWHERE}" } },
    };
    await write(config, configOf(servers));
    const ended = await run("doctor", "--json");
    assert.equal(ended.status, 6);
    assert.deepEqual(troubles(ended), [
      "variable_unset configuration",
      "command_missing gone",
      "folder_missing elsewhere",
      "upstream_down dies",
      "address_unreachable closed",
    ]);
    const found = findingsIn(ended);
    const dies = found.find(({ code }) => code === "upstream_down") ?? {};
    assert.deepEqual(dies["detail"], ["no licence"]);
    assert.match(String(dies["message"]), /exited with code 3/);
    assert.ok(found.some(({ code, subject }) => code === "upstream_ready" && subject === "well"));
    assert.ok(found.every((finding) => finding["severity"] === "ok" || finding["suggestion"] !== ""));
    const text = (await run("doctor")).stdout;
    assert.match(
      text,
      /^✗ configuration: switchyard\.jsonc:1:\d+: mcpServers\.unset\.env\.A needs the environment variable NOT_SET_ANYWHERE/m,
    );
    assert.match(text, /^✗ gone: no-such-command is not on PATH \[command_missing\]\n {2}→ Install it/m);
    assert.match(text, /^5 errors, 0 warnings\./m);
  });
});

test("a configuration that is wrong is told whole, with line and column", async () => {
  await inPlace(async ({ config, write, run }) => {
    await write(config, '{\n  "mcpServers": { "a": { "comand": "x" } },\n  "listen": { "port": 99999 }\n}\n');
    const ended = await run("doctor", "--json");
    assert.equal(ended.status, 6);
    const messages = findingsIn(ended).map(({ message }) => String(message));
    assert.match(messages[1] ?? "", /^switchyard\.jsonc:2:26: unknown key "comand".*did you mean "command"/);
    assert.match(messages[2] ?? "", /^switchyard\.jsonc:3:15: listen\.port must be a whole number/);
    assert.equal((await run("doctor", "--config", "absent.jsonc")).status, 6);
  });
});

test("a port that others use, an address that is not ours, and one that is not safe are errors", async () => {
  const taken = rig.use(
    await listenOnFreePort((_request, response) => {
      response.writeHead(404).end();
    }),
  );
  await inPlace(async ({ config, write, run }) => {
    await write(config, configOf({}, Number(new URL(taken.url).port)));
    const ended = await run("doctor", "--json");
    assert.deepEqual([ended.status, troubles(ended)], [6, ["port_in_use port"]]);
    for (const host of ["0.0.0.0", "127.0.0.1.nowhere.invalid"]) {
      await write(config, JSON.stringify({ listen: { host, port: 0 } }));
      assert.deepEqual(troubles(await run("doctor", "--json")), ["listen_impossible port"]);
    }
  });
});

test("what a killed gateway left and permissions that are too wide are repaired with --fix, and only then", async () => {
  await inPlace(async ({ project, config, write, run }) => {
    await write(config, configOf({}));
    const folder = join(project, ".switchyard");
    await write(join(folder, "gateway.json"), JSON.stringify({ url: "http://127.0.0.1:1", pid: 4_194_305 }));
    await write(join(folder, "logins.key"), "x");
    await chmod(join(folder, "logins.key"), 0o644);
    const wanted = [
      "gateway_note_stale gateway",
      ...(process.platform === "win32" ? [] : ["secrets_exposed data folder"]),
    ];
    const first = await run("doctor", "--json");
    assert.deepEqual([first.status, troubles(first)], [0, wanted]);
    assert.deepEqual(troubles(await run("doctor", "--json")), wanted);

    const fixed = await run("doctor", "--fix");
    assert.match(fixed.stdout, /^ {2}→ Removed .*gateway\.json\.$/m);
    assert.match(fixed.stdout, /^Everything is well\.$/m);
    assert.deepEqual(await readdir(folder), ["logins.key"]);
    if (process.platform !== "win32") assert.equal((await stat(join(folder, "logins.key"))).mode & 0o777, 0o600);
    assert.deepEqual(troubles(await run("doctor", "--json")), []);
  });
});

test("a data folder is made with --fix, and one that is a file is an error", async () => {
  await inPlace(async ({ project, config, write, run }) => {
    await write(config, configOf({}));
    assert.match((await run("doctor", "--fix")).stdout, /^ {2}→ Made .*\.switchyard\.$/m);
    assert.deepEqual((await readdir(project)).toSorted(), [".switchyard", "switchyard.jsonc"]);
    await write(config, JSON.stringify({ dataDir: "switchyard.jsonc", listen: { port: 0 } }));
    assert.deepEqual(troubles(await run("doctor", "--json")), ["data_dir_unusable data folder"]);
  });
});

test("a server that wants a login, refused credentials and logins that cannot be read are told apart", async () => {
  const auth = rig.use(await startAuthorizationServer());
  const upstream = rig.use(await protectedHttp(new ScriptedServer(modernScript()), auth));
  await inPlace(async ({ project, config, write, run }) => {
    const servers = {
      open: { url: upstream.url },
      wrong: { url: upstream.url, headers: { Authorization: "Bearer s3cr3t" } },
    };
    await write(config, configOf(servers));
    const ended = await run("doctor", "--json");
    assert.deepEqual([ended.status, troubles(ended)], [6, ["login_needed open", "credentials_refused wrong"]]);
    assert.ok(!ended.stdout.includes("s3cr3t"));
    const needed = findingsIn(ended).find(({ code }) => code === "login_needed");
    assert.equal(needed?.["suggestion"], "Run `switchyard login open`.");
    await write(join(project, ".switchyard", "logins.enc"), "damaged");
    await chmod(join(project, ".switchyard", "logins.enc"), 0o600);
    assert.ok(troubles(await run("doctor", "--json")).includes("logins_unreadable open"));
  });
});

test("a clock that is off by more than a minute is a warning", async () => {
  const server = new ScriptedServer(modernScript());
  const late = rig.use(
    await listenOnFreePort((request, response) => {
      response.setHeader("date", new Date(Date.now() - 600_000).toUTCString());
      void serveScripted(server, "json", request, response);
    }),
  );
  await inPlace(async ({ config, write, run }) => {
    await write(config, configOf({ late: { url: late.url } }));
    const ended = await run("doctor", "--json");
    assert.deepEqual([ended.status, troubles(ended)], [0, ["clock_skewed late"]]);
    assert.match(ended.stdout, /this machine's clock is (?:599|60\d) s ahead of that of 127\.0\.0\.1:\d+/);
  });
});
