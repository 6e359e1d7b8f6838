import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { Cache, type Read } from "./cache.ts";
import { AllCounts } from "./counts.ts";

test("who asks after a caller has left does not get that caller's end, but an answer of its own", async () => {
  const cache = new Cache<string, string>(new ManualClock(), 10_000);
  const counts = new AllCounts().of("up", "tool");
  let loads = 0;
  const read = (signal: AbortSignal): Read<string, string> => ({
    key: "k",
    ownKey: undefined,
    tags: [],
    counts,
    user: "ada",
    signal,
    isAway: () => false,
    async load({ controller }) {
      loads += 1;
      const answer = `answer ${loads}`;
      await new Promise((resolve) => setImmediate(resolve));
      controller.signal.throwIfAborted();
      return { answer, sharing: "all", keep: undefined };
    },
  });
  const leaver = new AbortController();
  const left = cache.read(read(leaver.signal));
  leaver.abort(new Error("left"));
  const next = cache.read(read(new AbortController().signal));
  await assert.rejects(left, /left/);
  assert.deepEqual(await next, { state: "miss", answer: "answer 2" });
});
