import type { Analysis } from "../shared/analysis/analyze.ts";
import type { Wish } from "../shared/analysis/wish.ts";
import type { Described } from "./engines/engine.ts";
import type { Format, Report } from "./report/report.ts";
import type { Source } from "./sources.ts";
import type { Bounds, Table } from "../shared/table.ts";

/** What a worker is asked. It has one piece of work at a time. */
export type Work =
  | { readonly kind: "check"; readonly statements: readonly string[] }
  | { readonly kind: "query"; readonly sql: string; readonly parameters: readonly unknown[]; readonly bounds: Bounds }
  | { readonly kind: "tables"; readonly max: number }
  | { readonly kind: "analyze"; readonly rows: RowsOrQuery; readonly wish: Wish }
  | { readonly kind: "render"; readonly report: Report; readonly format: Format };

/** Rows that are given, or a statement that gives them. */
export type RowsOrQuery =
  | { readonly table: Table }
  | { readonly sql: string; readonly parameters: readonly unknown[]; readonly bounds: Bounds };

/** What each kind of work comes to. */
export type Result =
  /** The first statement that is not run, by its place; undefined where all are. */
  | { readonly kind: "check"; readonly refused: { readonly at: number; readonly failure: Failure } | undefined }
  | { readonly kind: "query"; readonly table: Table }
  | { readonly kind: "tables"; readonly tables: readonly Described[] }
  | { readonly kind: "analyze"; readonly analysis: Analysis }
  | { readonly kind: "render"; readonly content: Uint8Array };

/** Why work failed, for whoever asked for it. */
export interface Failure {
  readonly message: string;
  /** What in the statement is refused; undefined where it is something else that failed. */
  readonly part: string | undefined;
}

/** From the connector to a worker. */
export type ToWorker =
  /** Not told where the rows are given with the work. */
  | { readonly type: "open"; readonly source: Source }
  | { readonly type: "work"; readonly work: Work }
  | { readonly type: "cancel" };

/** From a worker to the connector: its source is open and its work begins; how that has ended. */
export type FromWorker =
  | { readonly type: "begun" }
  | { readonly type: "done"; readonly result: Result }
  | { readonly type: "failed"; readonly failure: Failure };
