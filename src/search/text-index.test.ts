import assert from "node:assert/strict";
import { test } from "node:test";
import { type Text, TextIndex, maxTexts } from "./text-index.ts";

function text(name: string, description = "", parts: readonly string[] = [], title = ""): Text {
  return { name, title, description, parts };
}

const texts = [
  text("files__read_text_file", "Reads the complete contents of a file as text.", ["path", "head"]),
  text("files__writeFile", "Creates a file or overwrites one.", ["path", "content"]),
  text("tracker__create-issue", "Opens an issue.", ["projectKey"], "New ticket"),
  text("everything__echo", "Echoes back the input.", ["message"]),
  text("reader", "Says nothing of what it does."),
];

async function found(question: string, limit = 10): Promise<string[]> {
  using index = await TextIndex.of(texts);
  return index.find(question, limit).map((at) => texts[at]?.name ?? "");
}

test("names are found by their words, however they are written", async () => {
  for (const question of ["write file", "writeFile", "write_file", "WRITE-FILE", "writefile"]) {
    assert.equal((await found(question))[0], "files__writeFile", question);
  }
  assert.deepEqual(await found("issue"), ["tracker__create-issue"]);
});

test("titles, descriptions and parameters are found too, in any form of the word", async () => {
  assert.deepEqual(await found("tickets"), ["tracker__create-issue"]);
  assert.deepEqual(await found("overwriting"), ["files__writeFile"]);
  assert.deepEqual(await found("project key"), ["tracker__create-issue"]);
  assert.deepEqual(await found("echóes"), ["everything__echo"]);
});

test("the beginning of a word finds it, after those that have the word itself", async () => {
  assert.deepEqual(await found("read"), ["files__read_text_file", "reader"]);
  assert.deepEqual(await found("proj"), ["tracker__create-issue"]);
});

test("a question may be a sentence: words that are in every sentence do not count, unless there are no others", async () => {
  assert.deepEqual(await found("How do I open an issue for this?"), ["tracker__create-issue"]);
  assert.equal((await found("what is it"))[0], "reader");
});

test("a word in a name weighs more than in a description", async () => {
  using index = await TextIndex.of([
    text("a", "A tool that can delete."),
    text("delete_it", "Something else, at length."),
  ]);
  assert.deepEqual(index.find("delete", 10), [1, 0]);
});

test("no question is an error or means anything but its words", async () => {
  const questions = [
    "",
    " ",
    '"',
    "''",
    "*",
    "NEAR(",
    "name : read",
    "-issue",
    "^echo",
    "{name title}: x",
    "a AND",
    "\u0000",
    "\ud800",
    "\u{1E900}",
    "😀",
    ")(",
    "'; DROP TABLE texts; --",
    "x".repeat(100_000),
    "word ".repeat(10_000),
    Array.from({ length: 200 }, (_none, at) => `w${at}`).join(" "),
  ];
  for (const question of questions)
    assert.ok(Array.isArray(await found(question)), JSON.stringify(question.slice(0, 20)));
  assert.equal((await found("NOT issue"))[0], "tracker__create-issue");
  assert.deepEqual(await found("-echo"), ["everything__echo"]);
});

test("equally good texts come in the order in which they were given, no more than wanted", async () => {
  using index = await TextIndex.of(Array.from({ length: 300 }, () => text("same")));
  assert.deepEqual(index.find("same", 3), [0, 1, 2]);
});

test("an index has a bound, and closes twice", async () => {
  const many = Array.from({ length: maxTexts + 1 }, (_none, at) => text(`tool ${at === maxTexts ? "last" : at}`));
  const index = await TextIndex.of(many);
  assert.deepEqual(index.find(String(maxTexts - 1), 1), [maxTexts - 1]);
  assert.deepEqual(index.find("last", 1), []);
  index.close();
  index.close();
});
