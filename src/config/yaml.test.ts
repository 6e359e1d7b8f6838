import assert from "node:assert/strict";
import { test } from "node:test";
import { configFormatContract } from "./document.contract.ts";
import { yamlFormat } from "./yaml.ts";

configFormatContract("YAML", yamlFormat, {
  tree: `# the servers
servers:
  a:
    args:
      - x
      - "y"
  b: {}
`,
  places: [
    { path: [], line: 2, column: 1 },
    { path: ["servers"], line: 2, column: 1 },
    { path: ["servers", "a", "args"], line: 4, column: 5 },
    { path: ["servers", "a", "args", 1], line: 6, column: 9 },
    { path: ["servers", "b"], line: 7, column: 3 },
    { path: ["servers", "c", "args", 0], line: 2, column: 1 },
    { path: ["servers", 0], line: 2, column: 1 },
  ],
  duplicate: "servers:\n  a: {}\n  a: {}\n",
  duplicatePlace: { line: 3, column: 3 },
  commentsOnly: "# nothing yet\n\n# really\n",
  prototypeKey: "__proto__: { a: 1 }\n",
  faulty: [
    { text: "a: 1\nb: @secret\n", line: 2, column: 4, says: /reserved character/ },
    { text: "a: 'secret\n", line: 2, column: 1, says: /closing quote/ },
    { text: "a:\n\tb: secret\n", line: 2, column: 1, says: /tab/ },
    { text: "a: b: secret\n", line: 1, column: 4, says: /second colon/ },
    { text: "a: !env SECRET\n", line: 1, column: 4, says: /tag/ },
    { text: "a: *secret\n", line: 1, column: 4, says: /alias/ },
    { text: 'a: "\\q"\n', line: 1, column: 5, says: /escape/ },
    { text: "a: 1\n---\na: 2\n", line: 2, column: 1, says: /second document/ },
    { text: "? [secret]\n: 1\n", line: 1, column: 3, says: /not a string/ },
    { text: "a: [1, 2\n", line: 2, column: 1, says: /indented wrongly|lacks a character/ },
    { text: "a: {b: 1 c: 2}\n", line: 1, column: 8, says: /lacks a comma/ },
  ],
});

test("YAML keys that look like numbers or booleans are the strings that stand there", () => {
  assert.deepEqual(yamlFormat.read("1: a\ntrue: b\n").content, { "1": "a", true: "b" });
});

test("a YAML alias stands for what its anchor marks, and a place inside it is that of the alias", () => {
  const text = "a: &shared\n  x: 1\nb: *shared\n";
  const document = yamlFormat.read(text);
  assert.deepEqual(document.content, { a: { x: 1 }, b: { x: 1 } });
  assert.equal(document.offsetOf(["b", "x"]), text.indexOf("b:"));
});

test("YAML aliases that multiply beyond reason are a fault, not a full memory", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level += 1) {
    const items = Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ");
    lines.push(`a${level}: &a${level} [${items}]`);
  }
  const { content, syntaxFaults } = yamlFormat.read(lines.join("\n"));
  assert.equal(content, undefined);
  assert.match(syntaxFaults[0]?.message ?? "", /too often/);
});
