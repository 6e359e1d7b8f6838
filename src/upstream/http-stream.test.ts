import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ManualClock } from "../core/manual-clock.ts";
import type { HttpReceiver, HttpRequest } from "../transport/http-client.ts";
import { HttpStream } from "./http-stream.ts";
import { verifies } from "../../test/requirements/verifies.ts";

/** A stream over a server that the test plays itself, one request after another. */
function rig() {
  const clock = new ManualClock();
  const opened: { readonly request: HttpRequest; readonly receiver: HttpReceiver }[] = [];
  const frames: string[] = [];
  const refusals: (string | undefined)[] = [];
  const stream = new HttpStream({
    client: { send: (request, receiver) => opened.push({ request, receiver }) },
    clock,
    headers: () => ({ number: String(opened.length) }),
    onFrame: (frame) => frames.push(frame.toString()),
    onRefusal: (challenge) => {
      refusals.push(challenge);
      return Promise.reject(new Error("nobody can"));
    },
  });
  stream.start();
  const latest = (): HttpReceiver => {
    const { receiver } = opened.at(-1) ?? {};
    assert.ok(receiver);
    return receiver;
  };
  return { clock, opened, frames, refusals, stream, latest };
}

const events = { "content-type": "text/event-stream" };

function hangUp(): void {
  // Nobody here has had enough.
}

test("what comes on the stream is handed on, and the headers are asked for anew at every opening", () => {
  const { clock, opened, frames, latest } = rig();
  latest().head(200, events, hangUp);
  latest().frame(Buffer.from("{}"));
  latest().ended(undefined);
  clock.advance(1000);
  assert.deepEqual(frames, ["{}"]);
  assert.deepEqual(
    opened.map(({ request }) => [request.method, request.headers["number"]]),
    [
      ["GET", "0"],
      ["GET", "1"],
    ],
  );
});

test("a stream that ended is opened again after a second, one that cannot be opened later and later", () => {
  const { clock, opened, latest } = rig();
  for (const [failures, delayMs] of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].entries()) {
    latest().ended(undefined);
    clock.advance(delayMs - 1);
    assert.equal(opened.length, failures + 1);
    clock.advance(1);
    assert.equal(opened.length, failures + 2);
  }
  latest().head(200, events, hangUp);
  latest().ended(undefined);
  clock.advance(1000);
  assert.equal(opened.length, 9, "one that could be opened counts as new");
});

for (const [wish, delayMs] of [
  [0, 100],
  [50, 100],
  [2500, 2500],
  [999_999_999, 999_999_999],
  [99_999_999_999, 2_147_483_647],
] as const) {
  test(`a server that wishes for ${wish} ms before the next opening is given ${delayMs} ms`, () => {
    verifies("session.retry");
    const { clock, opened, latest } = rig();
    latest().head(200, events, hangUp);
    latest().retry?.(wish);
    latest().ended(undefined);
    clock.advance(delayMs - 1);
    assert.equal(opened.length, 1);
    clock.advance(1);
    assert.equal(opened.length, 2);
  });
}

test("a server that fails after it wished for no pause is asked less and less often all the same", () => {
  const { clock, opened, latest } = rig();
  latest().head(200, events, hangUp);
  latest().retry?.(0);
  for (let count = 0; count < 20; count += 1) {
    latest().ended(undefined);
    clock.advance(30_000);
  }
  assert.equal(opened.length, 21);
  latest().ended(undefined);
  clock.advance(29_999);
  assert.equal(opened.length, 21);
});

for (const [status, headers] of [
  [405, {}],
  [404, {}],
  [400, {}],
  [200, { "content-type": "text/html" }],
] as const) {
  test(`a server that answers ${status} ${JSON.stringify(headers)} offers no stream and is left alone`, () => {
    verifies("session.get-declined");
    const { clock, opened, latest } = rig();
    latest().head(status, headers, hangUp);
    latest().ended(undefined);
    clock.advance(1_000_000);
    assert.equal(opened.length, 1);
    assert.equal(clock.pending, 0);
  });
}

test("a stream that was open and is refused is opened again once somebody has seen to the credentials", async () => {
  const { clock, opened, refusals, latest } = rig();
  latest().head(200, events, hangUp);
  latest().ended(undefined);
  clock.advance(1000);
  latest().head(401, { "www-authenticate": "Bearer scope=a" }, hangUp);
  latest().ended(undefined);
  assert.deepEqual(refusals, ["Bearer scope=a"]);
  assert.equal(clock.pending, 0, "not before that is done");
  await turn();
  clock.advance(2000);
  assert.equal(opened.length, 3);
});

test("a stream that never was open and is refused is not offered", () => {
  const { clock, opened, refusals, latest } = rig();
  latest().head(401, {}, hangUp);
  latest().ended(undefined);
  clock.advance(1_000_000);
  assert.equal(opened.length, 1);
  assert.deepEqual(refusals, []);
});

test("a server that fails is asked again", () => {
  const { clock, opened, latest } = rig();
  latest().head(503, {}, hangUp);
  latest().ended(undefined);
  clock.advance(1000);
  assert.equal(opened.length, 2);
});

test("a stream that is closed ends its request, leaves no timer, and is not opened again", () => {
  const { clock, opened, stream, latest } = rig();
  latest().ended(undefined);
  assert.equal(clock.pending, 1);
  stream.close();
  stream.close();
  assert.equal(clock.pending, 0);
  assert.ok(opened[0]?.request.signal.aborted);
  latest().ended(undefined);
  clock.advance(1_000_000);
  assert.equal(opened.length, 1);
});

test("a wish is remembered for later openings, and outlasts failures", () => {
  const { clock, opened, latest } = rig();
  latest().head(200, events, hangUp);
  latest().retry?.(60_000);
  for (let count = 1; count < 4; count += 1) {
    latest().ended(undefined);
    clock.advance(59_999);
    assert.equal(opened.length, count);
    clock.advance(1);
    assert.equal(opened.length, count + 1);
    if (count === 2) latest().head(200, events, hangUp);
  }
});

test("an upstream that numbers its events is told the last one, until it does not know that any more", () => {
  const { clock, opened, latest } = rig();
  const toldAt = (count: number): unknown => opened[count]?.request.headers["last-event-id"];
  latest().head(200, events, hangUp);
  latest().eventId?.("7-1");
  latest().eventId?.("7-2");
  latest().ended(undefined);
  clock.advance(1000);
  assert.equal(toldAt(1), "7-2");
  latest().head(400, {}, hangUp);
  latest().ended(undefined);
  clock.advance(30_000);
  assert.equal(opened.length, 3);
  assert.equal(toldAt(2), undefined);
  latest().head(400, {}, hangUp);
  latest().ended(undefined);
  clock.advance(60_000);
  assert.equal(opened.length, 3);
});
