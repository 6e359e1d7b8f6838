import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { EventLog } from "../events/event-log.ts";
import type { Event } from "../events/fact.ts";
import { openDatabase } from "./database.ts";
import { eventRows } from "./event-rows.ts";
import type { Write } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "switchyard-events-"));
const home = "http://127.0.0.1:8001";

after(() => {
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
/** A file in which one process after another keeps events; each writes only when the test says so. */
function file() {
  folders += 1;
  const database = openDatabase(join(root, String(folders)));
  after(database.close);
  const clock = new ManualClock(1000);
  return {
    database,
    newProcess: () => {
      const writes: Write[] = [];
      const store = eventRows(database, clock, (_key, write) => {
        writes.push(write);
      });
      return {
        store,
        write: (count = writes.length) =>
          writes.splice(0, count).forEach((write) => {
            write();
          }),
      };
    },
  };
}

const event = (seq: number): Event => ({ type: "breaker.opened", upstream: "a", cycles: seq, seq, at: 5 });
const read = (seq: number): Event[] => [event(98), event(99)].filter((each) => each.seq > seq);
const numbers = (events: readonly Event[] | undefined): number[] => (events ?? []).map(({ seq }) => seq);

test("after a process that ended all is known, up to the last number that it gave", () => {
  const { newProcess } = file();
  const first = newProcess();
  assert.equal(first.store.begin(home, "one"), undefined);
  for (const number of [1, 3]) first.store.keep(number, event(number));
  first.store.end(7);
  first.write();
  const past = newProcess().store.begin(home, "two");
  assert.deepEqual([past?.epoch, past?.isWhole, past?.last, past?.lost], ["one", true, 7, 0]);
  assert.deepEqual(past?.read(1), [{ type: "breaker.opened", upstream: "a", cycles: 3, seq: 3, at: 5 }]);
  assert.deepEqual(numbers(past?.read(0)), [1, 3]);
});

test("after a process that was killed its end is not known", () => {
  const { newProcess } = file();
  const killed = newProcess();
  killed.store.begin(home, "one");
  for (const number of [1, 2, 3]) killed.store.keep(number, event(number));
  killed.write(2);
  const second = newProcess();
  const past = second.store.begin(home, "two");
  assert.deepEqual([past?.epoch, past?.isWhole, past?.last], ["one", false, 2]);
});

test("an end does not count where something before it was not written", () => {
  const { database, newProcess } = file();
  const first = newProcess();
  first.store.begin(home, "one");
  for (const number of [1, 2]) first.store.keep(number, event(number));
  first.store.end(2);
  first.write(2);
  database.sql.exec("DELETE FROM events WHERE number = 1");
  first.write();
  assert.equal(newProcess().store.begin(home, "two")?.isWhole, false);
});

test("the oldest go beyond a bound, and it is known up to where; other addresses have their own", () => {
  const { newProcess } = file();
  const first = newProcess();
  first.store.begin(home, "one");
  for (let number = 1; number <= 10_500; number += 1) first.store.keep(number * 2, event(number));
  first.store.end(21_000);
  first.write();
  const past = newProcess().store.begin(home, "two");
  assert.deepEqual([past?.isWhole, past?.lost, numbers(past?.read(0))[0]], [true, 1000, 1002]);
  assert.equal(newProcess().store.begin("http://127.0.0.1:9000", "other"), undefined);
});

test("a log goes on from the past: in its numbers where it is whole, and beside them where it is not", () => {
  const whole = new EventLog(new ManualClock(), 10, "new");
  whole.append({ type: "breaker.closed", upstream: "a", cycles: 0 });
  whole.goOnFrom({ epoch: "old", isWhole: true, last: 100, lost: 90, read });
  assert.deepEqual([whole.epoch, whole.base], ["old", 100]);
  assert.deepEqual(whole.placeOf("old", 98), { seq: -2, isWhole: true });
  assert.deepEqual(numbers(whole.read(-2)), [-1, 1]);
  assert.deepEqual(numbers(whole.read(-20, 2)), [-2, -1]);
  assert.deepEqual(numbers(whole.after(0).events), [1]);
  assert.deepEqual([whole.hasLost(-10, "notable"), whole.hasLost(-11, "notable")], [false, true]);
  assert.deepEqual([whole.hasLost(-1, "frequent"), whole.hasLost(0, "frequent")], [true, false]);
  assert.equal(whole.placeOf("old", 102), undefined, "a number that was not given yet");
  const broken = new EventLog(new ManualClock(), 10, "new");
  broken.goOnFrom({ epoch: "old", isWhole: false, last: 100, lost: 0, read });
  assert.equal(broken.epoch, "new");
  assert.deepEqual(broken.placeOf("old", 98), { seq: -2, isWhole: false });
  assert.deepEqual(broken.placeOf("old", 130), { seq: 0, isWhole: false }, "told, and never written");
  assert.equal(broken.placeOf("older", 98), undefined);
});
