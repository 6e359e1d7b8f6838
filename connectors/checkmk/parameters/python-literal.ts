/**
 * A value as Checkmk writes values of rules: a Python literal. Tuples and lists are apart, as Checkmk takes one where it wants the other for an
 * error; numbers keep their text, as `80` and `80.0` are apart too.
 */
export type Literal =
  | { readonly kind: "none" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "tuple" | "list" | "set"; readonly items: readonly Literal[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [key: Literal, value: Literal])[] };

/** Why a text is no literal. */
export class LiteralError extends Error {
  override readonly name = "LiteralError";
}

const maxCharacters = 256 * 1024;
const maxDepth = 64;

/**
 * Reads a literal: what Python's `ast.literal_eval` takes, but for complex numbers, triple quotes and names of characters.
 *
 * @throws {LiteralError} where and what was expected; also beyond 256 Ki characters or 64 levels.
 */
export function parseLiteral(text: string): Literal {
  if (text.length > maxCharacters)
    throw new LiteralError(`The value has ${text.length} characters, over ${maxCharacters}`);
  const reader = new Reader(text);
  const literal = reader.value(0);
  reader.end();
  return literal;
}

const spaces = /[\s\\]*/y;
const numbers = /[-+]?\s*(?:\d[\d_]*\.?(?:\d[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?/y;
const words = /[A-Za-z_]\w*/y;
const quotes = /(?<prefix>[rRuUbB]{0,2})(?<quote>['"])/y;

const named: Readonly<Record<string, Literal>> = {
  None: { kind: "none" },
  True: { kind: "boolean", value: true },
  False: { kind: "boolean", value: false },
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Literal {
    if (depth > maxDepth) throw this.#wrong(`at most ${maxDepth} levels`);
    this.#match(spaces);
    const opening = this.#text[this.#at];
    if (opening === "(") return this.#sequence(")", depth);
    if (opening === "[") return this.#sequence("]", depth);
    if (opening === "{") return this.#braces(depth);
    const text = this.#string();
    if (text !== undefined) return { kind: "text", value: text };
    const number = this.#match(numbers)?.[0];
    if (number !== undefined) return { kind: "number", text: number.replaceAll(/[\s_]|^\+/g, "") };
    const word = this.#match(words)?.[0] ?? "";
    const literal = named[word];
    if (literal === undefined) throw this.#wrong("a value");
    return literal;
  }

  end(): void {
    this.#match(spaces);
    if (this.#at < this.#text.length) throw this.#wrong("nothing more");
  }

  #sequence(closing: ")" | "]", depth: number): Literal {
    this.#at += 1;
    const items: Literal[] = [];
    let comma = false;
    while (!this.#takes(closing)) {
      if (items.length > 0 && !comma) throw this.#wrong(`"," or "${closing}"`);
      items.push(this.value(depth + 1));
      comma = this.#takes(",");
    }
    const [only] = items;
    // Parentheses around one value without a comma are only parentheses.
    if (closing === ")" && items.length === 1 && !comma && only !== undefined) return only;
    return { kind: closing === ")" ? "tuple" : "list", items };
  }

  #braces(depth: number): Literal {
    this.#at += 1;
    if (this.#takes("}")) return { kind: "dict", entries: [] };
    const first = this.value(depth + 1);
    if (!this.#takes(":")) return this.#set(first, depth);
    const entries: [Literal, Literal][] = [[first, this.value(depth + 1)]];
    while (!this.#takes("}")) {
      if (!this.#takes(",")) throw this.#wrong('"," or "}"');
      if (this.#takes("}")) break;
      const key = this.value(depth + 1);
      if (!this.#takes(":")) throw this.#wrong('":"');
      entries.push([key, this.value(depth + 1)]);
    }
    return { kind: "dict", entries };
  }

  #set(first: Literal, depth: number): Literal {
    const items = [first];
    while (!this.#takes("}")) {
      if (!this.#takes(",")) throw this.#wrong('"," or "}"');
      if (this.#takes("}")) break;
      items.push(this.value(depth + 1));
    }
    return { kind: "set", items };
  }

  /** One text, or several beside each other, which Python reads as one. */
  #string(): string | undefined {
    let text: string | undefined;
    for (;;) {
      const opening = this.#match(quotes)?.groups;
      if (opening === undefined) return text;
      const { quote = "", prefix = "" } = opening;
      text = (text ?? "") + this.#untilQuote(quote, /r/i.test(prefix));
      this.#match(spaces);
    }
  }

  #untilQuote(quote: string, isRaw: boolean): string {
    let text = "";
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === "\n") throw this.#wrong(quote);
      this.#at += 1;
      if (character === quote) return text;
      if (character !== "\\" || isRaw) text += character;
      else text += this.#escaped();
    }
  }

  #escaped(): string {
    const code = this.#match(/x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}/y)?.[0];
    if (code !== undefined) {
      const point = /^[xuU]/.test(code) ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8);
      if (point > 0x10_ff_ff) throw this.#wrong("a character");
      return String.fromCodePoint(point);
    }
    const character = this.#text[this.#at] ?? "";
    this.#at += 1;
    return escapes[character] ?? `\\${character}`;
  }

  #takes(character: string): boolean {
    this.#match(spaces);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #wrong(expected: string): LiteralError {
    const found = this.#text.slice(this.#at, this.#at + 20);
    return new LiteralError(
      `Expected ${expected} at character ${this.#at + 1}, found ${found === "" ? "the end" : JSON.stringify(found)}`,
    );
  }
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** The literal as Python's `repr` writes it: what Checkmk gives, and takes, as `value_raw`. */
export function printLiteral(literal: Literal): string {
  switch (literal.kind) {
    case "none":
      return "None";
    case "boolean":
      return literal.value ? "True" : "False";
    case "number":
      return literal.text;
    case "text":
      return printText(literal.value);
    case "tuple":
      return `(${itemsText(literal.items)}${literal.items.length === 1 ? "," : ""})`;
    case "list":
      return `[${itemsText(literal.items)}]`;
    case "set":
      return literal.items.length === 0 ? "set()" : `{${itemsText(literal.items)}}`;
    case "dict":
      return `{${literal.entries.map(([key, value]) => `${printLiteral(key)}: ${printLiteral(value)}`).join(", ")}}`;
  }
}

function itemsText(items: readonly Literal[]): string {
  return items.map(printLiteral).join(", ");
}

function printText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replaceAll(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, escapeOf);
  return quote + (quote === "'" ? inside.replaceAll("'", "\\'") : inside) + quote;
}

function escapeOf(character: string): string {
  const short = Object.entries({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }).find(
    ([key]) => key === character,
  );
  if (short !== undefined) return short[1];
  const point = character.codePointAt(0) ?? 0;
  if (point <= 0xff) return `\\x${point.toString(16).padStart(2, "0")}`;
  return point <= 0xff_ff ? `\\u${point.toString(16).padStart(4, "0")}` : `\\U${point.toString(16).padStart(8, "0")}`;
}
