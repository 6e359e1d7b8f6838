import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { formats } from "./report.ts";

/** Reports that are kept, and their bytes together; the oldest go first. */
const most = 200;
const mostBytesKept = 512 * 1024 * 1024;

const keptReport = z.object({
  id: z.string(),
  /** Who asked for it, as the gateway knows them; undefined where nobody is told apart. */
  owner: z.string().optional(),
  title: z.string(),
  format: z.enum(formats),
  bytes: z.number(),
  createdAt: z.string(),
});

/** What is known of a report that is kept. */
export type KeptReport = z.output<typeof keptReport>;

/** Reports in a folder: of each its file, and beside it what is known of it, which is written last. */
export class ReportStore {
  readonly #dir: string;
  /** The oldest first; undefined until the folder was read. */
  #kept: Promise<readonly KeptReport[]> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Keeps a report, under an id that nobody can guess; forgets the oldest where there are too many. */
  keep(report: Omit<KeptReport, "id" | "bytes">, content: Uint8Array): Promise<KeptReport> {
    const saved = this.#writing.then(() => this.#save({ ...report, bytes: content.length }, content));
    // The next is written after it, however it went.
    this.#writing = saved.catch(() => undefined);
    return saved;
  }

  /** What is known of a report and what it says; undefined where it is not there, or is another's. */
  async read(
    id: string,
    owner: string | undefined,
  ): Promise<{ readonly report: KeptReport; readonly content: Buffer } | undefined> {
    const report = (await this.#all()).find((each) => each.id === id && each.owner === owner);
    return report && { report, content: await readFile(join(this.#dir, fileOf(report))) };
  }

  async #save(report: Omit<KeptReport, "id">, content: Uint8Array): Promise<KeptReport> {
    const kept = { id: randomBytes(16).toString("hex"), ...report };
    const before = await this.#all();
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#dir, fileOf(kept)), content, { mode: 0o600 });
    const known = join(this.#dir, `${kept.id}.report`);
    await writeFile(`${known}.new`, JSON.stringify(kept), { mode: 0o600 });
    await rename(`${known}.new`, known);
    const all = [...before, kept];
    const first = firstKept(all);
    for (const gone of all.slice(0, first)) await this.#forget(gone);
    this.#kept = Promise.resolve(all.slice(first));
    return kept;
  }

  async #forget(report: KeptReport): Promise<void> {
    await rm(join(this.#dir, `${report.id}.report`), { force: true });
    await rm(join(this.#dir, fileOf(report)), { force: true });
  }

  #all(): Promise<readonly KeptReport[]> {
    this.#kept ??= reportsIn(this.#dir);
    return this.#kept;
  }
}

function fileOf({ id, format }: Pick<KeptReport, "id" | "format">): string {
  return `${id}.${format}`;
}

/** The place of the first that stays. */
function firstKept(reports: readonly KeptReport[]): number {
  let bytes = 0;
  for (let at = reports.length - 1; at >= 0; at -= 1) {
    bytes += reports[at]?.bytes ?? 0;
    if (bytes > mostBytesKept || reports.length - at > most) return at + 1;
  }
  return 0;
}

/** What an earlier process kept. A file that cannot be read as what it should be is left alone. */
async function reportsIn(dir: string): Promise<readonly KeptReport[]> {
  const names = await readdir(dir).catch((): string[] => []);
  const read = await Promise.all(
    names.filter((name) => /^[0-9a-f]{32}\.report$/.test(name)).map((name) => readKept(join(dir, name))),
  );
  return read.flatMap((each) => each ?? []).toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

async function readKept(file: string): Promise<KeptReport | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    return keptReport.parse(value);
  } catch {
    return undefined;
  }
}
