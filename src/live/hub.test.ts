import assert from "node:assert/strict";
import { test } from "node:test";
import { factSamples } from "../../test/rig/facts.ts";
import { type LiveStand, type MemorySink, liveStand, principalOf } from "../../test/rig/live-stand.ts";
import type { Fact, JobFact } from "../events/fact.ts";
import { gatherMs } from "./hub.ts";
import { lingerMs } from "./interest.ts";
import { farewells } from "./sink.ts";
import { heartbeatMs, maxUnsentBytes, silenceMs, stalledMs } from "./subscriber.ts";

const admin = principalOf("admin");
const breaker = (cycles: number): Fact => ({ type: "breaker.opened", upstream: "a", cycles });
const call: Fact = factSamples["call.ended"];
const progress = (job: string, percent: number): JobFact => ({
  type: "job.progressed",
  job,
  owner: "x",
  status: "RUNNING",
  percent,
  step: percent,
  total: 100,
  message: `${percent} of 100`,
});

function dataOf(sink: MemorySink, member: string): unknown[] {
  return sink.told.map(({ data }) => Object.entries(data ?? {}).find(([name]) => name === member)?.[1]);
}

/** The id of the last message that has one. */
function lastId(sink: MemorySink): string {
  return String(sink.messages.findLast(({ id }) => id !== undefined)?.["id"]);
}

function end({ hub, clock }: LiveStand): void {
  hub.close();
  hub.close();
  assert.equal(clock.pending, 0, "no timer is left");
}

test("events come in order, each once; what comes at once after others goes out in one piece", () => {
  const stand = liveStand();
  const { sink } = stand.watch(admin, ["upstreams"]);
  stand.log.append(breaker(1));
  stand.clock.advance(0);
  assert.deepEqual(dataOf(sink, "failureCycles"), [1], "the first goes out at once");
  const before = sink.writes;
  for (const cycles of [2, 3, 4]) stand.log.append(breaker(cycles));
  stand.clock.advance(gatherMs - 1);
  assert.deepEqual(dataOf(sink, "failureCycles"), [1]);
  stand.clock.advance(1);
  assert.deepEqual(dataOf(sink, "failureCycles"), [1, 2, 3, 4]);
  assert.equal(sink.writes, before + 1);
  assert.deepEqual(
    sink.told.map(({ id }) => id),
    ["e-1", "e-2", "e-3", "e-4"],
  );
  end(stand);
});

test("an event is put into words once for all who are told the same", () => {
  const stand = liveStand();
  const encoded: string[] = [];
  const join = (who: typeof admin): void => {
    const { sink } = stand.watch(who, ["calls"]);
    Object.defineProperty(sink.encoding, "encode", {
      value: (text: string) => {
        encoded.push(text);
        return Buffer.from(`${text}\n`);
      },
    });
  };
  for (let count = 0; count < 10; count += 1) {
    join(admin);
    join(principalOf("viewer", "a"));
    join(principalOf("user", "a"));
  }
  encoded.length = 0;
  stand.log.append(call);
  stand.clock.advance(gatherMs);
  assert.equal(encoded.length, 2, "for operators, and for others");
  end(stand);
});

test("of updates about the same thing that have not been sent only the latest is; what is no update is never left out", () => {
  const stand = liveStand();
  const { sink } = stand.watch(admin, ["jobs"]);
  stand.log.append({ ...progress("one", 0), type: "job.started" });
  for (const percent of [1, 2, 3]) {
    stand.log.append(progress("one", percent));
    stand.log.append(progress("two", percent * 10));
  }
  stand.log.append({ ...progress("one", 100), type: "job.completed" });
  stand.clock.advance(gatherMs);
  assert.deepEqual(dataOf(sink, "percent"), [0, 3, 30, 100]);
  end(stand);
});

test("a reader that does not read holds less than 64 KiB, gets the latest of each thing and all the rest when it reads again", () => {
  const stand = liveStand();
  const slow = stand.watch(admin, ["jobs", "upstreams"]).sink;
  const quick = stand.watch(admin, ["jobs", "upstreams"]).sink;
  slow.isReading = false;
  for (let count = 1; count <= 2000; count += 1) {
    stand.log.append(breaker(count));
    stand.log.append(progress("one", count / 20));
    stand.clock.advance(1);
  }
  stand.clock.advance(gatherMs);
  assert.ok(slow.peakBytes > maxUnsentBytes && slow.peakBytes < 64 * 1024, String(slow.peakBytes));
  assert.equal(
    quick.told.filter(({ type }) => type === "circuit_breaker_state").length,
    2000,
    "others are not held up",
  );
  slow.isReading = true;
  slow.read();
  const breakers = slow.told.filter(({ type }) => type === "circuit_breaker_state");
  assert.equal(breakers.length, 2000);
  const updates = slow.told.filter(({ type }) => type === "job_progress");
  assert.ok(updates.length < 200, `${updates.length} updates`);
  assert.equal(updates.at(-1)?.["id"], "e-4000");
  end(stand);
});

