import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { Together } from "./together.ts";

test("a request alone is answered right away, several at the end of the turn and in their order", async () => {
  const together = new Together();
  const done: string[] = [];
  const end = (name: string): void => {
    together.end();
    together.do(() => done.push(name));
  };
  together.begin();
  end("alone");
  assert.deepEqual(done, ["alone"]);
  for (let count = 0; count < 3; count += 1) together.begin();
  end("first");
  end("second");
  end("last");
  assert.deepEqual(done, ["alone"], "the last one waits for those before it");
  await turn();
  assert.deepEqual(done, ["alone", "first", "second", "last"]);
});

test("after a turn with several, what needs no waiting is done together too, until one is alone again", async () => {
  const together = new Together();
  const done: string[] = [];
  const whole = (name: string): void => {
    together.begin();
    together.end();
    together.do(() => done.push(name));
  };
  whole("first");
  whole("second");
  assert.deepEqual(done, ["first", "second"], "nobody knew that there would be two");
  await turn();
  whole("third");
  whole("fourth");
  assert.deepEqual(done, ["first", "second"]);
  await turn();
  assert.deepEqual(done, ["first", "second", "third", "fourth"]);
  whole("alone, after several");
  assert.equal(done.length, 4);
  await turn();
  assert.equal(done.at(-1), "alone, after several");
  whole("alone");
  assert.equal(done.at(-1), "alone");
});
