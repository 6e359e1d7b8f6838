/** How the store does in which a gateway keeps what survives it, for people. */
export interface KeepingStatus {
  /** The file; undefined where nothing is kept. */
  readonly file: string | undefined;
  /** Why nothing can be written at present. */
  readonly problem: { readonly message: string; readonly suggestion: string; readonly since: number } | undefined;
  /** Writes that wait for the next batch, and writes that were given up because too many waited. */
  readonly waiting: number;
  readonly dropped: number;
}

/** Of a gateway that keeps nothing. */
export const nothingKept: KeepingStatus = { file: undefined, problem: undefined, waiting: 0, dropped: 0 };
