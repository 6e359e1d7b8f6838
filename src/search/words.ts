const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
/** Between a small letter or a digit and a capital (`readText`), and between capitals and a capitalised word (`HTTPServer`). */
const hump = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Scripts that put no space between words: each character counts as one. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** The words in a text: they end at humps of camelCase, at punctuation, at every ideograph. */
export function wordsIn(text: string): string[] {
  const runs = text.replaceAll(unspaced, " $& ").match(word) ?? [];
  return runs.flatMap((run) => run.split(hump));
}

/** Last words of a name that are indexed written together as well. */
const maxTogether = 8;

/**
 * What a name is found by: its words, and what begins with each of them written together, so that `readfile` finds `readFile` and
 * `files__read_file`.
 */
export function nameWords(name: string): string[] {
  const words = wordsIn(name);
  const last = words.slice(-maxTogether);
  return [...words, ...last.slice(0, -1).map((_word, from) => last.slice(from).join(""))];
}
