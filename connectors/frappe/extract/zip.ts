import { FileRefused } from "./content.ts";

/** Bytes of all the files in a ZIP, unpacked. */
const mostBytes = 200_000_000;

/**
 * Refuses a ZIP that would be too much once it is unpacked, by what its directory says. One without a directory is left to who reads it, to say what is wrong.
 *
 * @throws {FileRefused} it is too much; one beyond 4 GB tells a size of 4 GB here.
 */
export function checkUnpacked(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  if (end < 0 || end + 20 > file.length) return;
  let [total, at] = [0, file.readUInt32LE(end + 16)];
  // As many as there are, whatever number the end tells: readers do not all go by it.
  while (at + 46 <= file.length && file.toString("latin1", at, at + 4) === "PK\u0001\u0002") {
    total += file.readUInt32LE(at + 24);
    if (total > mostBytes) {
      throw new FileRefused(
        `The file is more than ${mostBytes / 1_000_000} MB once it is unpacked; have it stored in smaller parts`,
      );
    }
    at += 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
}
