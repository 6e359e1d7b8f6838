import { hash } from "node:crypto";
import { type AuditRow, type ChainedRow, fieldsOf } from "./audit-row.ts";

/** What stands for the row before the first. */
export const genesis = "0".repeat(64);

/** The latest row of a chain, by number and hash: whoever notes it elsewhere can tell later that nothing was cut off since. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** The hash of a row that follows another one: SHA-256 over the hash before, the number and every field, each with its length; 64 hex digits. */
export function chainHash(before: string, seq: number, row: AuditRow): string {
  let text = `${before}${seq}`;
  for (const field of fieldsOf(row)) text += field === undefined ? "-" : lengthened(String(field));
  return hash("sha256", text, "hex");
}

function lengthened(text: string): string {
  return `${text.length}:${text}`;
}

/** Something that is wrong with a chain. */
export interface ChainProblem {
  readonly kind: "changed" | "removed" | "out_of_order" | "unexplained_start" | "anchor_missing" | "anchor_differs";
  /** The row's number; of removed rows, the first. */
  readonly seq: number;
  /** In a sentence. */
  readonly message: string;
}

/** Problems that are told; of more only that there are. */
const maxProblems = 100;

/** What a check of a chain came to. */
export interface ChainReport {
  readonly rows: number;
  readonly first: number | undefined;
  readonly head: ChainHead | undefined;
  readonly problems: readonly ChainProblem[];
}

/**
 * Checks a chain row by row, in order: that each follows from the one before, that none is missing, and that what is missing at the start
 * was deleted on record. With an anchor, a head noted earlier, also that nothing was cut off at the end, and that the chain was not made
 * anew.
 */
export class ChainCheck {
  readonly #anchor: ChainHead | undefined;
  readonly #problems: ChainProblem[] = [];
  #rows = 0;
  #first: ChainedRow | undefined;
  #last: ChainedRow | undefined;
  /** What deletions on record say stood before the first row. */
  #deleted: ChainHead | undefined;
  #sawAnchor = false;

  constructor(anchor?: ChainHead) {
    this.#anchor = anchor;
  }

  take(row: ChainedRow): void {
    const before = this.#last;
    this.#rows += 1;
    this.#first ??= row;
    this.#last = row;
    if (row.seq === this.#anchor?.seq) this.#meetAnchor(row);
    if (row.kind === "retention") this.#deleted = deletedIn(row) ?? this.#deleted;
    if (before === undefined) {
      if (row.seq === 1) this.#checkHash(genesis, row);
      return;
    }
    if (row.seq <= before.seq) {
      this.#report("out_of_order", row.seq, `Row ${row.seq} stands after row ${before.seq}`);
    } else if (row.seq > before.seq + 1) {
      const last = row.seq - 1;
      const rows = last === before.seq + 1 ? `Row ${last} is` : `Rows ${before.seq + 1} to ${last} are`;
      this.#report("removed", before.seq + 1, `${rows} missing`);
    } else this.#checkHash(before.hash, row);
  }

  report(): ChainReport {
    this.#checkStart();
    const anchor = this.#anchor;
    const isGone = anchor !== undefined && !this.#sawAnchor && anchor.seq !== this.#deleted?.seq;
    if (isGone) this.#report("anchor_missing", anchor.seq, `Row ${anchor.seq}, which was noted earlier, is missing`);
    const last = this.#last;
    const head = last && { seq: last.seq, hash: last.hash };
    return { rows: this.#rows, first: this.#first?.seq, head, problems: this.#problems };
  }

  #checkStart(): void {
    const first = this.#first;
    if (first === undefined || first.seq === 1) return;
    if (this.#deleted?.seq === first.seq - 1) this.#checkHash(this.#deleted.hash, first);
    else {
      const message = `The rows before ${first.seq} are missing, and no row says that they were deleted for their age`;
      this.#report("unexplained_start", first.seq, message);
    }
  }

  #meetAnchor(row: ChainedRow): void {
    this.#sawAnchor = true;
    if (row.hash === this.#anchor?.hash) return;
    this.#report("anchor_differs", row.seq, `Row ${row.seq} has another hash than was noted earlier`);
  }

  #checkHash(before: string, row: ChainedRow): void {
    if (chainHash(before, row.seq, row) === row.hash) return;
    const message = `Row ${row.seq} (${row.id}) was changed, or the hash of the row before it was`;
    this.#report("changed", row.seq, message);
  }

  #report(kind: ChainProblem["kind"], seq: number, message: string): void {
    if (this.#problems.length < maxProblems) this.#problems.push({ kind, seq, message });
  }
}

/** The last row that a row of kind `retention` says was deleted. */
function deletedIn({ detail }: ChainedRow): ChainHead | undefined {
  const [, hex] = /"hash":"([0-9a-f]{64})"/.exec(detail) ?? [];
  const [, seq] = /"seq":(\d{1,15})\b/.exec(detail) ?? [];
  return hex === undefined || seq === undefined ? undefined : { seq: Number(seq), hash: hex };
}

/** A head as a person notes it: `1234:9f86…`. */
export function headText({ seq, hash: hex }: ChainHead): string {
  return `${seq}:${hex}`;
}

/** The head that {@link headText} wrote; undefined where it is none. */
export function headIn(text: string): ChainHead | undefined {
  const [, seq, hex] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return hex === undefined ? undefined : { seq: Number(seq), hash: hex };
}
