import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { EventLog } from "./event-log.ts";
import type { Event, Fact } from "./fact.ts";

const fact: Fact = { type: "breaker.opened", upstream: "a", cycles: 0 };

test("events are numbered in the order in which they were told, with the time", () => {
  const clock = new ManualClock(1000);
  const log = new EventLog(clock);
  log.append(fact);
  clock.advance(5);
  assert.deepEqual(log.append({ ...fact, type: "breaker.closed" }), {
    type: "breaker.closed",
    upstream: "a",
    cycles: 0,
    seq: 2,
    at: 1005,
  });
});

test("who comes back with a cursor gets what came after it, and is told where some of that is gone", () => {
  const log = new EventLog(new ManualClock(), 3);
  for (let count = 0; count < 5; count += 1) log.append(fact);
  const seqsAfter = (seq: number): unknown => {
    const { events, hasGap } = log.after(seq);
    return [events.map((event) => event.seq), hasGap];
  };
  assert.deepEqual(seqsAfter(4), [[5], false]);
  assert.deepEqual(seqsAfter(2), [[3, 4, 5], false]);
  assert.deepEqual(seqsAfter(1), [[3, 4, 5], true]);
  assert.deepEqual(seqsAfter(5), [[], false]);
  assert.deepEqual(seqsAfter(9), [[], true], "a cursor of another process");
});

test("a listener hears everything until it has enough, and one that fails harms nobody", () => {
  const log = new EventLog(new ManualClock());
  const heard: Event[] = [];
  log.subscribe(() => {
    throw new Error("broken");
  });
  const end = log.subscribe((event) => {
    heard.push(event);
  });
  log.append(fact);
  end();
  end();
  log.append(fact);
  assert.deepEqual(
    heard.map(({ seq }) => seq),
    [1],
  );
});
