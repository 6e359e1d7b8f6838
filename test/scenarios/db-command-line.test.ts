import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { migrations } from "../../src/store/migrations.ts";
import { type Ended, inFolder, runCommand, startCommand } from "../rig/command-line.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const latest = migrations.length;

async function keys(folder: string): Promise<number> {
  const { stdout, stderr, status } = await runCommand(["keys", "list", "--json"], folder);
  assert.equal(status, 0, stderr);
  return stdout.split('"id":').length - 1;
}

test(
  "the gateway's own file is looked at, copied while it runs, and put back when it does not",
  { timeout: 120_000 },
  async () => {
    await inFolder(async (folder) => {
      const config = { mcpServers: {}, listen: { port: 0 }, auth: { apiKeys: true } };
      await writeFile(join(folder, "switchyard.jsonc"), JSON.stringify(config));
      const db = (...args: readonly string[]): Promise<Ended> => runCommand(["db", ...args], folder);
      const fresh = JSON.parse((await db("status", "--json")).stdout);
      assert.deepEqual([fresh.format, fresh.knownFormat, fresh.bytes], [0, latest, 0]);
      assert.match((await db("migrate")).stdout, new RegExp(`format ${latest} of ${latest}: up to date\n  check: ok`));
      {
        await using gateway = startCommand(["serve", "--json"], folder);
        await gateway.says(/"event":"listening"/);
        assert.equal((await runCommand(["keys", "create", "first"], folder)).status, 0);
        const copied = await db("backup", "copy.db");
        assert.equal(copied.status, 0, copied.stderr);
        assert.equal(statSync(join(folder, "copy.db")).mode & 0o777, 0o600);
        assert.match((await db("backup", "copy.db")).stderr, /copy\.db is there already/);
        assert.equal((await runCommand(["keys", "create", "second"], folder)).status, 0);
        const refused = await db("restore", "copy.db");
        assert.match(refused.stderr, /A process has .*switchyard\.db open/);
        assert.notEqual(refused.status, 0);
        assert.equal(await keys(folder), 2);
        gateway.kill("SIGTERM");
        await gateway.exited;
      }
      writeFileSync(join(folder, "other.db"), "something else");
      assert.match((await db("restore", "other.db")).stderr, /is damaged, or is something else/);
      const restored = await db("restore", "copy.db");
      assert.equal(restored.status, 0, restored.stderr);
      assert.match(restored.stdout, /What was there is .*switchyard\.db\.before-restore/);
      await using gateway = startCommand(["serve", "--json"], folder);
      await gateway.says(/"event":"listening"/);
      assert.equal(await keys(folder), 1, "what came after the copy is gone");
      gateway.kill("SIGTERM");
      await gateway.exited;
    });
  },
);
