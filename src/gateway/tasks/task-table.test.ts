import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../core/manual-clock.ts";
import { Payload } from "../../protocol/payload.ts";
import { ScriptedServer, legacyScript } from "../../../test/rig/scripted-server.ts";
import { HeldTask } from "./held-task.ts";
import { type KeptTask, TaskTable, maxHeldBytes, maxTasks, maxTasksOfOne, maxTtlMs, replaced } from "./task-table.ts";
import { upstreamStand } from "../../../test/rig/upstream-stand.ts";

const clock = new ManualClock();
const { upstream } = upstreamStand(new ScriptedServer(legacyScript()), {}, clock);

function taskOf(id: string, owner: string): KeptTask {
  const state = {
    taskId: id,
    status: "working",
    statusMessage: undefined,
    createdAt: "",
    lastUpdatedAt: "",
    ttlMs: null,
    pollIntervalMs: undefined,
  } as const;
  const task = new HeldTask({ clock, state, era: "modern", onChange: () => undefined });
  return { kind: "held", id, owner, upstream, upstreamId: `own-${id}`, task };
}

test("a task is found by its id and owner, and by its upstream's id, until it is forgotten", () => {
  const forgotten: string[] = [];
  const table = new TaskTable(clock, ({ id }) => forgotten.push(id));
  const task = taskOf("a", "me");
  table.add(task, 1000);
  assert.equal(table.find("a", "me"), task);
  assert.equal(table.find("a", "you"), undefined);
  assert.equal(table.at(upstream, "own-a"), task);
  table.leave("you");
  assert.equal(table.size, 1);
  table.leave("me");
  assert.deepEqual([table.find("a", "me"), table.at(upstream, "own-a"), forgotten], [undefined, undefined, ["a"]]);
  table.close();
});

test("a task whose id comes again makes room for the new one, and says that it was replaced", () => {
  const reasons: unknown[] = [];
  const table = new TaskTable(clock, (_known, reason) => reasons.push(reason));
  const again = taskOf("a", "you");
  table.add(taskOf("a", "me"), null);
  table.add(again, null);
  assert.deepEqual([table.find("a", "me"), table.find("a", "you")], [undefined, again]);
  assert.equal(table.at(upstream, "own-a"), again);
  assert.deepEqual(reasons, [replaced]);
  table.close();
});

test("a task is forgotten when its time is over, also if nobody looks, and one without an end after a day", () => {
  const forgotten: string[] = [];
  const table = new TaskTable(clock, ({ id }) => forgotten.push(id));
  table.add(taskOf("short", "me"), 1000);
  table.add(taskOf("endless", "me"), null);
  clock.advance(1001);
  assert.equal(table.find("short", "me"), undefined);
  clock.advance(maxTtlMs + 60_000);
  assert.deepEqual(forgotten, ["short", "endless"]);
  table.close();
});

test("one owner cannot take all the room, and all together have an end", () => {
  const table = new TaskTable(clock, () => undefined);
  const fill = (owner: string): void => {
    for (let made = 0; made < maxTasksOfOne; made += 1) table.add(taskOf(`${owner}-${made}`, owner), null);
  };
  fill("o0");
  assert.throws(() => table.checkRoom("o0"), { code: "too_many_tasks", data: { max: maxTasksOfOne } });
  for (let owner = 1; owner < maxTasks / maxTasksOfOne; owner += 1) fill(`o${owner}`);
  assert.throws(() => table.checkRoom("somebody"), { code: "too_many_tasks", data: { max: maxTasks } });
  table.close();
  assert.equal(table.size, 0);
});

test("where too much is held, the oldest results go first, and what goes on stays", () => {
  const table = new TaskTable(clock, () => undefined);
  const big = Payload.ofText(Buffer.alloc(maxHeldBytes / 2, " "));
  const tasks = ["working", "first", "second", "third"].map((id) => taskOf(id, "me"));
  for (const task of tasks) table.add(task, null);
  for (const known of tasks.slice(1)) {
    known.task.finish({ kind: "result", result: big });
    table.settled(known);
  }
  assert.deepEqual(
    table.of("me").map(({ id }) => id),
    ["working", "second", "third"],
  );
  table.close();
  table.close();
});
