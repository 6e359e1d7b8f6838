import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigFormat } from "./document.ts";
import { jsoncFormat } from "./jsonc.ts";
import { yamlFormat } from "./yaml.ts";

/** A small generator of numbers with a seed (mulberry32), so that a failure can be repeated. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const jsoncGaps = [
  "",
  " ",
  "\n",
  "\n  ",
  " // note\n  ",
  " /* note */ ",
  '\n\n  // note, {"}\n  ',
  "\r\n",
  "\n/* two\nlines */ ",
];

function randomJsonc(names: readonly string[], next: (below: number) => number): string {
  const gap = () => jsoncGaps[next(jsoncGaps.length)] ?? "";
  const members = names.map((name) => `${gap()}"${name}"${gap()}: { "command": "${name}" }${gap()}`);
  const trailing = names.length > 0 && next(2) === 0 ? `,${gap()}` : "";
  return `${gap()}{${gap()}"servers": {${members.join(",")}${trailing}${gap()}}${gap()}}${gap()}`;
}

const yamlBodies = [
  "\n    command: NAME\n",
  " { command: NAME }\n",
  "\n      command: NAME # note\n    # below\n",
  "\n\n    command: NAME\n",
];
const yamlGaps = ["", "\n", "  # note\n", "\n  # note\n\n", "# left\n", "    # right\n"];

function randomYaml(names: readonly string[], next: (below: number) => number): string {
  const gap = () => yamlGaps[next(yamlGaps.length)] ?? "";
  const body = (name: string) => (yamlBodies[next(yamlBodies.length)] ?? "").replace("NAME", name);
  const members = names.map((name) => `${gap()}  ${name}:${body(name)}`);
  const servers = names.length === 0 ? " {}\n" : `\n${members.join("")}`;
  return `# top\nservers:${servers}${gap()}listen: {}\n`;
}

function check(format: ConfigFormat, text: string, names: readonly string[], seed: number): void {
  const note = `seed ${seed}:\n${text}`;
  const expected = names.map((name) => [name, { command: name }]);
  assert.deepEqual(serversIn(format, text, note), expected, note);
  const added = format.withMember(text, ["servers", "new"], { command: "new" });
  assert.deepEqual(serversIn(format, added, note), [...expected, ["new", { command: "new" }]], `${note}\n→\n${added}`);
  for (const gone of names) {
    const cut = format.withoutMember(text, ["servers", gone]);
    const rest = expected.filter(([name]) => name !== gone);
    assert.deepEqual(serversIn(format, cut, note), rest, `${note}\nwithout ${gone}\n→\n${cut}`);
  }
}

function serversIn(format: ConfigFormat, text: string, note: string): unknown {
  const { content, syntaxFaults } = format.read(text);
  assert.deepEqual(syntaxFaults, [], `${note}\n→\n${text}`);
  assert.ok(typeof content === "object" && content !== null && "servers" in content, note);
  return Object.entries(content.servers ?? {});
}

for (const [name, format, write] of [
  ["JSONC", jsoncFormat, randomJsonc],
  ["YAML", yamlFormat, randomYaml],
] as const) {
  test(`adding and removing changes just that member of a ${name} text, however it is written`, () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = numbersFrom(seed);
      const names = ["a", "b", "c", "d"].slice(0, next(5));
      check(format, write(names, next), names, seed);
    }
  });
}
