/**
 * What a row tells of: a call; something notable that happened, such as what an operator did; rows that were lost, `dropped`, because too
 * many waited; that old rows were deleted, `retention`.
 */
export const rowKinds = ["call", "event", "dropped", "retention"] as const;

/** One of {@link rowKinds}; what is read may be anything that somebody wrote. */
export type RowKind = (typeof rowKinds)[number];

/** One thing that is on record. Everything in it is redacted. */
export interface AuditRow {
  /** Unique; sorts by when it began. The `errorId` of a call's failure. */
  readonly id: string;
  readonly kind: string;
  /** When it began, wall time in ms. */
  readonly at: number;
  /** How long it took, in µs. */
  readonly durationUs: number | undefined;
  /** The method of a call, the type of an event. */
  readonly method: string;
  /** The tool, prompt, resource or task as the caller named it. */
  readonly name: string | undefined;
  readonly upstream: string | undefined;
  /** What the upstream calls it. */
  readonly tool: string | undefined;
  /** Id of who asked. */
  readonly principal: string | undefined;
  readonly outcome: string | undefined;
  readonly code: string | undefined;
  /** What the cache did. */
  readonly cache: string | undefined;
  /** Everything else, as a JSON object. */
  readonly detail: string;
  /** JSON text, or its beginning. */
  readonly arguments: string | undefined;
  readonly result: string | undefined;
}

/** A row in its place. */
export interface ChainedRow extends AuditRow {
  /** Its number: one more than that of the row before. */
  readonly seq: number;
  /** Follows from the row and from the hash of the row before: see `hash-chain.ts`. */
  readonly hash: string;
}

/** What a row is made of, in the order in which it is stored and hashed. */
export function fieldsOf(row: AuditRow): readonly (string | number | undefined)[] {
  const { id, kind, at, durationUs, method, name, upstream, tool, principal, outcome, code, cache, detail } = row;
  const { arguments: given, result } = row;
  return [
    id,
    kind,
    at,
    durationUs,
    method,
    name,
    upstream,
    tool,
    principal,
    outcome,
    code,
    cache,
    detail,
    given,
    result,
  ];
}
