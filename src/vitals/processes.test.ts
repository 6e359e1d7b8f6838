import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { processReader, readPs } from "./processes.ts";

for (const [way, read, skip] of [
  ["/proc", processReader("linux"), existsSync("/proc/self/stat") ? false : "there is no /proc"],
  ["ps", readPs, process.platform === "win32" ? "there is no ps" : false],
] as const) {
  test(`${way} shows this process with its parent, its memory and its time`, { skip }, async () => {
    const { heapUsed } = process.memoryUsage();
    const rows = (await read?.()) ?? [];
    const own = rows.find(({ pid }) => pid === process.pid);
    assert.ok(own !== undefined);
    assert.equal(own.parent, process.ppid);
    assert.ok(own.residentBytes > heapUsed && own.residentBytes < heapUsed + 4 * 1024 ** 3, String(own.residentBytes));
    const { user, system } = process.cpuUsage();
    // ps counts whole seconds.
    assert.ok(own.cpuMs <= (user + system) / 1000 + 1000, String(own.cpuMs));
    assert.ok(own.group > 0, String(own.group));
    assert.ok(
      rows.some(({ pid }) => pid === own.parent),
      "its parent is there too",
    );
  });
}

test(
  "where no process has begun, those that are known are read, and all as soon as one has",
  { skip: existsSync("/proc/loadavg") ? false : "there is no /proc" },
  async () => {
    const read = processReader("linux");
    const known = [process.pid];
    // Other processes of the machine may begin in between, but not every time.
    let rows = (await read?.(known)) ?? [];
    for (let tries = 0; rows.length !== 1 && tries < 10_000; tries += 1) rows = (await read?.(known)) ?? [];
    assert.deepEqual(
      rows.map(({ pid }) => pid),
      known,
    );
    const child = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] });
    try {
      rows = (await read?.(known)) ?? [];
      assert.ok(
        rows.some(({ pid, parent }) => pid === child.pid && parent === process.pid),
        "the child is seen at once",
      );
    } finally {
      child.stdin.end();
      await once(child, "exit");
    }
  },
);

test("on Windows processes are not read", () => {
  assert.equal(processReader("win32"), undefined);
});
