import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Python's memory once it has loaded, from which a process begins in a third of the time: 30 MB in a file that lost its name as soon as it was open, so
 * that nobody else finds it and nothing of it stays, however the gateway ends. Who makes it can write it, who begins from it only read it.
 */
export class Image {
  readonly #folder = mkdtempSync(join(tmpdir(), "switchyard-python-"));
  readonly writing: number;
  readonly reading: number;
  #open: readonly number[];

  /** @throws {Error} the folder for temporary files cannot be written. */
  constructor() {
    const file = join(this.#folder, "image");
    this.writing = openSync(file, "wx", 0o600);
    this.reading = openSync(file, "r");
    this.#open = [this.writing, this.reading];
    this.#remove();
  }

  /** It is made: nobody writes it any more. */
  finish(): void {
    if (this.#open.includes(this.writing)) closeSync(this.writing);
    this.#open = this.#open.filter((each) => each !== this.writing);
  }

  /** Safe to call twice. */
  close(): void {
    for (const each of this.#open) closeSync(each);
    this.#open = [];
    this.#remove();
  }

  /** Where a system keeps the name of what is open, it goes when that is closed. */
  #remove(): void {
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch (thrown) {
      if (process.platform !== "win32") throw thrown;
    }
  }
}
