import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { CashflowError } from "./cashflow-error.ts";
import { type Finding, formatFinding, hasErrors } from "./findings.ts";
import { fileLimitDefaults, listModelFiles, readInside } from "./model-files.ts";
import { type Model, type ParsedFile, assembleModel, parseFile, requireValid } from "./model.ts";
import { part, usesOfFile } from "./uses.ts";
import { type FolderWatch, watchFolder } from "./watch-folder.ts";

/** One file of a model as it is listed. */
export interface ModelFile {
  /** Path inside the folder, with `/`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly modified: Date;
}

/** What is known of a file, for as long as its `key` stays: what it says, or why it cannot be read. */
interface Known extends ModelFile {
  readonly key: string;
  said: ParsedFile | Finding | undefined;
}

/** What changed since listeners were last told. */
export interface ModelChange {
  /** The names of files that are new, other than they were, or gone. */
  readonly files: readonly string[];
  /** What of the model that is, as answers name what they are made from. */
  readonly uses: readonly string[];
  /** What is wrong in the model, a line each, where that is not what it was. */
  readonly problems: readonly string[];
}

export type ChangeListener = (change: ModelChange) => void;

/** Changes that follow each other within this many ms are told of as one. */
const quietMs = 50;

/** How often a folder is looked at that cannot be watched, or is not there, in ms. */
const unwatchedMs = 2000;

/** Files whose state is looked at together. */
const lookedAtOnce = 64;

/**
 * A model's folder while people work in it. Files are read when somebody asks, and again only where they changed; who listens is told of
 * changes 50 ms after they are seen.
 *
 * While the folder is watched and nothing moved, what is known is taken for true; otherwise whoever asks has it looked at first, and it is looked
 * at every two seconds besides.
 */
export class LiveModel implements AsyncDisposable {
  readonly folder: string;
  readonly #onChange: ChangeListener;
  #watch: FolderWatch | undefined;
  #known: ReadonlyMap<string, Known> = new Map();
  #listed: readonly Finding[] = [];
  /** The model of one set of files, for as many as ask. */
  #assembled: { readonly known: ReadonlyMap<string, Known>; readonly model: Promise<Model> } | undefined;
  /** Files that changed since listeners were last told: also those that are again what they were, as answers were given in between. */
  readonly #untold = new Set<string>();
  readonly #untoldUses = new Set<string>();
  /** What was wrong when somebody first asked, or listeners were last told, as text. */
  #toldFindings: string | undefined;
  #isStale = true;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(folder: string, onChange: ChangeListener) {
    this.folder = folder;
    this.#onChange = onChange;
  }

  /**
   * Looks at a folder and begins to watch it. No file is read yet.
   *
   * @throws {CashflowError} `not_found` there is no such folder.
   */
  static async open(folder: string, onChange: ChangeListener): Promise<LiveModel> {
    const live = new LiveModel(await realpath(folder).catch(() => folder), onChange);
    await live.#look();
    live.#untold.clear();
    await live.#watchAgain();
    return live;
  }

  /** What is in the folder, as far as is known, in the order of names. */
  get files(): readonly ModelFile[] {
    return [...this.#known.values()];
  }

  /**
   * The model as the folder is now, with whatever is wrong in it.
   *
   * @throws {CashflowError} `not_found` the folder has gone.
   */
  async model(): Promise<Model> {
    await this.#current();
    const model = await this.#assembledOf(this.#known);
    this.#toldFindings ??= JSON.stringify(model.findings);
    return model;
  }

  #assembledOf(known: ReadonlyMap<string, Known>): Promise<Model> {
    if (this.#assembled?.known !== known) this.#assembled = { known, model: this.#assemble(known) };
    return this.#assembled.model;
  }

  /**
   * The model, where it has no errors.
   *
   * @throws {CashflowError} `model_invalid`, `not_found`.
   */
  async validModel(): Promise<Model> {
    return requireValid(await this.model());
  }

  /** Says that something in the folder changed: it is looked at before the next answer, and told of. */
  readonly changed = (): void => {
    this.#isStale = true;
    this.#tellSoon();
  };

  /** Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#watch?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #current(): Promise<void> {
    if (this.#isFresh()) return;
    // One that is under way may have passed by what changed since: after it, another is needed.
    await this.#looking?.catch(() => undefined);
    if (this.#isFresh()) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
    if (this.#watch?.state === "gone" && !this.#isClosed) await this.#watchAgain();
  }

  async #assemble(known: ReadonlyMap<string, Known>): Promise<Model> {
    const said: (ParsedFile | Finding)[] = [];
    for (const file of known.values()) {
      file.said ??= await this.#read(file.name);
      said.push(file.said);
    }
    const broken = said.filter((one) => "rule" in one);
    const parsed = said.filter((one) => "entities" in one);
    return assembleModel(parsed, [...this.#listed, ...broken]);
  }

  /** Whether what is known may be taken for true. Not while a look is under way, which is about what has moved. */
  #isFresh(): boolean {
    return !this.#isStale && this.#looking === undefined && this.#watch?.state === "on";
  }

