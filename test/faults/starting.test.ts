import assert from "node:assert/strict";
import { test } from "node:test";
import { ChildWatch, isAlive } from "../rig/processes.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { fixture, openFront } from "./front.ts";

const rig = fileRig();
const children = new ChildWatch();
rig.defer(() => {
  children.stop();
});

/** Servers that never answer, and how long each may take to start. */
function silent(count: number, startTimeoutMs: number) {
  return Array.from({ length: count }, (_, at) => fixture(`silent${at}`, "hangs", { startTimeoutMs }));
}

test("at most four servers are being started at once, the others in their order, and a silent one makes room when its time is up", async () => {
  const earlier = children.pids.length;
  const front = await openFront(rig, [...silent(4, 3000), fixture("next", "healthy"), fixture("last", "healthy")]);
  await until(() => children.pids.length >= earlier + 5, "four servers and the guardian were started");
  const { state } = front.status("next");
  assert.equal(state.kind, "starting");
  assert.equal(children.pids.length, earlier + 5, "no fifth one");
  await front.reaches("next", "ready");
  await front.reaches("last", "ready");
  for (let at = 0; at < 4; at += 1) assert.notEqual(front.status(`silent${at}`).state.kind, "ready");
  await front.switchyard.close();
});

test("the start timeout of a server counts from its own start, not from when it began to wait for its turn", async () => {
  const waiting = fixture("waiting", "healthy", { startTimeoutMs: 2000 });
  const front = await openFront(rig, [...silent(4, 3000), waiting]);
  await front.reaches("waiting", "ready");
  const log = front.log("waiting");
  assert.deepEqual(
    log.map(({ kind, text }) => (kind === "state" ? text : kind)),
    ["started", "ready"],
    "it was not given up in between",
  );
  await front.switchyard.close();
});

test("a gateway that is closed while servers wait for their turn starts none of them any more", async () => {
  const earlier = children.pids.length;
  const front = await openFront(rig, silent(9, 60_000));
  await until(() => children.pids.length >= earlier + 5, "four servers and the guardian were started");
  await front.switchyard.close();
  assert.equal(children.pids.length, earlier + 5);
  assert.ok(!children.pids.some(isAlive));
});
