/** A line of either text, or of both. */
export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Lines of either text beyond which only whole texts are compared: the table grows with the product of both. */
const mostLines = 2000;

/** What became of a text, line by line: the fewest lines that were removed and added. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  if (before.length > mostLines || after.length > mostLines) return [...all("removed", before), ...all("added", after)];
  const common = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    const [old, fresh] = [before[a], after[b]];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: "same", text: old });
      a += 1;
      b += 1;
    } else if (old !== undefined && (fresh === undefined || at(common, a + 1, b) >= at(common, a, b + 1))) {
      lines.push({ kind: "removed", text: old });
      a += 1;
    } else if (fresh !== undefined) {
      lines.push({ kind: "added", text: fresh });
      b += 1;
    }
  }
  return lines;
}

function all(kind: DiffLine["kind"], texts: readonly string[]): DiffLine[] {
  return texts.map((text) => ({ kind, text }));
}

function at(table: readonly (readonly number[])[], row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}

/** How many lines the rests of both texts have in common, from each pair of places on. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = [];
  for (let a = before.length - 1; a >= 0; a -= 1) {
    const row: number[] = [];
    for (let b = after.length - 1; b >= 0; b -= 1) {
      row[b] = before[a] === after[b] ? 1 + at(table, a + 1, b + 1) : Math.max(at(table, a + 1, b), row[b + 1] ?? 0);
    }
    table[a] = row;
  }
  return table;
}
