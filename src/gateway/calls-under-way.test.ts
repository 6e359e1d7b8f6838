import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { CallRecord } from "./call-record.ts";
import { CallsUnderWay } from "./calls-under-way.ts";

function table() {
  const clock = new ManualClock();
  const lagging: (readonly [string | undefined, number, number])[] = [];
  const calls = new CallsUnderWay({
    clock,
    timeoutMsOf: (upstream) => (upstream === "a" ? 300_000 : undefined),
    lagged: ({ name }, elapsedMs, timeoutMs) => lagging.push([name, elapsedMs, timeoutMs]),
  });
  calls.start();
  const begin = (name: string, upstream: string | undefined = "a", isPatient = false): CallRecord => {
    const record = new CallRecord(name, clock.now(), "tools/call", isPatient);
    record.enter("observe", clock.monotonic());
    [record.upstream, record.name] = [upstream, name];
    calls.begin(record);
    return record;
  };
  return { clock, calls, lagging, begin };
}

test("a call that has used four fifths of its time is told of once, and no other", () => {
  const { clock, calls, lagging, begin } = table();
  begin("slow");
  const quick = begin("quick");
  begin("patient", "a", true);
  begin("elsewhere", "b");
  clock.advance(235_000);
  calls.end(quick);
  assert.deepEqual(lagging, []);
  clock.advance(60_000);
  assert.deepEqual(lagging, [["slow", 240_000, 300_000]]);
  assert.equal(calls.size, 3);
  calls.close();
  calls.close();
  assert.equal(clock.pending, 0);
});

test("what an upstream's processes use counts for the calls that it works on: their peaks", () => {
  const { calls, begin } = table();
  const [first, other] = [begin("first"), begin("other", "b")];
  const usage = { at: 0, processes: 1 };
  calls.measured("a", { ...usage, residentBytes: 100, cpuPercent: 50 });
  const second = begin("second");
  calls.measured("a", { ...usage, residentBytes: 80, cpuPercent: 70 });
  assert.deepEqual(first.resourceUse, { peakBytes: 100, peakCpuPercent: 70 });
  assert.deepEqual(second.resourceUse, { peakBytes: 80, peakCpuPercent: 70 });
  assert.equal(other.resourceUse, undefined);
});

test("of many calls some are named, and never the address of a resource", () => {
  const { clock, calls, begin } = table();
  for (let count = 0; count < 7; count += 1) begin(`t${count}`);
  assert.deepEqual(calls.namesAt("a"), { names: ["t0", "t1", "t2", "t3", "t4"], more: 2 });
  const read = new CallRecord("id", clock.now(), "resources/read");
  [read.upstream, read.name] = ["c", "file:///secret"];
  calls.begin(read);
  assert.deepEqual(calls.namesAt("c"), { names: ["resources/read"], more: 0 });
});
