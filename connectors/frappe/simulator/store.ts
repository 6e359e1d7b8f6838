import type { Json } from "./json.ts";

/** A document as it is stored; its tables are lists of rows in it. */
export type StoredDoc = Json & { name: string };

type Undo = () => void;

/** Documents by DocType and name, and counters, in memory. What was changed since `begin` can be taken back. */
export class Store {
  readonly #tables = new Map<string, Map<string, StoredDoc>>();
  readonly #counters = new Map<string, number>();
  #undo: Undo[] = [];

  /** From here on changes can be taken back together. */
  begin(): void {
    this.#undo = [];
  }

  /** Takes back what was changed since `begin`. */
  rollback(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo = [];
  }

  get(doctype: string, name: string): StoredDoc | undefined {
    return this.#tables.get(doctype)?.get(name);
  }

  /** All of a DocType in the order in which they were made. */
  all(doctype: string): readonly StoredDoc[] {
    return [...(this.#tables.get(doctype)?.values() ?? [])];
  }

  put(doctype: string, doc: StoredDoc): void {
    const table = this.#tables.get(doctype) ?? new Map<string, StoredDoc>();
    this.#tables.set(doctype, table);
    const before = table.get(doc.name);
    table.set(doc.name, doc);
    this.#undo.push(() => {
      if (before === undefined) table.delete(doc.name);
      else table.set(doc.name, before);
    });
  }

  remove(doctype: string, name: string): void {
    const table = this.#tables.get(doctype);
    const before = table?.get(name);
    if (table === undefined || before === undefined) return;
    table.delete(name);
    this.#undo.push(() => table.set(name, before));
  }

  /** The next number of a series, from 1. */
  next(series: string): number {
    const before = this.#counters.get(series) ?? 0;
    this.#counters.set(series, before + 1);
    this.#undo.push(() => this.#counters.set(series, before));
    return before + 1;
  }
}
