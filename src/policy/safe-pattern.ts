/**
 * Patterns come from servers, and JavaScript's own regular expressions go back and try again: `(a+)+$` takes years for forty characters. So a
 * pattern is judged before it is used, and a text is matched only where the work stays small.
 */
export type PatternJudgement =
  | { readonly kind: "refused"; readonly reason: string }
  | {
      readonly kind: "usable";
      /** The work for a text of n characters is at most some n to this power. */
      readonly degree: number;
    };

/** Steps that matching one text may take, by the judgement: some milliseconds. */
const maxSteps = 2_000_000;

/** Longest pattern that is judged at all, in characters. */
const maxPattern = 1000;

/** Repetitions up to so many count as a matter of the pattern, not of the text. */
const fewRepetitions = 32;

interface Group {
  /** Whether what stands in it may be matched in more than one way: it repeats or offers a choice. */
  isOpen: boolean;
}

/**
 * Judges a pattern from its text: how often something may be repeated at will, and whether such things stand within each other.
 *
 * Refused are repetitions of what is itself repeated or offers a choice, references back and looking around. Some harmless ones are among
 * these.
 */
export function judgePattern(pattern: string): PatternJudgement {
  if (pattern.length > maxPattern) return refused(`it has more than ${maxPattern} characters`);
  const groups: Group[] = [{ isOpen: false }];
  let loops = 0;
  let closed: Group | undefined;
  for (const token of pattern.matchAll(tokens)) {
    const [text] = token;
    const last = closed;
    closed = undefined;
    if (/^\\[1-9k]/.test(text)) return refused("it refers back to what it matched");
    if (/^\(\?[=!<]/.test(text) && !/^\(\?<[A-Za-z_]/.test(text)) return refused("it looks around");
    if (text.startsWith("(")) groups.push({ isOpen: false });
    else if (text === ")") {
      closed = groups.pop();
      const outer = groups.at(-1);
      if (closed === undefined || outer === undefined) return refused("its brackets do not fit");
      outer.isOpen ||= closed.isOpen;
    } else if (text === "|") mark(groups);
    else if (isQuantifier(text)) {
      const most = mostOf(text);
      if (most > 1 && last?.isOpen === true) return refused("it repeats what is repeated or offers a choice");
      if (most > fewRepetitions) loops += 1;
      if (!isExact(text)) mark(groups);
    }
  }
  return { kind: "usable", degree: loops + (pattern.startsWith("^") ? 0 : 1) };
}

/** Something escaped, a class, what opens a group, a quantifier, or any other character. */
const tokens = /\\k<[^>]*>|\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?::|=|!|<=|<!|<\w+>))?|\{\d+(?:,\d*)?\}\??|[*+?]\??|./gsu;

function mark(groups: readonly Group[]): void {
  const inner = groups.at(-1);
  if (inner !== undefined) inner.isOpen = true;
}

function isQuantifier(text: string): boolean {
  return /^(?:[*+?]|\{\d)/.test(text) && !(text.length === 1 && text === "{");
}

function mostOf(quantifier: string): number {
  if (quantifier.startsWith("?")) return 1;
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)/.exec(quantifier) ?? [];
  if (least === undefined) return Number.POSITIVE_INFINITY;
  if (comma === "") return Number(least);
  return most === "" || most === undefined ? Number.POSITIVE_INFINITY : Number(most);
}

function isExact(quantifier: string): boolean {
  return /^\{\d+\}/.test(quantifier);
}

function refused(reason: string): PatternJudgement {
  return { kind: "refused", reason };
}

/** What tests texts against a pattern. */
export interface TextTest {
  test(text: string): boolean;
  /** The pattern as JavaScript writes it: compilers of schemas take tests with one such text for one test. */
  toString(): string;
}

/**
 * Tests texts against a pattern, where that is safe: a pattern that is refused fits every text, and a usable one fits those that are too long
 * for it. What it should have stopped is then the server's to refuse.
 *
 * @param onRefused told, once, why a pattern is not used.
 * @throws {SyntaxError} — it is no pattern.
 */
export function safePattern(pattern: string, flags: string, onRefused: (reason: string) => void): TextTest {
  const expression = new RegExp(pattern, flags);
  const judgement = judgePattern(pattern);
  if (judgement.kind === "refused") {
    onRefused(judgement.reason);
    return { test: () => true, toString: () => String(expression) };
  }
  const longest = Math.floor(maxSteps ** (1 / Math.max(1, judgement.degree)));
  return {
    test: (text) => text.length > longest || expression.test(text),
    toString: () => String(expression),
  };
}