  async #watchAgain(): Promise<void> {
    const before = this.#watch;
    this.#watch = watchFolder(this.folder, this.changed);
    await before?.close();
  }

  async #look(): Promise<void> {
    this.#isStale = false;
    try {
      const { names, findings } = await listModelFiles(this.folder);
      const seen: Known[] = [];
      for (let at = 0; at < names.length; at += lookedAtOnce) {
        const some = names.slice(at, at + lookedAtOnce).map(async (name) => this.#seen(name));
        seen.push(...(await Promise.all(some)).filter((one) => one !== undefined));
      }
      const isSame = seen.length === this.#known.size && seen.every((one) => this.#known.get(one.name) === one);
      if (isSame && JSON.stringify(findings) === JSON.stringify(this.#listed)) return;
      this.#become(new Map(seen.map((one) => [one.name, one])));
      this.#listed = findings;
    } catch (thrown) {
      this.#isStale = true;
      const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
      throw new CashflowError("not_found", `The model's folder ${this.folder} cannot be listed: ${code}.`);
    }
  }

  /** What is known of a file, anew where it is not what it was; undefined where it has just gone. */
  async #seen(name: string): Promise<Known | undefined> {
    const known = this.#known.get(name);
    try {
      const { size, mtimeNs, ino, mtime } = await stat(join(this.folder, name), { bigint: true });
      const key = `${mtimeNs}/${size}/${ino}`;
      return known?.key === key ? known : { name, key, size: Number(size), modified: mtime, said: undefined };
    } catch {
      // A link to nothing: read as such, once.
      return known?.key === "" ? known : { name, key: "", size: 0, modified: new Date(0), said: undefined };
    }
  }

  async #read(name: string): Promise<ParsedFile | Finding> {
    const text = await readInside(this.folder, name, fileLimitDefaults.maxFileBytes);
    return typeof text === "string" ? parseFile({ name, text }) : text;
  }

  #become(next: ReadonlyMap<string, Known>): void {
    const before = this.#known;
    this.#known = next;
    for (const name of [...before.keys(), ...next.keys()]) {
      const known = before.get(name);
      if (known === next.get(name)) continue;
      this.#untold.add(name);
      if (known?.said !== undefined) for (const use of usesOfFile(known.said)) this.#untoldUses.add(use);
    }
    this.#tellSoon();
  }

  #tellSoon(afterMs = quietMs): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#tell();
    }, afterMs);
  }

  /** What of the model these files are, and by `before` were. Reads them, which the next question would. */
  async #changeOf(files: readonly string[], before: readonly string[]): Promise<ModelChange> {
    const model = await this.#assembledOf(this.#known);
    const uses = new Set(before);
    for (const name of files) {
      const said = this.#known.get(name)?.said;
      if (said !== undefined) for (const use of usesOfFile(said)) uses.add(use);
    }
    if (hasErrors(model.findings)) uses.add(part.validity);
    const wrong = JSON.stringify(model.findings);
    const isOther = wrong !== this.#toldFindings;
    this.#toldFindings = wrong;
    if (isOther) uses.add(part.findings);
    return { files, uses: [...uses], problems: isOther ? model.findings.map(formatFinding) : [] };
  }

  async #tell(): Promise<void> {
    try {
      await this.#current();
    } catch {
      // The folder has gone, which who asks is told: what it held is no more.
      if (this.#known.size > 0) this.#become(new Map());
    }
    const files = [...this.#untold];
    const usesBefore = [...this.#untoldUses];
    this.#untold.clear();
    this.#untoldUses.clear();
    if (files.length > 0) {
      const change = await this.#changeOf(files, usesBefore);
      if (!this.#isClosed) this.#onChange(change);
    }
    if (this.#watch?.state === "gone" || this.#watch?.state === "failed") this.#tellSoon(unwatchedMs);
  }
}
