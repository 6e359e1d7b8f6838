import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { isAlive } from "../../test/rig/processes.ts";
import { beginOf, endStrays, killQuietly, markVariable } from "./strays.ts";

const skip = process.platform === "linux" ? false : "only Linux tells the environment of a process";

test(
  "what has the mark has ended when it resolves, however early in its life; what has another runs on",
  { skip },
  async () => {
    const mark = randomUUID();
    const other = await start(randomUUID());
    try {
      // A process that is still loading its program shows no environment: ten are looked for as early as can be.
      for (let round = 0; round < 10; round += 1) {
        const marked = await start(mark);
        await endStrays(mark);
        assert.ok(!isAlive(marked));
      }
      assert.ok(isAlive(other));
    } finally {
      process.kill(other, "SIGKILL");
    }
  },
);

test("what began before the child is not taken for its own, and what began with it or later is", { skip }, async () => {
  const mark = randomUUID();
  const [earlier, later] = [await start(mark), await start(mark)];
  try {
    const begunAt = beginOf(earlier);
    assert.ok(begunAt > 0 && beginOf(later) >= begunAt);
    await endStrays(mark, beginOf(later) + 1);
    assert.ok(isAlive(earlier) && isAlive(later));
    await endStrays(mark, begunAt);
    assert.ok(!isAlive(earlier) && !isAlive(later));
  } finally {
    killQuietly(earlier);
    killQuietly(later);
  }
});

test("of a process that is not there no beginning is told", () => {
  assert.equal(beginOf(2 ** 30), 0);
});

async function start(mark: string): Promise<number> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    env: { [markVariable]: mark },
    detached: true,
    stdio: "ignore",
  });
  await once(child, "spawn");
  assert.ok(child.pid);
  return child.pid;
}