test("a reader that takes nothing for 30 s is closed as too slow, and so is one for which what comes next is gone", () => {
  const stand = liveStand(100);
  const stalled = stand.watch(admin, ["upstreams"]);
  stalled.sink.isReading = false;
  stand.log.append(breaker(1));
  stand.clock.advance(stalledMs - 1000);
  assert.equal(stalled.sink.closed, undefined);
  stand.clock.advance(2000);
  assert.deepEqual(stalled.sink.closed, farewells.too_slow);
  const late = stand.watch(admin, ["upstreams"]);
  late.sink.isReading = false;
  for (let count = 0; count < 1000; count += 1) {
    stand.log.append({
      ...factSamples["upstream.strained"],
      type: "breaker.opened",
      upstream: "x".repeat(500),
      cycles: 1,
    });
    stand.clock.advance(1);
  }
  late.sink.isReading = true;
  late.sink.read();
  assert.deepEqual(late.sink.closed, farewells.too_slow);
  assert.equal(stand.hub.size, 0);
  end(stand);
});

test("who comes back is told what it missed, before what happens then", () => {
  const stand = liveStand();
  const first = stand.watch(admin, ["upstreams"]);
  stand.log.append(breaker(1));
  stand.clock.advance(gatherMs);
  const id = lastId(first.sink);
  first.subscriber.left();
  for (const cycles of [2, 3]) stand.log.append(breaker(cycles));
  const { sink } = stand.watch(admin, ["upstreams"], id);
  stand.log.append(breaker(4));
  stand.clock.advance(gatherMs);
  assert.deepEqual(dataOf(sink, "failureCycles"), [2, 3, 4]);
  assert.ok(!sink.types.includes("gap"));
  end(stand);
});

test("what is gone from the log is said to be, with how things stand, and the rest is told", () => {
  const stand = liveStand(3);
  for (const cycles of [1, 2, 3, 4, 5]) stand.log.append(breaker(cycles));
  const { sink } = stand.watch(admin, ["upstreams", "calls"], "e-1");
  stand.clock.advance(gatherMs);
  assert.deepEqual(sink.types.slice(0, 4), ["connected", "gap", "subscribed", "initial_status"]);
  assert.deepEqual(sink.messages[1]?.["data"], { since: "e-1", topics: ["upstreams", "calls"], reason: "too_old" });
  assert.deepEqual(dataOf(sink, "failureCycles"), [3, 4, 5]);
  assert.equal(sink.closed, undefined);
  end(stand);
});

test("calls push nothing else out of the log, and where some are gone that is said of calls alone", () => {
  const stand = liveStand(3);
  const { sink: watching } = stand.watch(admin, ["calls"]);
  stand.log.append(breaker(1));
  for (let count = 0; count < 10; count += 1) {
    stand.log.append(call);
    stand.clock.advance(gatherMs);
  }
  assert.equal(watching.told.length, 10);
  const { sink } = stand.watch(admin, ["upstreams", "calls"], "e-0");
  assert.deepEqual(sink.messages[1]?.["data"], { since: "e-0", topics: ["calls"], reason: "too_old" });
  assert.deepEqual(dataOf(sink, "failureCycles")[0], 1);
  end(stand);
});

test("who comes back to another gateway is told that, and all that has happened there", () => {
  const stand = liveStand(undefined, "f");
  stand.log.append(breaker(1));
  const { sink } = stand.watch(admin, ["upstreams"], "e-57");
  assert.deepEqual(sink.messages[1]?.["data"], { since: "e-57", topics: ["upstreams"], reason: "restarted" });
  assert.deepEqual(dataOf(sink, "failureCycles"), [1]);
  end(stand);
});

test("calls are wanted while somebody watches them and a minute longer; what came after is said to be missing", () => {
  const stand = liveStand();
  const { interest } = stand.hub;
  assert.equal(interest.isWanted("calls"), false);
  const first = stand.watch(admin, ["calls"]);
  assert.equal(interest.isWanted("calls"), true);
  stand.log.append(call);
  stand.clock.advance(gatherMs);
  const id = lastId(first.sink);
  first.subscriber.left();
  stand.clock.advance(lingerMs - gatherMs);
  assert.equal(interest.isWanted("calls"), true);
  stand.log.append(call);
  const second = stand.watch(admin, ["calls"], id);
  assert.equal(second.sink.told.length, 1);
  assert.ok(!second.sink.types.includes("gap"));
  second.subscriber.left();
  stand.clock.advance(lingerMs);
  assert.equal(interest.isWanted("calls"), false);
  stand.log.append(breaker(1));
  const { sink } = stand.watch(admin, ["calls", "upstreams"], id);
  assert.deepEqual(sink.messages[1]?.["data"], { since: id, topics: ["calls"], reason: "not_kept" });
  end(stand);
});

