import { type KeyVerdict, keyJudge } from "./secret-keys.ts";
import { isSuspicious, redactedMark, scrubText, suspiciousWords } from "./secret-shapes.ts";
import { type PathTree, childOf } from "./secret-paths.ts";

/** By what secrets are recognised besides their shape. */
export interface RedactionRules {
  readonly judge: (key: string) => KeyVerdict;
  /** Whether {@link judge} knows names that {@link isSuspicious} does not look for. */
  readonly hasOwnKeys: boolean;
  /** Members that are secrets because of where they stand; undefined where there are none. */
  readonly paths: PathTree | undefined;
}

export const usualRules: RedactionRules = { judge: keyJudge(), hasOwnKeys: false, paths: undefined };

/** A text without the secrets, and how many were taken out of it. */
export interface Redacted {
  readonly text: string;
  readonly count: number;
}

/** JSON in a string in JSON … is followed so deep; beyond, it is text like any other. */
const maxDepth = 4;

/**
 * Takes the secrets out of a JSON text: values under names that say so, at paths that are given, of known shapes, in texts and in JSON
 * inside strings. The text may end anywhere, as it does where it was cut: what is a secret up to there is still taken out.
 *
 * One pass, without building the value; a text without anything suspicious is returned as it is.
 */
export function redactJson(text: string, rules: RedactionRules = usualRules): Redacted {
  const redactor = new Redactor(text, rules, 0);
  if (rules.paths !== undefined || rules.hasOwnKeys) return redactor.run();
  if (!suspiciousWords.isIn(text)) return { text, count: 0 };
  // Nothing else of the text can be a secret, or be the name of one.
  const suspects = suspiciousWords.stringsIn(text);
  return suspects === undefined ? redactor.run() : redactor.runAt(suspects);
}

/** Takes the secrets out of a text that is no JSON as a whole. */
export function redactText(text: string): Redacted {
  return isSuspicious(text) ? scrubText(text) : { text, count: 0 };
}

const quote = 0x22;
const backslash = 0x5c;
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d]);
const colon = 0x3a;

class Redactor {
  readonly #text: string;
  readonly #rules: RedactionRules;
  readonly #depth: number;
  readonly #parts: string[] = [];
  /** For each object and array around, where it stands among the paths; the elements of an array stand where it does. */
  readonly #around: (PathTree | undefined)[] = [];
  #copied = 0;
  #count = 0;
  /** Where the value that comes next stands. */
  #next: PathTree | undefined;

  constructor(text: string, rules: RedactionRules, depth: number) {
    this.#text = text;
    this.#rules = rules;
    this.#depth = depth;
    this.#next = rules.paths;
  }

  run(): Redacted {
    const text = this.#text;
    let at = 0;
    while (at < text.length) {
      const character = text.charCodeAt(at);
      if (character === quote) at = this.#string(at);
      else {
        if (opening.has(character)) this.#around.push(this.#next);
        else if (closing.has(character)) this.#next = this.#around.pop();
        at += 1;
      }
    }
    return this.#redacted();
  }

  /** The same of a text without places that are secrets, of which only these strings are looked at. */
  runAt(strings: readonly number[]): Redacted {
    let done = 0;
    for (const at of strings) if (at >= done) done = this.#string(at);
    return this.#redacted();
  }

  #redacted(): Redacted {
    const text = this.#text;
    if (this.#count === 0) return { text, count: 0 };
    this.#parts.push(text.slice(this.#copied));
    return { text: this.#parts.join(""), count: this.#count };
  }

  /** Deals with the string that begins at `at`, and where it is a name, with its value; returns where to go on. */
  #string(at: number): number {
    const text = this.#text;
    const end = endOfString(text, at + 1);
    const after = skipSpace(text, end + 1);
    if (text.charCodeAt(after) !== colon) {
      this.#value(at + 1, end);
      return end + 1;
    }
    const start = skipSpace(text, after + 1);
    const key = unescaped(text.slice(at + 1, end));
    const place = childOf(this.#around.at(-1), key);
    this.#next = place;
    const verdict = place?.isSecret === true ? "secret" : this.#rules.judge(key);
    if (verdict === "open" || !isCovered(text, start, verdict)) return start;
    const valueEnd = endOfValue(text, start);
    this.#replace(start, valueEnd, `"${redactedMark}"`, 1);
    return valueEnd;
  }

  /** A string that is a value, from its first character to the quote that closes it, or to where the text was cut. */
  #value(from: number, to: number): void {
    const raw = this.#text.slice(from, to);
    const inner = unescaped(raw);
    if (inner === raw && !isSuspicious(inner)) return;
    const { text, count } = this.#inner(inner);
    if (count > 0) this.#replace(from, to, JSON.stringify(text).slice(1, -1), count);
  }

  #inner(inner: string): Redacted {
    if (!/^\s*[[{"]/.test(inner) || this.#depth >= maxDepth) return scrubText(inner);
    const redacted = new Redactor(inner, { ...this.#rules, paths: undefined }, this.#depth + 1).run();
    // It may only have looked like JSON.
    const { text, count } = scrubText(redacted.text);
    return { text, count: redacted.count + count };
  }

  #replace(from: number, to: number, by: string, count: number): void {
    this.#parts.push(this.#text.slice(this.#copied, from), by);
    this.#copied = to;
    this.#count += count;
  }
}

/** Whether what begins here is covered: numbers and truth values only where nothing else can be meant; nothing is no secret. */
function isCovered(text: string, at: number, verdict: KeyVerdict): boolean {
  if (at >= text.length || text.startsWith("null", at) || text.startsWith('""', at)) return false;
  const character = text.charCodeAt(at);
  return verdict === "secret" || character === quote || opening.has(character);
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return Math.min(endOfString(text, start + 1) + 1, text.length);
  if (!opening.has(first)) {
    let at = start;
    while (at < text.length && !/[,\]}\s]/.test(text.charAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) at = endOfString(text, at + 1);
    else if (opening.has(character)) depth += 1;
    else if (closing.has(character)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** Where the quote is that closes the string whose first character is at `from`; the length of the text where it was cut before. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - 1 - backslashes >= from && text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** What a string's text stands for; where it was cut in the middle of an escape, without that. */
function unescaped(raw: string): string {
  if (!raw.includes("\\")) return raw;
  const whole = raw.replace(/(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, "$1");
  try {
    return String(JSON.parse(`"${whole}"`));
  } catch {
    // Not JSON after all: then it stands for itself.
    return raw;
  }
}
