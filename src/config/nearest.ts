/**
 * Edits that turn one word into the other: insert, delete, replace one character, or swap two neighbours.
 *
 * @see https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance, optimal string alignment
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const edits = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      ];
      current.push(Math.min(...edits));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

/**
 * The candidate that somebody who wrote `word` probably meant; `undefined` if none is near.
 *
 * Near means: at most a third of the longer word wrong, letter case aside. Of equals the first wins.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const distances = candidates.flatMap((candidate) => {
    const longer = Math.max(word.length, candidate.length);
    const limit = Math.max(1, Math.floor(longer / 3));
    if (Math.abs(word.length - candidate.length) > limit) return [];
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    return distance <= limit && distance < longer ? [{ candidate, distance }] : [];
  });
  return distances.toSorted((left, right) => left.distance - right.distance)[0]?.candidate;
}
