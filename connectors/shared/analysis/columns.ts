import type { Analysed, ColumnKind, Loaded } from "./load.ts";

/** An analysis that cannot be made of these rows; the message says why, for whoever asked. */
export class AnalysisRefused extends Error {
  override readonly name = "AnalysisRefused";
}

/** The column of a name. @throws {AnalysisRefused} there is none, or it is of another kind. */
export function columnOf({ columns }: Loaded, name: string, ...kinds: readonly ColumnKind[]): Analysed {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) {
    const there = columns.map((each) => each.name).join(", ");
    throw new AnalysisRefused(`There is no column ${JSON.stringify(name)}; there are ${there.slice(0, 500)}`);
  }
  if (kinds.length === 0 || kinds.includes(column.kind)) return column;
  throw new AnalysisRefused(
    `${JSON.stringify(name)} is a column of ${column.kind}; ${kinds.join(" or ")} is needed here`,
  );
}

/** The columns that are meant: those of these names, or all. */
export function columnsOf(loaded: Loaded, names: readonly string[] | undefined): readonly Analysed[] {
  return names === undefined ? loaded.columns : names.map((name) => columnOf(loaded, name));
}

/** Those of numbers among the columns that are meant. @throws {AnalysisRefused} there are fewer than so many. */
export function numbersOf(loaded: Loaded, names: readonly string[] | undefined, least: number): readonly Analysed[] {
  const numbers = columnsOf(loaded, names).filter(({ kind }) => kind === "number");
  if (numbers.length >= least) return numbers;
  throw new AnalysisRefused(`At least ${least} columns of numbers are needed; there are ${numbers.length}`);
}
