import { CashflowError } from "../cashflow-error.ts";

/** A square matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/**
 * The lower triangle L with L Lᵀ = `correlations`, by rows.
 *
 * @throws {CashflowError} `invalid_argument` where it is no matrix of correlations; `not_positive_definite` where they contradict each other,
 *   with the first variable that does not fit to those before it.
 */
export function cholesky(correlations: Matrix, names: readonly string[]): number[][] {
  checkShape(correlations, names);
  const lower: number[][] = [];
  for (const [row, values] of correlations.entries()) {
    const current: number[] = [];
    lower.push(current);
    for (let column = 0; column <= row; column += 1) {
      let rest = values[column] ?? 0;
      for (let at = 0; at < column; at += 1) rest -= (current[at] ?? 0) * (lower[column]?.[at] ?? 0);
      if (column < row) {
        current.push(rest / (lower[column]?.[column] ?? 1));
      } else {
        if (!(rest > 1e-12)) throw contradiction(names, row, rest);
        current.push(Math.sqrt(rest));
      }
    }
  }
  return lower;
}

function contradiction(names: readonly string[], row: number, rest: number): CashflowError {
  const name = names[row] ?? "";
  const before = names.slice(0, row).join(", ");
  const why =
    Math.abs(rest) <= 1e-12
      ? `${name} is wholly determined by ${before}: use one shared uncertainty instead of a correlation of 1 or −1`
      : `given ${before}, the variance of ${name} would have to be ${rest.toFixed(6)}, and a variance is never negative: lower its correlations`;
  return new CashflowError("not_positive_definite", `The correlations are not positive definite: ${why}.`, {
    variable: name,
    pivot: rest,
  });
}

function wrong(message: string): CashflowError {
  return new CashflowError("invalid_argument", `The correlations ${message}.`);
}

function checkShape(matrix: Matrix, names: readonly string[]): void {
  const isSquare = matrix.length === names.length && matrix.every((row) => row.length === names.length);
  if (!isSquare) throw wrong(`are not a matrix of ${names.length} by ${names.length}`);
  for (const [row, values] of matrix.entries()) {
    for (const [column, value] of values.entries()) {
      const pair = `of ${names[row]} and ${names[column]}`;
      if (!(value >= -1 && value <= 1)) throw wrong(`${pair} must be from −1 to 1, got ${value}`);
      if (row === column && value !== 1) throw wrong(`${pair} must be 1, got ${value}`);
      if (value !== matrix[column]?.[row]) throw wrong(`${pair} differ: ${value} and ${matrix[column]?.[row]}`);
    }
  }
}
