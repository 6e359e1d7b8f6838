import assert from "node:assert/strict";
import { test } from "node:test";
import { moneyInWords, numberInWords } from "./in-words.ts";

test("numbers are written out as an ERP writes them", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0, "Zero"],
    [14, "Fourteen"],
    [21, "Twenty-One"],
    [40, "Forty"],
    [100, "One Hundred"],
    [301, "Three Hundred And One"],
    [1000, "One Thousand"],
    [1001, "One Thousand And One"],
    [1234, "One Thousand, Two Hundred And Thirty-Four"],
    [2_000_000, "Two Million"],
    [1_010_115, "One Million, Ten Thousand, One Hundred And Fifteen"],
  ];
  for (const [number, words] of expected) assert.equal(numberInWords(number), words);
});

test("an amount names its currency, and its cents where there are any", () => {
  assert.equal(moneyInWords(301.5, "EUR"), "EUR Three Hundred And One and Fifty Cent only.");
  assert.equal(moneyInWords(0, "EUR"), "EUR Zero only.");
  assert.equal(moneyInWords(0.07, "EUR"), "Seven Cent only.");
  assert.equal(moneyInWords(20, "USD"), "USD Twenty only.");
});
