/** A table that was found in a file: the first row holds its names where it has any. */
export interface FoundTable {
  /** Where it is: a sheet's name, a page. */
  readonly place: string;
  readonly rows: readonly (readonly unknown[])[];
}

/** What a file holds. */
export interface FileContent {
  readonly text: string;
  /** Of a PDF: how many there are, of which `readPages` were read. */
  readonly pages: number | undefined;
  readonly readPages: number | undefined;
  readonly tables: readonly FoundTable[];
  /** Whether something was left out. */
  readonly isCut: boolean;
}

/** How much is read. */
export interface ReadBounds {
  readonly maxPages: number;
  readonly maxCharacters: number;
  readonly maxRows: number;
  /** Only rows of one table are read, and others are empty: of the one at this place, or of the first. Default: all are read. */
  readonly only?: { readonly place: string | undefined };
}

/** A file that cannot be read; the message says why and what to do, for whoever asked. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}
