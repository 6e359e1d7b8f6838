import assert from "node:assert/strict";
import { test } from "node:test";
import { nameWords, wordsIn } from "./words.ts";

const split: Readonly<Record<string, readonly string[]>> = {
  read_text_file: ["read", "text", "file"],
  readTextFile: ["read", "Text", "File"],
  "read-text-file": ["read", "text", "file"],
  "files__read.text": ["files", "read", "text"],
  HTTPServer2Start: ["HTTP", "Server2", "Start"],
  "Größe der Datei": ["Größe", "der", "Datei"],
  "e\u0301tat": ["e\u0301tat"],
  読み込む: ["読", "み", "込", "む"],
  "": [],
  "*\"'()^:{}-": [],
  "\u0000\ud800": [],
};

for (const [text, words] of Object.entries(split)) {
  test(`the words in ${JSON.stringify(text)} are ${JSON.stringify(words)}`, () => {
    assert.deepEqual(wordsIn(text), words);
  });
}

test("a name of several words is found by its last ones written together", () => {
  assert.deepEqual(nameWords("files__get-sum"), ["files", "get", "sum", "filesgetsum", "getsum"]);
  assert.deepEqual(nameWords("echo"), ["echo"]);
});
