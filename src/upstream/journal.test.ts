import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ManualClock } from "../core/manual-clock.ts";
import { Journal, journalBounds } from "./journal.ts";

const never = new AbortController().signal;

function textsAfter(journal: Journal, seq: number, count?: number): string[] {
  return journal.after(seq, count).map(({ text }) => text);
}

test("entries come with a number and a time, and can be read from any number on", () => {
  const clock = new ManualClock(5);
  const journal = new Journal(clock);
  journal.add("started", "process 1");
  clock.advance(10);
  journal.add("stderr", "a");
  assert.deepEqual(journal.after(0), [
    { seq: 5001, at: 5, kind: "started", text: "process 1" },
    { seq: 5002, at: 15, kind: "stderr", text: "a" },
  ]);
  assert.deepEqual(textsAfter(journal, 5001), ["a"]);
  assert.deepEqual(textsAfter(journal, 5002), []);
  assert.deepEqual(textsAfter(journal, 9999), []);
  assert.deepEqual(textsAfter(journal, 0, 1), ["a"]);
  assert.deepEqual(textsAfter(journal, 0, 0), []);
});

test("of too many entries the last are kept, and of too long ones fewer", () => {
  const journal = new Journal(new ManualClock());
  const many = journalBounds.entries * 3 + 7;
  for (let number = 1; number <= many; number += 1) journal.add("stderr", `line ${number}`);
  const texts = textsAfter(journal, 0);
  assert.equal(texts.length, journalBounds.entries);
  assert.deepEqual([texts[0], texts.at(-1)], [`line ${many - journalBounds.entries + 1}`, `line ${many}`]);
  assert.deepEqual(textsAfter(journal, journal.last - 2), [`line ${many - 1}`, `line ${many}`]);
  for (let number = 1; number <= 200; number += 1) journal.add("stderr", String(number).padEnd(8192));
  assert.equal(textsAfter(journal, 0).length, journalBounds.characters / 8192);
  assert.equal(textsAfter(journal, 0)[0]?.trim(), String(200 - journalBounds.characters / 8192 + 1));
});

test("whoever waits is woken by the next entry, by the end of the journal, and by giving up", async () => {
  const journal = new Journal(new ManualClock());
  const woken: string[] = [];
  const controller = new AbortController();
  const wait = (name: string, seq: number, signal = never): void => {
    void journal.beyond(seq, signal).then(() => woken.push(name));
  };
  journal.add("state", "ready");
  wait("behind", 0);
  wait("ahead", journal.last);
  wait("gives up", journal.last, controller.signal);
  await turn();
  assert.deepEqual(woken, ["behind"]);
  controller.abort();
  await turn();
  assert.deepEqual(woken, ["behind", "gives up"]);
  journal.add("stderr", "x");
  await turn();
  assert.deepEqual(woken, ["behind", "gives up", "ahead"]);
  wait("until the end", journal.last);
  journal.close();
  wait("after the end", journal.last);
  await turn();
  assert.deepEqual(woken.slice(3).toSorted(), ["after the end", "until the end"]);
});

test("a journal that is made later has higher numbers", () => {
  const clock = new ManualClock(1000);
  const journal = new Journal(clock);
  for (let number = 0; number < 5000; number += 1) journal.add("stderr", "x");
  clock.advance(1000);
  assert.ok(new Journal(clock).last > journal.last);
});
