import assert from "node:assert/strict";
import { test } from "node:test";
import { type Timing, following, nextAfterOf } from "./timing.ts";
import { localText } from "./zone.ts";

const zone = "Europe/Berlin";

async function times(timing: Timing, after: string, max: number): Promise<string[]> {
  const found = following(await nextAfterOf(timing), Date.parse(after), max);
  return found.map((ms) => localText(ms, timing.zone));
}

function cron(pattern: string): Timing {
  return { kind: "cron", pattern, zone };
}

function rrule(rule: string, start = "2026-01-01T02:30"): Timing {
  return { kind: "rrule", rule, start, zone };
}

test("a time of day that the clocks leave out comes after the change by cron, and not at all by a rule", async () => {
  const before = "2026-03-27T12:00:00Z";
  assert.deepEqual(await times(cron("30 2 * * *"), before, 3), [
    "2026-03-28T02:30+01:00",
    "2026-03-29T03:00+02:00",
    "2026-03-30T02:30+02:00",
  ]);
  assert.deepEqual(await times(rrule("FREQ=DAILY"), before, 2), ["2026-03-28T02:30+01:00", "2026-03-30T02:30+02:00"]);
});

test("a time of day that comes twice is one, and each hour is there", async () => {
  const before = "2026-10-24T12:00:00Z";
  const night = ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"];
  assert.deepEqual(await times(cron("30 2 * * *"), before, 2), night);
  assert.deepEqual(await times(rrule("FREQ=DAILY"), before, 2), night);
  const hours = await times(cron("0 * * * *"), "2026-10-24T23:30:00Z", 3);
  assert.deepEqual(hours, ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00"]);
});

test("rules are those of RFC 5545, counted from their start", async () => {
  const lastFriday = rrule("RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0");
  assert.deepEqual(await times(lastFriday, "2026-01-01T00:00:00Z", 2), [
    "2026-01-30T09:00+01:00",
    "2026-02-27T09:00+01:00",
  ]);
  const twice = rrule("FREQ=DAILY;INTERVAL=2;COUNT=2");
  assert.deepEqual(await times(twice, "2026-01-01T12:00:00Z", 9), ["2026-01-03T02:30+01:00"]);
  assert.deepEqual(await times(rrule("FREQ=DAILY;UNTIL=20260103T000000Z"), "2026-01-01T12:00:00Z", 9), [
    "2026-01-02T02:30+01:00",
  ]);
  // Long after its start, without a walk through all that came before.
  assert.deepEqual(await times(rrule("FREQ=MINUTELY;INTERVAL=7", "2016-01-01T00:00"), "2026-06-01T00:00:00Z", 1), [
    "2026-06-01T02:02+02:00",
  ]);
});

test("what cannot be a time is said in one sentence", async () => {
  for (const [timing, message] of [
    [{ ...cron("* * * * *"), zone: "Europe/Nowhere" }, /There is no time zone "Europe\/Nowhere"/],
    [cron("* * *"), /cron must be minute, hour/],
    [cron("61 * * * *"), /cron "61 \* \* \* \*" cannot be used: .*61/],
    [cron("2026-01-01T00:00:00"), /cron must be minute, hour/],
    [rrule("FREQ=SECONDLY"), /FREQ of rrule must be one of MINUTELY/],
    [rrule("FREQ=DAILY;BYSECOND=1,2"), /rrule has no part "BYSECOND"/],
    [rrule("FREQ=DAILY;COUNT=101"), /COUNT of rrule must be a whole number from 1 to 100/],
    [rrule("FREQ=DAILY;BYHOUR=x"), /rrule "FREQ=DAILY;BYHOUR=x" cannot be used/],
    [rrule("FREQ=DAILY", "tomorrow"), /start must be a local time such as 2026-01-31T09:00, got "tomorrow"/],
    [cron(`${"0,".repeat(400)}0 * * * *`), /cron must be at most 500 characters/],
  ] as const) {
    await assert.rejects(nextAfterOf(timing), (thrown: Error & { code?: string }) => {
      assert.equal(thrown.code, "invalid_schedule");
      assert.match(thrown.message, message);
      return true;
    });
  }
});
