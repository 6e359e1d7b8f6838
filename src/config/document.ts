import type { Path } from "./content.ts";

/** Something that keeps a text from being read as JSON or YAML. */
export interface SyntaxFault {
  /** Where it is, in UTF-16 units from the start of the text. */
  readonly offset: number;
  /** A clause about the text, without any of the text itself. */
  readonly message: string;
}

/** A part of the data and where it begins: its key, or the list item. */
export interface Place {
  readonly path: Path;
  readonly offset: number;
  /** Whether it is a key that its object has already. */
  readonly isRepeated: boolean;
}

/** A config file's text, read: the data in it, and where each part of the data stands. */
export interface ConfigDocument {
  /** Plain data; `undefined` for a file without any. Not to be trusted while there are syntax faults. */
  readonly content: unknown;
  readonly syntaxFaults: readonly SyntaxFault[];
  /** Keys that their object has already, each where it stands again. */
  readonly duplicateKeys: readonly Place[];
  /** Where `path` begins; for a path that is not there, its nearest ancestor. Of a key that is there twice, the last. */
  offsetOf(path: Path): number;
}

/** One way of writing config files. Implemented by `jsonc.ts` and `yaml.ts`. */
export interface ConfigFormat {
  /** Reads any text; what is wrong with it is in the document. */
  read(text: string): ConfigDocument;
  /** The text with `value` added at `path`, the last key of which must be new. The text must be free of faults. */
  withMember(text: string, path: readonly string[], value: unknown): string;
  /** The text with `value` at `path`, in place of what stands there; else as {@link withMember}. The text must be free of faults. */
  withValue(text: string, path: readonly string[], value: unknown): string;
  /** The text without the member at `path`, which must exist, and without the comments that belong to it. */
  withoutMember(text: string, path: readonly string[]): string;
}

/** Makes the places of a document easy to find. The first is that of the data as a whole. */
export function indexPlaces(places: Iterable<Place>): Pick<ConfigDocument, "offsetOf" | "duplicateKeys"> {
  const offsets = new Map<string, number>();
  const duplicateKeys: Place[] = [];
  for (const place of places) {
    if (place.isRepeated) duplicateKeys.push(place);
    offsets.set(JSON.stringify(place.path), place.offset);
  }
  return {
    duplicateKeys,
    offsetOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const offset = offsets.get(JSON.stringify(path.slice(0, length)));
        if (offset !== undefined) return offset;
      }
      return offsets.get("[]") ?? 0;
    },
  };
}

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - lineStart + 1 };
}
