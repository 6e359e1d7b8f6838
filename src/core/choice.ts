/** A pattern in which `*` stands for any characters, none included. The time taken to match grows with the text, not with its square. */
function matcher(pattern: string): (text: string) => boolean {
  const [first = "", ...middle] = pattern.split("*");
  const last = middle.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** Which names fit a list of patterns. Those after `!` are exceptions; a list of nothing but exceptions is everything else. */
export class Choice {
  readonly #included: readonly ((text: string) => boolean)[];
  readonly #excluded: readonly ((text: string) => boolean)[];
  /** Whether no name is left out. */
  readonly isEverything: boolean;

  constructor(patterns: readonly string[]) {
    const excluded = patterns.filter((pattern) => pattern.startsWith("!"));
    const included = patterns.filter((pattern) => !pattern.startsWith("!"));
    this.#excluded = excluded.map((pattern) => matcher(pattern.slice(1)));
    this.#included = included.map(matcher);
    if (included.length === 0 && excluded.length > 0) this.#included = [matcher("*")];
    this.isEverything = excluded.length === 0 && included.includes("*");
  }

  /** Whether the name is chosen. */
  has(name: string): boolean {
    return this.#included.some((fits) => fits(name)) && !this.excludes(name);
  }

  /** Whether the name is an exception. */
  excludes(name: string): boolean {
    return this.#excluded.some((fits) => fits(name));
  }
}

/** Whether a pattern, which may be an exception, fits a name. */
export function patternFits(pattern: string, name: string): boolean {
  return matcher(pattern.startsWith("!") ? pattern.slice(1) : pattern)(name);
}

/**
 * The patterns with as little changed as makes this one name chosen, or not. Exceptions that are left alone go too: a list of nothing
 * else would choose everything.
 */
export function withChosen(patterns: readonly string[], name: string, isChosen: boolean): readonly string[] {
  if (new Choice(patterns).has(name) === isChosen) return patterns;
  const others = patterns.filter((pattern) => pattern !== (isChosen ? `!${name}` : name));
  const wasExceptions = patterns.every((pattern) => pattern.startsWith("!"));
  if (others.every((pattern) => pattern.startsWith("!")) && !wasExceptions) return isChosen ? [name] : [];
  if (isChosen && others.length === 0 && patterns.length > 0) return ["*"];
  if (new Choice(others).has(name) === isChosen) return others;
  return [...others, isChosen ? name : `!${name}`];
}