test("filters leave out what does not fit them, and the id moves on all the same", () => {
  const stand = liveStand();
  const { sink } = stand.watch(admin, ["upstreams", "calls"], undefined, { upstream: ["b*"], type: ["!call_lagged"] });
  stand.log.append(breaker(1));
  stand.log.append({ ...factSamples["call.lagged"], type: "breaker.opened", upstream: "bee", cycles: 2 });
  stand.log.append({ type: "call.lagged", upstream: "bee", elapsedMs: 1, timeoutMs: 1 });
  stand.clock.advance(gatherMs);
  assert.deepEqual(dataOf(sink, "upstream"), ["bee"]);
  stand.clock.advance(heartbeatMs);
  assert.deepEqual([sink.messages.at(-1)?.["type"], lastId(sink)], ["heartbeat", "e-4"]);
  end(stand);
});

test("there is a sign of life every 30 s, and who gives none for 60 s is let go", () => {
  const stand = liveStand();
  const { sink } = stand.watch(admin, []);
  const answering = stand.watch(admin, ["upstreams"]);
  const stop = stand.clock.every(heartbeatMs, () => {
    answering.subscriber.heard();
  });
  stand.clock.advance(silenceMs - 1000);
  assert.deepEqual([sink.pings, sink.types.at(-1), sink.closed], [1, "heartbeat", undefined]);
  stand.clock.advance(2000);
  assert.deepEqual(sink.closed, farewells.silent);
  stand.clock.advance(10 * silenceMs);
  assert.equal(answering.sink.closed, undefined);
  stop();
  end(stand);
});

test("who unsubscribes is told nothing more; since is for the first subscription", () => {
  const stand = liveStand();
  const { sink, subscriber } = stand.watch(admin, ["upstreams"]);
  const filter = { upstream: [], tool: [], type: [] };
  assert.throws(() => {
    subscriber.subscribe({ topics: ["calls"], filter, since: "e-0" });
  }, /first subscription/);
  subscriber.subscribe({ topics: ["calls"], filter, since: undefined });
  subscriber.unsubscribe(["upstreams"]);
  stand.log.append(breaker(1));
  stand.log.append(call);
  stand.clock.advance(gatherMs);
  assert.deepEqual(
    sink.told.map(({ topic }) => topic),
    ["calls"],
  );
  assert.deepEqual(sink.messages.find(({ type }) => type === "unsubscribed")?.["data"], { topics: ["calls"] });
  end(stand);
});

test("a stream that ends sends what there is, then says goodbye, and takes nobody in", () => {
  const stand = liveStand();
  const { sink } = stand.watch(admin, ["upstreams"]);
  stand.log.append(breaker(1));
  end(stand);
  assert.deepEqual(dataOf(sink, "failureCycles"), [1]);
  assert.deepEqual(sink.closed, farewells.stopping);
  assert.throws(() => stand.watch(admin, ["upstreams"]), /stopping/);
});

test("what happened last can be read without watching", () => {
  const stand = liveStand();
  for (const cycles of [1, 2, 3]) stand.log.append(breaker(cycles));
  const filter = { upstream: [], tool: [], type: [] };
  const read = (since: string | undefined, count: number): unknown =>
    stand.hub.lastFor(admin, { topics: ["upstreams"], filter, since }, count);
  assert.deepEqual(JSON.stringify(read(undefined, 2)).match(/e-\d/g), ["e-3", "e-2", "e-3"]);
  assert.deepEqual(JSON.stringify(read("e-2", 100)).match(/e-\d/g), ["e-3", "e-3"]);
  end(stand);
});

test("calls that ended while nobody watched are said to be missing, although nothing else happened", () => {
  const stand = liveStand();
  const first = stand.watch(admin, ["calls"]);
  stand.log.append(call);
  stand.clock.advance(gatherMs);
  const id = lastId(first.sink);
  first.subscriber.left();
  stand.clock.advance(lingerMs);
  const { sink } = stand.watch(admin, ["calls"], id);
  assert.deepEqual(sink.messages[1]?.["data"], { since: id, topics: ["calls"], reason: "not_kept" });
  end(stand);
});
