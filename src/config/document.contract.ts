import assert from "node:assert/strict";
import { test } from "node:test";
import type { Path } from "./content.ts";
import { type ConfigFormat, lineAndColumn } from "./document.ts";

/** The same things, written in the way of one format. */
export interface FormatSamples {
  /** `{ servers: { a: { args: ["x", "y"] }, b: {} } }` with the places of some of its parts. */
  readonly tree: string;
  readonly places: readonly { readonly path: Path; readonly line: number; readonly column: number }[];
  /** `{ servers: { a: …, a: … } }`, and the place of the second. */
  readonly duplicate: string;
  readonly duplicatePlace: { readonly line: number; readonly column: number };
  /** Nothing but comments. */
  readonly commentsOnly: string;
  /** `{ __proto__: { a: 1 } }` */
  readonly prototypeKey: string;
  /** Texts with one or more faults of syntax, the place of the first, and what its message says. */
  readonly faulty: readonly {
    readonly text: string;
    readonly line: number;
    readonly column: number;
    readonly says: RegExp;
  }[];
}

/** What every way of writing a config file must do. */
export function configFormatContract(name: string, format: ConfigFormat, samples: FormatSamples): void {
  test(`${name} reads data and knows where each part of it begins`, () => {
    const document = format.read(samples.tree);
    assert.deepEqual(document.syntaxFaults, []);
    assert.deepEqual(document.content, { servers: { a: { args: ["x", "y"] }, b: {} } });
    for (const { path, line, column } of samples.places) {
      assert.deepEqual(lineAndColumn(samples.tree, document.offsetOf(path)), { line, column }, path.join("."));
    }
  });

  test(`${name} takes an empty text, and one with comments only, for no data`, () => {
    for (const text of ["", " \n", samples.commentsOnly]) {
      const document = format.read(text);
      assert.deepEqual([document.content, document.syntaxFaults, document.offsetOf(["a"])], [undefined, [], 0]);
    }
  });

  test(`${name} tells of a key that is there twice, and where`, () => {
    const [duplicate, ...others] = format.read(samples.duplicate).duplicateKeys;
    assert.deepEqual(duplicate?.path, ["servers", "a"]);
    assert.deepEqual(lineAndColumn(samples.duplicate, duplicate.offset), samples.duplicatePlace);
    assert.deepEqual(others, []);
  });

  test(`${name} keeps a key __proto__ as an ordinary key`, () => {
    const { content } = format.read(samples.prototypeKey);
    assert.ok(typeof content === "object" && content !== null && Object.hasOwn(content, "__proto__"));
  });

  test(`${name} tells each fault of syntax with its place, without quoting the text`, () => {
    for (const { text, line, column, says } of samples.faulty) {
      const [fault] = format.read(text).syntaxFaults;
      assert.ok(fault, text);
      assert.match(fault.message, says);
      assert.doesNotMatch(fault.message, /secret/);
      assert.deepEqual(lineAndColumn(text, fault.offset), { line, column }, text);
    }
  });
}
