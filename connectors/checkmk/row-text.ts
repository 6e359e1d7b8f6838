/**
 * A row that is nothing but passed on, as the UTF-8 text of its JSON: what stands in `text` from one place up to before another. Where rows follow
 * each other in one text, there is a comma between them.
 */
export interface RowText {
  readonly text: Buffer;
  readonly from: number;
  readonly to: number;
}

/** How a row is written: as an object with names, or as an array of the values alone. */
export type RowForm = "objects" | "table";

/** The rows with commas between them, in as few pieces as can be. */
export function joinedRows(rows: readonly RowText[]): Buffer[] {
  const pieces: Buffer[] = [];
  const [first, ...rest] = rows;
  if (first === undefined) return pieces;
  let { text, from, to } = first;
  for (const row of rest) {
    if (row.text !== text || row.from !== to + 1) {
      pieces.push(text.subarray(from, to), comma);
      ({ text, from } = row);
    }
    ({ to } = row);
  }
  pieces.push(text.subarray(from, to));
  return pieces;
}

const comma = Buffer.from(",");
