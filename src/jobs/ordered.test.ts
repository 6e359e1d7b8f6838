import assert from "node:assert/strict";
import { test } from "node:test";
import { ordered } from "./ordered.ts";

function thing(id: string, ...needs: readonly string[]) {
  return { id, needs, line: Number(id) };
}

function idsOf(things: readonly { readonly id: string }[]): string[] {
  return things.map(({ id }) => id);
}

test("what needs others comes right after them, and all else stays in its order", () => {
  assert.deepEqual(idsOf(ordered([thing("1"), thing("2", "1"), thing("3")])), ["1", "2", "3"]);
  assert.deepEqual(idsOf(ordered([thing("1", "4", "2"), thing("2", "4"), thing("3"), thing("4")])), [
    "4",
    "2",
    "1",
    "3",
  ]);
});

test("100,000 things in one chain, and as many that need the same one, are put in order", () => {
  const count = 100_000;
  const chain = Array.from({ length: count }, (_, at) =>
    thing(String(at), ...(at + 1 < count ? [String(at + 1)] : [])),
  );
  assert.equal(ordered(chain)[0]?.id, String(count - 1));
  const star = Array.from({ length: count }, (_, at) => thing(String(at), ...(at > 0 ? ["0"] : [])));
  assert.deepEqual(idsOf(ordered(star)), idsOf(star));
});

test("a circle is refused with its members, and so are an id that is there twice or not at all", () => {
  assert.throws(() => ordered([thing("1"), thing("2", "3"), thing("3", "2")]), {
    code: "invalid_operations",
    message: 'Line 2: Operations need each other in a circle: "2" needs "3" needs "2"',
  });
  assert.throws(() => ordered([thing("1"), thing("1")]), { message: 'Line 1: The id "1" is there twice' });
  assert.throws(() => ordered([thing("1", "9")]), { message: 'Line 1: "1" needs "9", which is not there' });
});
