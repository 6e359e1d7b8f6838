/** How the store does in which a gateway keeps what survives it, for people. */
export interface KeepingStatus {
  /** The file; undefined where nothing is kept. */
  readonly file: string | undefined;
  /** Why nothing can be written at present. */
  readonly problem: { readonly message: string; readonly suggestion: string; readonly since: number } | undefined;
  /** Writes that wait for the next batch, and writes that were given up because too many waited. */
  readonly waiting: number;
  readonly dropped: number;
  /** How the record of calls does; undefined where there is none. */
  readonly audit: AuditStatus | undefined;
  /** The database that gateways share, as host, port and name, and why it cannot be used at present; absent where there is none. */
  readonly shared?: { readonly place: string; readonly problem: KeepingStatus["problem"] };
}

/** How the record of calls does. */
export interface AuditStatus {
  /** Rows that wait for the next batch. */
  readonly waiting: number;
  /** Since the start: rows that were lost because too many waited, and rows without arguments and result for the same reason. */
  readonly dropped: number;
  readonly bare: number;
  /** The latest row that this process wrote, `number:hash`: noted elsewhere, it shows later that nothing was cut off. */
  readonly head: string | undefined;
}

/** Of a gateway that keeps nothing. */
export const nothingKept: KeepingStatus = {
  file: undefined,
  problem: undefined,
  waiting: 0,
  dropped: 0,
  audit: undefined,
};
