import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { systemClock } from "./clock.ts";

test("monotonic time never goes back", () => {
  const first = systemClock.monotonic();
  assert.ok(systemClock.monotonic() >= first);
});

test("wall time is that of the machine", () => {
  const before = Date.now();
  const now = systemClock.now();
  assert.ok(now >= before && now <= Date.now());
});

test("a timer runs once, and one that was stopped does not", async () => {
  const ran: string[] = [];
  const done = Promise.withResolvers<void>();
  const stop = systemClock.after(1, () => ran.push("stopped"));
  stop();
  stop();
  systemClock.after(2, () => {
    ran.push("ran");
    done.resolve();
  });
  // The timer itself keeps nothing alive, so something else must.
  const alive = setInterval(() => undefined, 1000);
  await done.promise;
  clearInterval(alive);
  await nextTurn();
  assert.deepEqual(ran, ["ran"]);
});

test("a repeating timer runs until it is stopped", async () => {
  let count = 0;
  const thrice = Promise.withResolvers<void>();
  const alive = setInterval(() => undefined, 1000);
  const stop = systemClock.every(1, () => {
    count += 1;
    if (count === 3) {
      stop();
      thrice.resolve();
    }
  });
  await thrice.promise;
  clearInterval(alive);
  await nextTurn();
  assert.equal(count, 3);
});

test("timers do not keep the process alive", () => {
  const before = timersAlive();
  const stops = [systemClock.after(60_000, () => undefined), systemClock.every(60_000, () => undefined)];
  assert.equal(timersAlive(), before);
  for (const stop of stops) stop();
});

function timersAlive(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
