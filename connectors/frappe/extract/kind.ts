/** Kinds of files that something can be read of. */
export const fileKinds = ["pdf", "docx", "xlsx", "csv", "text", "image"] as const;

export type FileKind = (typeof fileKinds)[number];

/** What a file begins with, by its kind. */
const beginnings: readonly (readonly [FileKind, readonly number[]])[] = [
  ["pdf", [0x25, 0x50, 0x44, 0x46]],
  ["image", [0x89, 0x50, 0x4e, 0x47]],
  ["image", [0xff, 0xd8, 0xff]],
  ["image", [0x47, 0x49, 0x46, 0x38]],
  ["image", [0x42, 0x4d]],
  ["image", [0x49, 0x49, 0x2a, 0x00]],
  ["image", [0x4d, 0x4d, 0x00, 0x2a]],
  ["image", [0x52, 0x49, 0x46, 0x46]],
];

const zip = [0x50, 0x4b, 0x03, 0x04];

/** What kind a file is of, by what it holds; its name decides only where that leaves it open. Undefined where it is none that is known. */
export function kindOf(name: string, bytes: Uint8Array): FileKind | undefined {
  const begins = (with_: readonly number[]): boolean => with_.every((byte, at) => bytes[at] === byte);
  const known = beginnings.find(([, beginning]) => begins(beginning));
  if (known !== undefined) return known[0];
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (begins(zip)) return extension === "docx" || extension === "xlsx" ? extension : undefined;
  // Neither a text in UTF-8 nor in Latin letters has a zero in it.
  if (bytes.subarray(0, 4096).includes(0)) return undefined;
  return extension === "csv" || extension === "tsv" ? "csv" : "text";
}
