/**
 * What can be wrong with a question to the model.
 *
 * - `model_invalid`: the entities have errors; `data.findings` lists them.
 * - `not_found`: no entity, scenario, column or month of that name.
 * - `invalid_argument`: a number, range or combination that has no meaning.
 * - `not_positive_definite`: correlations that cannot all hold at once.
 * - `no_solution`: the value that was sought does not exist in the range.
 * - `refused`: a file that will not be read or written.
 */
export type CashflowErrorCode =
  | "model_invalid"
  | "not_found"
  | "invalid_argument"
  | "not_positive_definite"
  | "no_solution"
  | "refused";

/** The one error of this connector. Match on `code`; the message names the thing, the value and the way out. */
export class CashflowError extends Error {
  override readonly name = "CashflowError";
  readonly code: CashflowErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: CashflowErrorCode, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
