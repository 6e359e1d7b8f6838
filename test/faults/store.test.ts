import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { Restartable } from "../rig/restartable.ts";
import { until } from "../rig/until.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

function callPid(url: URL): Promise<string> {
  const called = rawModern(url.href)("tools/call", { name: "up__pid", arguments: {} });
  return called.then(({ answer }) => JSON.stringify(answer));
}

test("a gateway that is killed while it writes leaves a whole file, and goes on with every session that is in it", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    const over = new AbortController();
    const begin = async (): Promise<void> => {
      while (!over.signal.aborted) await rawLegacy(gateways.url.href).catch(() => undefined);
    };
    const load = [begin(), begin(), begin(), begin()];
    await until(() => gateways.rows("SELECT id FROM sessions").length >= 20, "sessions are being written");
    await gateways.kill("SIGKILL");
    over.abort();
    await Promise.all(load);
    assert.equal(gateways.rows("PRAGMA integrity_check")[0]?.["integrity_check"], "ok");
    const ids = gateways.rows("SELECT id FROM sessions").map(({ id }) => String(id));
    await gateways.start();
    for (const id of ids.slice(0, 20)) {
      const response = await fetch(gateways.url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", "mcp-session-id": id },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
      });
      assert.deepEqual(await response.json(), { jsonrpc: "2.0", id: 1, result: {} });
    }
  });
});

test("a file that is damaged stops a gateway that listens with the way out; one over stdio says so and serves", async () => {
  await Restartable.run(async (gateways) => {
    const dataDir = join(gateways.folder, ".switchyard");
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, "switchyard.db"), "no database".repeat(1000));
    const { status, stderr } = await gateways.command("serve", "--port", "0");
    assert.equal(status, 6);
    assert.match(stderr, /switchyard\.db, is damaged, or is something else/);
    assert.match(stderr, /→ Move it away/);
    await using client = await gateways.overStdio();
    await until(async () => (await client.listTools()).tools.length > 0, "it serves");
  });
});

test("a pinned server offers nothing while the file is damaged: nobody can tell what is trusted", async () => {
  await Restartable.run(async (gateways) => {
    gateways.configure({ definitions: "pin" });
    mkdirSync(join(gateways.folder, ".switchyard"));
    writeFileSync(join(gateways.folder, ".switchyard", "switchyard.db"), "no database".repeat(1000));
    await using client = await gateways.overStdio();
    assert.deepEqual((await client.listTools()).tools, []);
    const result = JSON.stringify(await client.callTool({ name: "up__echo", arguments: {} }));
    assert.match(result, /is damaged, or is something else/);
  });
});

test("two gateways that listen and two over stdio share a folder; all serve, and each keeps its own sessions", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    await rawLegacy(gateways.url.href);
    const first = gateways.url.href;
    await using one = await gateways.overStdio();
    await using two = await gateways.overStdio();
    await using other = await gateways.another();
    await rawLegacy(other.url.href);
    await until(() => gateways.rows("SELECT id FROM sessions").length === 2, "both sessions are in the file");
    assert.deepEqual(
      gateways.rows("SELECT home FROM sessions ORDER BY home").map(({ home }) => home),
      [new URL(first).origin, other.url.origin].toSorted(),
    );
    for (const client of [one, two]) {
      assert.match(JSON.stringify(await client.callTool({ name: "up__echo", arguments: { text: "hi" } })), /"hi"/);
    }
    assert.match(await callPid(gateways.url), /"text":"\d+"/);
    assert.match(await callPid(other.url), /"text":"\d+"/);
  });
});

test(
  "a disk that fills up while the gateway runs stops nothing, and the status says so",
  { skip: process.platform === "win32" ? "there is no ulimit" : false },
  async () => {
    await Restartable.run(async (gateways) => {
      await gateways.startReady();
      await until(() => gateways.rows("SELECT 1 FROM offers").length === 1, "the file is there");
      await gateways.kill("SIGTERM");
      const bytes = statSync(join(gateways.folder, ".switchyard", "switchyard.db")).size;
      // No file of the gateway may grow beyond this many blocks of 1024 bytes, which is what it is already, and a little for its log.
      await gateways.start({ fileLimitKiB: Math.ceil(bytes / 1024) + 8 });
      const client = await rawLegacy(gateways.url.href);
      await until(async () => {
        // However many sessions one batch writes and wherever the file has room: more come until there is none.
        for (let at = 0; at < 40; at += 1) await rawLegacy(gateways.url.href);
        const { stdout } = await gateways.command("status");
        return stdout.includes("Nothing is kept for the next start");
      }, "the status tells of it");
      const { answer } = await client("tools/call", { name: "up__echo", arguments: { text: "still here" } });
      assert.match(JSON.stringify(answer), /still here/);
    });
  },
);

test("a folder that may not be written stops a gateway that listens with the way out", async () => {
  await Restartable.run(async (gateways) => {
    writeFileSync(join(gateways.folder, "a-file"), "");
    gateways.configure({}, { dataDir: "a-file/data" });
    const { status, stderr } = spawnSync(process.execPath, [main, "serve", "--port", "0"], {
      cwd: gateways.folder,
      encoding: "utf8",
    });
    assert.equal(status, 6);
    assert.match(stderr, /switchyard\.db, cannot be written \(ENOTDIR/);
    assert.match(stderr, /name another folder with dataDir/);
  });
});
