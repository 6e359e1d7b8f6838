import type { Analysis } from "../../shared/analysis/analyze.ts";
import type { Wish } from "../../shared/analysis/wish.ts";
import type { Chart } from "../../shared/charts/chart.ts";
import type { Table } from "../../shared/table.ts";
import type { FileContent, ReadBounds } from "../extract/content.ts";
import type { FileKind } from "../extract/kind.ts";
import type { FoundPicture, PicturePlace } from "../extract/pdf.ts";

/** A piece of work that is done apart. */
export type Work =
  | { readonly kind: "analyze"; readonly table: Table; readonly wish: Wish }
  | { readonly kind: "chart"; readonly table: Table; readonly chart: Chart }
  | {
      readonly kind: "sql";
      readonly tables: Readonly<Record<string, Table>>;
      readonly sql: string;
      readonly maxRows: number;
    }
  | { readonly kind: "extract"; readonly file: FileKind; readonly bytes: Uint8Array; readonly bounds: ReadBounds }
  /** The next picture of a PDF: one at a time, as each may be large. */
  | {
      readonly kind: "picture";
      readonly bytes: Uint8Array;
      readonly from: PicturePlace;
      readonly maxPages: number;
    }
  | { readonly kind: "workbook"; readonly table: Table };

/** What each kind of it comes to. */
export interface Results {
  readonly analyze: Analysis;
  /** An option of ECharts, and the drawing. */
  readonly chart: { readonly option: object; readonly svg: string };
  readonly sql: Table;
  readonly extract: FileContent;
  readonly picture: FoundPicture;
  readonly workbook: Uint8Array;
}

export type FromWorker =
  | { readonly type: "done"; readonly result: unknown }
  /** `isRefused`: it is its caller's to do something about. */
  | { readonly type: "failed"; readonly message: string; readonly isRefused: boolean };
