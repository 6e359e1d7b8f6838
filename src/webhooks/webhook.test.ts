import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import type { Posted } from "./post.ts";
import { keyOf, signedHeaders } from "./signature.ts";
import { Webhook, maxWaiting, retryMs } from "./webhook.ts";

const options = {
  name: "pager",
  url: "https://example.com/hook?token=secret",
  secret: "a text of at least 24 characters",
  topics: ["alerts"],
  types: [],
} as const;

/** A receiver that answers in turn what the test says, and then always 200. */
function stand(...answers: Posted[]) {
  const clock = new ManualClock(1_700_000_000_000);
  const posts: { readonly headers: Readonly<Record<string, string>>; readonly body: string }[] = [];
  const poster = {
    post: (headers: Readonly<Record<string, string>>, body: string): Promise<Posted> => {
      posts.push({ headers, body });
      return Promise.resolve(answers.shift() ?? { status: 200 });
    },
    close: () => Promise.resolve(),
  };
  const hook = new Webhook(options, { clock, random: () => 0, poster });
  const send = (number: number): void => {
    hook.send({ id: `e-${number}`, type: "system_alert", body: `{"n":${number}}` });
  };
  return { clock, posts, hook, send, settle: () => new Promise((resolve) => setImmediate(resolve)) };
}

const outcomes = ({ hook }: ReturnType<typeof stand>): unknown[] =>
  hook.deliveries().map(({ id, attempt, outcome, status }) => [id, attempt, outcome, status]);

test("a message is signed as Standard Webhooks says", () => {
  // The example of the specification.
  const key = keyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const headers = signedHeaders(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, '{"test": 2432232314}');
  assert.equal(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  assert.equal(headers["webhook-timestamp"], "1614265330");
  const plain = signedHeaders(keyOf(options.secret), "a", 1000, "{}")["webhook-signature"];
  assert.equal(plain, `v1,${createHmac("sha256", options.secret).update("a.1.{}").digest("base64")}`);
});

test("messages are sent in order, the next when the one before was taken; what is not taken is sent again, signed anew", async () => {
  const at = stand({ status: 503 }, { problem: "refused" });
  at.send(1);
  at.send(2);
  await at.settle();
  assert.equal(at.hook.status().state, "retrying");
  at.clock.advance(retryMs[0] ?? 0);
  await at.settle();
  at.clock.advance(retryMs[1] ?? 0);
  await at.settle();
  assert.deepEqual(outcomes(at), [
    ["e-1", 1, "failed", 503],
    ["e-1", 2, "failed", undefined],
    ["e-1", 3, "delivered", 200],
    ["e-2", 1, "delivered", 200],
  ]);
  const times = at.posts.map(({ headers }) => Number(headers["webhook-timestamp"]) - 1_700_000_000);
  assert.deepEqual(times, [0, 5, 35, 35]);
  const { origin, waiting, delivered, state } = at.hook.status();
  assert.deepEqual([origin, waiting, delivered, state], ["https://example.com", 0, 2, "idle"]);
});

test("a message that is never taken is given up, and the next is sent", async () => {
  const at = stand(...Array.from({ length: retryMs.length + 1 }, () => ({ status: 500 })));
  at.send(1);
  at.send(2);
  await at.settle();
  for (const ms of retryMs) {
    at.clock.advance(ms);
    await at.settle();
  }
  assert.deepEqual(outcomes(at).slice(-2), [
    ["e-1", retryMs.length + 1, "given_up", 500],
    ["e-2", 1, "delivered", 200],
  ]);
});

test("a receiver that answers 410 is sent nothing more, and one that is closed neither", async () => {
  const gone = stand({ status: 410 });
  gone.send(1);
  await gone.settle();
  gone.send(2);
  assert.deepEqual([gone.hook.status().state, gone.hook.status().waiting, gone.posts.length], ["gone", 0, 1]);
  const closed = stand({ status: 500 });
  closed.send(1);
  await closed.settle();
  await closed.hook.close();
  await closed.hook.close();
  assert.equal(closed.clock.pending, 0);
});

test("of more than may wait the oldest is dropped, which the log says", async () => {
  const at = stand({ status: 500 });
  at.send(0);
  await at.settle();
  for (let number = 1; number <= maxWaiting; number += 1) at.send(number);
  assert.deepEqual([at.hook.status().waiting, at.hook.status().dropped], [maxWaiting, 1]);
  assert.deepEqual(outcomes(at).at(-1), ["e-0", 0, "dropped", undefined]);
  await at.hook.close();
});
