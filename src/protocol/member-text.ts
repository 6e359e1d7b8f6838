/** Where one member of a JSON object stands in the object's text, in bytes. */
export interface MemberSpan {
  readonly name: string;
  /** Where its name begins, with the quote. */
  readonly start: number;
  /** Where its value begins. */
  readonly valueStart: number;
  /** Where the comma or brace after it stands. */
  readonly end: number;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openingBracket = 0x5b;
const backslash = 0x5c;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** Strings longer than this are searched through natively. */
const shortBytes = 64;

/** Where a string ends whose first character is at `from`: its closing quote; -1 where it does not. */
export function endOfString(text: Buffer, from: number): number {
  let at = from;
  for (const near = Math.min(text.length, from + shortBytes); at < near; at += 1) {
    if (text[at] === quote) return at;
    if (text[at] === backslash) at += 1;
  }
  for (at = text.indexOf(quote, at); at !== -1; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/**
 * Whether the brace that the text begins with is closed by its last one. What stands between need not be valid, but cannot be taken for
 * anything outside of it. Costs a tenth of parsing.
 */
export function isOneObject(text: Buffer): boolean {
  return endOfValue(text, 0) === text.length;
}

/**
 * The members of the object whose text this is, in order, found without parsing what is in them; whoever has seen enough may stop. Ends early
 * where the text is not that of an object; values are not checked.
 */
export function* memberSpans(text: Buffer): Generator<MemberSpan, void, undefined> {
  let at = afterSpace(text, 0);
  if (text[at] !== openingBrace) return;
  do {
    const start = afterSpace(text, at + 1);
    if (text[start] !== quote) return;
    const nameEnd = endOfString(text, start + 1);
    const colonAt = nameEnd === -1 ? -1 : afterSpace(text, nameEnd + 1);
    if (text[colonAt] !== colon) return;
    const valueStart = afterSpace(text, colonAt + 1);
    const end = endOfMember(text, valueStart);
    if (end === -1) return;
    yield { name: nameIn(text, start, nameEnd + 1), start, valueStart, end };
    at = end;
  } while (text[at] === comma);
}

/** All members, in order; undefined where the text is not that of one whole object, as far as can be told without looking into values. */
export function allMembers(text: Buffer): MemberSpan[] | undefined {
  const spans = [...memberSpans(text)];
  const last = spans.at(-1)?.end ?? afterSpace(text, afterSpace(text, 0) + 1);
  return text[last] === closingBrace && afterSpace(text, last + 1) === text.length ? spans : undefined;
}

/** The member of this name; undefined where there is none. Of several, the last, which is the one that a parser takes. */
export function memberNamed(text: Buffer, name: string): MemberSpan | undefined {
  let found: MemberSpan | undefined;
  for (const span of memberSpans(text)) if (span.name === name) found = span;
  return found;
}

/** The text of a member's value. */
export function valueText(text: Buffer, { valueStart, end }: MemberSpan): string {
  return text.toString("utf8", valueStart, end).trimEnd();
}

function nameIn(text: Buffer, start: number, end: number): string {
  const written = text.toString("utf8", start, end);
  if (!written.includes("\\")) return written.slice(1, -1);
  try {
    return String(JSON.parse(written));
  } catch {
    // No name that anybody looks for.
    return written;
  }
}

function afterSpace(text: Buffer, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1;
  return at;
}

/** Where the comma or brace after a member's value stands; -1 where there is none. */
function endOfMember(text: Buffer, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === comma || byte === closingBrace) return at > from ? at : -1;
    if (byte === quote || byte === openingBrace || byte === openingBracket) {
      at = endOfValue(text, at) - 1;
      if (at < from) return -1;
    }
  }
  return -1;
}

/** The place after the string, array or object that begins at `from`; -1 where it does not end. */
function endOfValue(text: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === quote) {
      at = endOfString(text, at + 1);
      if (at === -1) return -1;
    } else if (byte === openingBrace || byte === openingBracket) depth += 1;
    else if (byte === closingBrace || byte === closingBracket) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}
