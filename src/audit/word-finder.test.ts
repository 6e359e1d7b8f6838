import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { wordFinder } from "./word-finder.ts";

test("words are found in any case, one within another, and nothing else is", () => {
  const { isIn: find } = wordFinder(["secret", "crete", "://", "a_b"]);
  for (const text of ["my SECRET", "xsecrete", "concrete", "https://x", "ä A_b", "ssecret", "secre\u0000a_b"]) {
    assert.equal(find(text), true, text);
  }
  for (const text of ["", "secre t", "secrät", "creté", ":/ /", "ab", "İ"]) assert.equal(find(text), false, text);
});

test("the finder says what looking for each word says", () => {
  const seed = 20;
  const random = seededRandom(seed);
  const letters = "abcD-";
  const word = (length: number): string =>
    Array.from({ length }, () => letters.charAt(Math.trunc(random() * letters.length))).join("");
  for (let round = 0; round < 300; round += 1) {
    const words = Array.from({ length: 1 + Math.trunc(random() * 6) }, () =>
      word(1 + Math.trunc(random() * 4)).toLowerCase(),
    );
    const { isIn: find } = wordFinder(words);
    for (let at = 0; at < 20; at += 1) {
      const text = word(Math.trunc(random() * 12));
      const expected = words.some((each) => text.toLowerCase().includes(each));
      assert.equal(find(text), expected, `seed ${seed}: ${words.join(" ")} in ${text}`);
    }
  }
});

test("the strings of a JSON text that hold a word are found by where they begin, also by a quote of their own", () => {
  const { stringsIn } = wordFinder(["key", 'auth"', '"pin']);
  const places = (text: string): readonly string[] | undefined => stringsIn(text)?.map((at) => text.slice(at, at + 4));
  assert.deepEqual(places('{"a":"b","my key":1}'), ['"my ']);
  assert.deepEqual(places('{"keys":["key key","no","\\"key"],"x_auth":"","pin":1}'), [
    '"key',
    '"key',
    '"\\"k',
    '"x_a',
    '"pin',
  ]);
  assert.deepEqual(
    places('["ends\\\\","a key'),
    ['"a k'],
    "a string that was cut, behind one that ends with a backslash",
  );
  assert.deepEqual(places('["none"]'), []);
  assert.equal(places('["a"key]'), undefined, "no JSON: a word stands outside of strings");
  assert.equal(places('[auth"b"]'), undefined);
});
