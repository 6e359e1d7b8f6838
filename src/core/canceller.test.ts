import assert from "node:assert/strict";
import { test } from "node:test";
import { Canceller, type Controller, platformSignal } from "./canceller.ts";

for (const [name, make] of [
  ["a canceller", () => new Canceller()],
  ["the platform's controller, which it stands for,", () => new AbortController()],
] as const) {
  test(`${name} tells each listener once, in order, but none that was taken away or came too late`, () => {
    const controller: Controller = make();
    const { signal } = controller;
    const told: string[] = [];
    const [one, gone, late] = ["one", "gone", "late"].map((text) => () => void told.push(text));
    assert.ok(one && gone && late);
    signal.addEventListener("abort", one);
    signal.addEventListener("abort", () => {
      told.push(String(signal.reason));
      signal.removeEventListener("abort", gone);
      signal.addEventListener("abort", late);
    });
    signal.addEventListener("abort", gone);
    signal.throwIfAborted();
    controller.abort("why");
    controller.abort("again");
    assert.deepEqual(told, ["one", "why"]);
    assert.deepEqual([signal.aborted, signal.reason], [true, "why"]);
    assert.throws(() => {
      signal.throwIfAborted();
    }, /why/);
  });

  test(`${name} gives a reason where none is given, and keeps one listener apart from another`, () => {
    const controller: Controller = make();
    const { signal } = controller;
    let calls = 0;
    const listener = (): void => {
      calls += 1;
    };
    const other = (): void => {
      calls += 10;
    };
    signal.removeEventListener("abort", listener);
    signal.addEventListener("abort", listener);
    signal.removeEventListener("abort", other);
    signal.removeEventListener("abort", listener);
    controller.abort();
    assert.equal(calls, 0);
    assert.ok(signal.reason instanceof DOMException && signal.reason.name === "AbortError");
  });
}

test("the platform's signal for one fires with it, at once where it has fired, and is itself where it is one", () => {
  const canceller = new Canceller();
  const signal = platformSignal(canceller.signal);
  assert.equal(signal.aborted, false);
  canceller.abort("why");
  assert.deepEqual([signal.reason, platformSignal(canceller.signal).reason], ["why", "why"]);
  const own = new AbortController();
  assert.equal(platformSignal(own.signal), own.signal);
});
