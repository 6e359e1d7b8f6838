import type { Role } from "../access/principal.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { contentIn } from "./content.ts";
import type { PromptStore, TemplateChange } from "./prompt-store.ts";
import {
  type HeldTemplate,
  type Template,
  type TemplateOrigin,
  type TemplateStatus,
  type TemplateVersion,
  type VersionHead,
  isTemplateName,
  maxTemplates,
  maxVersions,
} from "./template.ts";

/** How often others' changes are looked for, in ms. */
const lookMs = 1000;
/** Characters of a note. */
const maxNote = 500;

/** What prompts are kept with. */
export interface PromptsDeps {
  readonly store: PromptStore;
  readonly clock: Clock;
}

/** What somebody wants to save. */
export interface SaveWish {
  /** As `content.ts` says. */
  readonly content: unknown;
  readonly note?: string | undefined;
  /** The number of the version that it was made from, 0 for a template that is new; undefined: whatever is there. */
  readonly seen?: number | undefined;
  /** Whether it is offered at once. */
  readonly isPublished?: boolean | undefined;
  readonly origin?: TemplateOrigin | undefined;
  /** From which role on the template may be used, from the same moment on; null: from any; undefined: as before. */
  readonly role?: Role | null | undefined;
}

/** The prompts that are written here. What others who share the store change is noticed within a second. */
export class Prompts {
  readonly #store: PromptStore;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #stopLooking: () => void;
  #held: ReadonlyMap<string, HeldTemplate> = new Map();

