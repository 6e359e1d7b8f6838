import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { until } from "../../test/rig/until.ts";
import type { Hook } from "./connector.ts";
import { HookInbox, longestTakeMs } from "./hook-inbox.ts";
import { isSigned } from "./toolkit/signature.ts";

function posted(text: string, headers: Readonly<Record<string, string>> = {}) {
  return { headers, body: Buffer.from(text).toString("base64") };
}

function inboxOf(hook: Partial<Hook>) {
  const closing = new AbortController();
  const clock = new ManualClock();
  const problems: string[] = [];
  const whole: Hook = { headers: [], isGenuine: () => true, take: () => undefined, ...hook };
  const inbox = new HookInbox(whole, { clock, signal: closing.signal, failed: (problem) => problems.push(problem) });
  return { inbox, clock, closing, problems };
}

test("what is genuine is seen to after it was answered, one after another, in order", async () => {
  const done: string[] = [];
  let busy = 0;
  const { inbox } = inboxOf({
    take: async ({ body }) => {
      busy += 1;
      assert.equal(busy, 1, "one at a time");
      await Promise.resolve();
      busy -= 1;
      done.push(body.toString());
    },
  });
  assert.deepEqual(
    ["a", "b", "c"].map((text) => inbox.receive(posted(text))),
    ["taken", "taken", "taken"],
  );
  assert.deepEqual(done, []);
  await until(() => done.length === 3, "all are seen to");
  assert.deepEqual(done, ["a", "b", "c"]);
});

test("beyond a hundred that wait, senders are told to come back, and then are taken", async () => {
  const gate = Promise.withResolvers<void>();
  const { inbox } = inboxOf({ take: () => gate.promise });
  const verdicts = Array.from({ length: 101 }, () => inbox.receive(posted("")));
  assert.deepEqual(new Set(verdicts.slice(0, 100)), new Set(["taken"]));
  assert.equal(verdicts.at(-1), "busy");
  gate.resolve();
  await until(() => inbox.receive(posted("")) === "taken", "there is room again");
});

test("one that fails is told, and the next is seen to; what waits when the connector ends is dropped", async () => {
  const done: string[] = [];
  const { inbox, closing, problems } = inboxOf({
    isGenuine: ({ headers }) => {
      if (headers["x"] === undefined) throw new Error("no x");
      return true;
    },
    take: ({ body }) => {
      done.push(body.toString());
      if (done.length === 1) throw new Error("it is broken");
    },
  });
  assert.equal(inbox.receive(posted("z")), "refused");
  for (const text of ["a", "b"]) inbox.receive(posted(text, { x: "1" }));
  await until(() => done.length === 2, "both are seen to");
  assert.deepEqual(problems, [
    "What was posted could not be judged: no x",
    "What was posted could not be seen to: it is broken",
  ]);
  inbox.receive(posted("c", { x: "1" }));
  closing.abort(new Error("over"));
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  assert.deepEqual(done, ["a", "b"]);
});

test("what cannot be judged is refused each time, and told once a minute", () => {
  const { inbox, clock, problems } = inboxOf({
    isGenuine: () => {
      throw new Error("no x");
    },
  });
  for (let at = 0; at < 100; at += 1) assert.equal(inbox.receive(posted("a")), "refused");
  assert.equal(problems.length, 1);
  clock.advance(60_000);
  assert.equal(inbox.receive(posted("a")), "refused");
  assert.equal(problems.length, 2);
});

test("one that hangs is given up after a minute, and the others are seen to", async () => {
  const done: string[] = [];
  const { inbox, clock, problems } = inboxOf({
    take: ({ body }) => {
      done.push(body.toString());
      return done.length === 1 ? new Promise(() => undefined) : undefined;
    },
  });
  for (const text of ["hangs", "next"]) inbox.receive(posted(text));
  await until(() => clock.pending === 1, "the first has begun");
  clock.advance(longestTakeMs);
  await until(() => done.length === 2, "the second is seen to");
  assert.deepEqual(done, ["hangs", "next"]);
  assert.deepEqual(problems, ["What was posted could not be seen to: it took longer than 60000 ms"]);
  await until(() => clock.pending === 0, "nothing is left");
});

test("a signature is right letter for letter, and nothing else is", () => {
  const [secret, body] = ["long enough a secret", Buffer.from('{"name": "x"}')];
  const signed = (encoding: "base64" | "hex"): string => createHmac("sha256", secret).update(body).digest(encoding);
  assert.ok(isSigned(body, { secret, signature: signed("base64") }));
  assert.ok(isSigned(body, { secret, signature: signed("hex"), encoding: "hex" }));
  const wrong = [undefined, "", "x", signed("hex"), `${signed("base64")} `, signed("base64").slice(1)];
  for (const signature of wrong) assert.equal(isSigned(body, { secret, signature }), false, String(signature));
  assert.equal(isSigned(Buffer.from("{}"), { secret, signature: signed("base64") }), false);
  assert.equal(isSigned(body, { secret: "another secret", signature: signed("base64") }), false);
});
