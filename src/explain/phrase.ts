/** What stands for anything on the same line, up to {@link gapLength} characters of it. */
const gap = "…";
const gapLength = 80;

/**
 * One expression for any of these phrases, whole words only, in upper or lower case.
 *
 * A phrase is plain text but for one `…` at most, which stands for up to 80 characters of the same line. So whatever the text is, looking
 * through it takes time in proportion to its length.
 *
 * @throws {RangeError} a phrase is empty or has two gaps.
 */
export function phrasePattern(phrases: readonly string[]): RegExp {
  return new RegExp(`(?<!\\w)(?:${phrases.map(sourceOf).join("|")})(?!\\w)`, "i");
}

function sourceOf(phrase: string): string {
  const parts = phrase.split(gap);
  if (phrase === "" || parts.length > 2 || parts.includes("")) {
    throw new RangeError(`A phrase must be text with at most one … inside it, got ${JSON.stringify(phrase)}`);
  }
  return parts.map((part) => escaped(part)).join(`[^\\n]{0,${gapLength}}?`);
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, String.raw`\$&`);
}
