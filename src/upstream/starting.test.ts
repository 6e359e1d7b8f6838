import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../core/gate.ts";
import type { UpstreamTarget } from "./options.ts";
import { turnToStart } from "./starting.ts";

const child: UpstreamTarget = { kind: "stdio", command: "node", args: [], env: {} };
const elsewhere: UpstreamTarget = { kind: "http", url: "http://127.0.0.1:1/mcp", headers: {} };

/** Whether it has resolved by now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

test("nothing is started on this machine before its time; what runs elsewhere is connected at once", async () => {
  const { promise: startAfter, resolve } = Promise.withResolvers<void>();
  const starting = new Gate(1);
  const { signal } = new AbortController();
  const first = turnToStart({ starting, startAfter }, child, signal);
  const second = turnToStart({ starting, startAfter }, child, signal);
  assert.equal(await isOver(first), false);
  assert.equal(await isOver(turnToStart({ starting, startAfter }, elsewhere, signal)), true);
  resolve();
  const leave = await first;
  assert.equal(await isOver(second), false, "one place");
  leave();
  assert.equal(await isOver(second), true);
});

test("closing ends the wait, whatever is waited for", async () => {
  const closing = new AbortController();
  const never = Promise.withResolvers<void>().promise;
  const full = new Gate(1);
  await full.enter(closing.signal);
  const waiting = [
    turnToStart({ startAfter: never }, child, closing.signal),
    turnToStart({ starting: full }, child, closing.signal),
  ];
  assert.equal(await isOver(Promise.race(waiting)), false);
  closing.abort();
  await Promise.all(waiting);
  assert.equal(full.waiting, 0);
});
