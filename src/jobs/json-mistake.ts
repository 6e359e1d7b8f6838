const space = /[ \t\n\r]*/y;
// oxlint-disable-next-line eslint/no-control-regex -- in JSON they come escaped only
const plain = /[^"\\\u0000-\u001F]*/y;
const escape = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?/y;
const word = /true|false|null/y;

/** What may come next. */
type Wanted = "value" | "value_or_end" | "key" | "key_or_end" | "colon" | "comma_or_end" | "nothing";

/**
 * Where a text stops being the beginning of some JSON, as an index; its length where only more is missing. Takes time in proportion to the text:
 * the parser's own error does not always say where.
 *
 * @see RFC 8259.
 */
export function mistakeIn(text: string): number {
  const open: string[] = [];
  let wanted: Wanted = "value";
  let at = after(space, text, 0);
  while (at < text.length) {
    const character = text.charAt(at);
    const next: Step | undefined = step(text, at, character, wanted, open);
    if (next === undefined) return at;
    if (next.isWrong === true) return next.at;
    wanted = next.wanted;
    at = after(space, text, next.at);
  }
  return text.length;
}

interface Step {
  readonly at: number;
  readonly wanted: Wanted;
  /** Whether the mistake is at `at`, within what began here. */
  readonly isWrong?: boolean;
}

/** One token further; undefined where it does not fit. `open` holds what closes the arrays and objects that are open. */
function step(text: string, at: number, character: string, wanted: Wanted, open: string[]): Step | undefined {
  switch (wanted) {
    case "nothing":
      return undefined;
    case "colon":
      return character === ":" ? { at: at + 1, wanted: "value" } : undefined;
    case "key":
    case "key_or_end":
      if (character === '"') return string(text, at, "colon");
      return wanted === "key_or_end" ? closed(at, character, open) : undefined;
    case "comma_or_end":
      if (character !== ",") return closed(at, character, open);
      return { at: at + 1, wanted: open.at(-1) === "}" ? "key" : "value" };
    case "value":
    case "value_or_end":
      return value(text, at, character, open) ?? (wanted === "value_or_end" ? closed(at, character, open) : undefined);
  }
}

function value(text: string, at: number, character: string, open: string[]): Step | undefined {
  if (character === "{" || character === "[") {
    open.push(character === "{" ? "}" : "]");
    return { at: at + 1, wanted: character === "{" ? "key_or_end" : "value_or_end" };
  }
  const wanted = open.length === 0 ? "nothing" : "comma_or_end";
  if (character === '"') return string(text, at, wanted);
  const end = Math.max(after(number, text, at), after(word, text, at));
  return end > at ? { at: end, wanted } : undefined;
}

function closed(at: number, character: string, open: string[]): Step | undefined {
  if (character !== open.at(-1)) return undefined;
  open.pop();
  return { at: at + 1, wanted: open.length === 0 ? "nothing" : "comma_or_end" };
}

function string(text: string, start: number, wanted: Wanted): Step {
  let at = start + 1;
  for (;;) {
    at = after(plain, text, at);
    if (at >= text.length) return { at: text.length, wanted, isWrong: true };
    if (text.charAt(at) === '"') return { at: at + 1, wanted };
    const end = after(escape, text, at);
    if (end === at) return { at, wanted, isWrong: true };
    at = end;
  }
}

/** The end of what a sticky pattern matches from here. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