  /** @throws {GatewayError} `store_unavailable`. */
  constructor({ store, clock }: PromptsDeps) {
    this.#store = store;
    this.#clock = clock;
    store.hasChanged();
    this.#read();
    this.#stopLooking = clock.every(lookMs, () => {
      this.#look();
    });
  }

  /** Every template, by name. */
  list(): readonly HeldTemplate[] {
    return [...this.#held.values()];
  }

  /** One template; undefined where there is none of this name. */
  find(name: string): HeldTemplate | undefined {
    return this.#held.get(name);
  }

  /** One template. @throws {GatewayError} `prompt_not_found`. */
  show(name: string): HeldTemplate {
    const held = this.find(name);
    if (held !== undefined) return held;
    throw new GatewayError("prompt_not_found", `There is no prompt template ${shown(name)}`);
  }

  /** The version that is offered under a name; undefined where none is. */
  offered(name: string): TemplateVersion | undefined {
    return this.#held.get(name)?.offered;
  }

  /** Its versions, the latest first. @throws {GatewayError} `prompt_not_found`, `store_unavailable`. */
  versions(name: string): readonly VersionHead[] {
    this.show(name);
    return this.#store.versions(name);
  }

  /** One version. @throws {GatewayError} `prompt_not_found`, `store_unavailable`. */
  version(name: string, number: number): TemplateVersion {
    this.show(name);
    const found = this.#store.version(name, number);
    if (found !== undefined) return found;
    throw new GatewayError("prompt_not_found", `The prompt template ${shown(name)} has no version ${number}`);
  }

  /**
   * Saves what is wished for as a version of its own, of a new template where there is none of this name. `by` is whose it is.
   *
   * @throws {GatewayError} `invalid_params` — the message says what is wrong; `prompt_conflict` — somebody else saved one meanwhile;
   *   `store_unavailable`.
   */
  save(by: string, name: string, wish: SaveWish): HeldTemplate {
    const { content, note, seen, isPublished = false, origin } = wish;
    const before = this.#held.get(name);
    if (before === undefined) this.#checkNew(name);
    const latest = before?.template.latest ?? 0;
    if (seen !== undefined && seen !== latest) throw conflict(name);
    if (note !== undefined && note.length > maxNote) {
      throw new GatewayError("invalid_params", `note may have ${maxNote} characters, got ${note.length}`);
    }
    const at = this.#clock.now();
    const said = note === undefined || note === "" ? {} : { note };
    const version = { number: latest + 1, content: contentIn(content), at, by, ...said };
    const { role: given, ...kept } = before?.template ?? { name, createdAt: at };
    const role = wish.role === undefined ? given : (wish.role ?? undefined);
    const template: Template = {
      ...kept,
      ...(role !== undefined && { role }),
      ...(origin !== undefined && { origin }),
      status: savedStatus(before?.template.status, version.number, isPublished),
      latest: version.number,
      revision: (before?.template.revision ?? 0) + 1,
      changedAt: at,
    };
    this.#put({ template, version, forgotten: this.#tooMany(name, template.status) });
    return this.show(name);
  }

  /** Saves what an earlier version says as the latest. @throws {GatewayError} as {@link save} and {@link version}. */
  restore(by: string, name: string, number: number): HeldTemplate {
    const { content } = this.version(name, number);
    return this.save(by, name, { content, note: `As version ${number}` });
  }

  /** Offers a version, by default the latest. @throws {GatewayError} `prompt_not_found`, `prompt_conflict`, `store_unavailable`. */
  publish(name: string, number?: number): HeldTemplate {
    const { template } = this.show(name);
    const version = number ?? template.latest;
    this.version(name, version);
    return this.#changed(template, { status: { kind: "published", version } });
  }

  /** Offers it no longer, and keeps it. @throws {GatewayError} as {@link publish}. */
  archive(name: string): HeldTemplate {
    return this.#changed(this.show(name).template, { status: { kind: "archived" } });
  }

  /** Says from which role on it may be used; undefined: from any. @throws {GatewayError} as {@link publish}. */
  limit(name: string, role: Role | undefined): HeldTemplate {
    const { role: _, ...template } = this.show(name).template;
    return this.#changed(template, role === undefined ? {} : { role });
  }

  /** Forgets a template with its versions. @throws {GatewayError} `prompt_not_found`, `store_unavailable`. */
  remove(name: string): void {
    this.show(name);
    this.#store.remove(name);
    this.#read();
  }

  /** Calls `listener` after every change; what is returned ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops looking for changes. Safe to call twice. */
  close(): void {
    this.#stopLooking();
    this.#listeners.clear();
  }

  #checkNew(name: string): void {
    if (!isTemplateName(name)) {
      const message = `A prompt template's name must be 1 to 64 letters, digits, _, - or ., and begin with one of the first two, got ${shown(name)}`;
      throw new GatewayError("invalid_params", message);
    }
    if (this.#held.size < maxTemplates) return;
    const message = `There are ${maxTemplates} prompt templates, as many as there may be; remove one that is archived`;
    throw new GatewayError("invalid_params", message);
  }

  /** Which of its versions make room for one more. */
  #tooMany(name: string, status: TemplateStatus): readonly number[] {
    const kept = this.#store.versions(name).map(({ number }) => number);
    const spare = kept.filter((number) => status.kind !== "published" || number !== status.version);
    const excess = kept.length + 1 - maxVersions;
    return excess > 0 ? spare.slice(-excess) : [];
  }

  #changed(template: Template, change: Partial<Template>): HeldTemplate {
    const revision = template.revision + 1;
    this.#put({ template: { ...template, ...change, revision, changedAt: this.#clock.now() } });
    return this.show(template.name);
  }

  #put(change: TemplateChange): void {
    const isKept = this.#store.put(change);
    this.#read();
    if (!isKept) throw conflict(change.template.name);
  }

  #look(): void {
    try {
      if (this.#store.hasChanged()) this.#read();
    } catch {
      // The store says itself that it cannot be read; what is held stays as it was.
    }
  }

  #read(): void {
    this.#held = new Map(this.#store.all().map((held) => [held.template.name, held]));
    for (const listener of this.#listeners) listener();
  }
}

function savedStatus(before: TemplateStatus | undefined, version: number, isPublished: boolean): TemplateStatus {
  if (isPublished) return { kind: "published", version };
  return before?.kind === "published" ? before : { kind: "draft" };
}

function conflict(name: string): GatewayError {
  return new GatewayError("prompt_conflict", `Somebody else changed the prompt template ${shown(name)} meanwhile`);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
