import type { HeldTemplate, Template, TemplateVersion, VersionHead } from "./template.ts";

/** Days for which it is kept how often prompts were used. */
export const keptDays = 400;

/** How often one version of one prompt was used on one day. */
export interface PromptUse {
  /** Whose prompt it is, and what that upstream calls it. */
  readonly upstream: string;
  readonly prompt: string;
  /** Which version of it; empty where it says none. */
  readonly version: string;
  /** In UTC, as `2026-11-26`. */
  readonly day: string;
  readonly count: number;
  /** Wall time in ms. */
  readonly lastAt: number;
}

/** How often prompts were used, in no order. */
export interface PromptSums {
  /** By version, in all. */
  readonly versions: readonly Omit<PromptUse, "day">[];
  /** By day, of the latest. */
  readonly days: readonly Omit<PromptUse, "version" | "lastAt">[];
}

/** Keeps prompts that are written here, and how often prompts are used, for all processes that share it. Contract: `prompt-store.contract.ts`. */
export interface PromptStore {
  /**
   * Every template, by name. One that cannot be read is not among them.
   *
   * @throws {GatewayError} `store_unavailable`, as do the others that read or change templates.
   */
  all(): readonly HeldTemplate[];
  /** The versions that are kept of a template, the latest first. */
  versions(name: string): readonly VersionHead[];
  /** One of them whole; undefined where there is none of this number, or it cannot be read. */
  version(name: string, number: number): TemplateVersion | undefined;
  /**
   * Keeps a template as it is now, with a version that is new where there is one, and forgets these versions. False, and nothing is changed, where
   * its revision is not the one after that which is kept, or 1 of a new one: somebody else was faster. It is there when this returns.
   */
  put(change: TemplateChange): boolean;
  /** Forgets a template with its versions; false where there is none of this name. */
  remove(name: string): boolean;
  /** Takes note of how often one was used since the process began, soon: nobody waits for it. Of several notes of one day the latest counts. */
  used(use: PromptUse): void;
  /** How often prompts were used, by day from this one on. What was noted just now may be missing. */
  uses(since: string): PromptSums;
  /** Whether another process has changed templates since they were last read, or this was asked. Cheap. */
  hasChanged(): boolean;
}

/** What is to become of a template. */
export interface TemplateChange {
  readonly template: Template;
  readonly version?: TemplateVersion;
  /** Numbers of versions. */
  readonly forgotten?: readonly number[];
}

interface Kept {
  readonly template: Template;
  readonly versions: readonly TemplateVersion[];
}

/** Keeps prompts for as long as the process runs. */
export function memoryPrompts(): PromptStore {
  const kept = new Map<string, Kept>();
  const uses = new Map<string, PromptUse>();
  return {
    all: () =>
      [...kept.values()]
        .flatMap(({ template, versions }) => heldOf(template, versions) ?? [])
        .toSorted((a, b) => (a.template.name < b.template.name ? -1 : 1)),
    versions: (name) => (kept.get(name)?.versions ?? []).map(headOf),
    version: (name, number) => kept.get(name)?.versions.find((each) => each.number === number),
    put({ template, version, forgotten = [] }) {
      const current = kept.get(template.name);
      if ((current?.template.revision ?? 0) !== template.revision - 1) return false;
      const before = (current?.versions ?? []).filter(({ number }) => !forgotten.includes(number));
      kept.set(template.name, { template, versions: version === undefined ? before : [version, ...before] });
      return true;
    },
    remove: (name) => kept.delete(name),
    used(use) {
      uses.set([use.upstream, use.prompt, use.version, use.day].join("\n"), use);
    },
    uses: (since) => sumsOf([...uses.values()], since),
    hasChanged: () => false,
  };
}

function headOf({ content: _content, ...head }: TemplateVersion): VersionHead {
  return head;
}

function sumsOf(uses: readonly PromptUse[], since: string): PromptSums {
  const versions = Map.groupBy(uses, ({ upstream, prompt, version }) => JSON.stringify([upstream, prompt, version]));
  const recent = uses.filter(({ day }) => day >= since);
  const days = Map.groupBy(recent, ({ upstream, prompt, day }) => JSON.stringify([upstream, prompt, day]));
  const countOf = (own: readonly PromptUse[]): number => own.reduce((sum, { count }) => sum + count, 0);
  return {
    versions: [...versions.values()].flatMap((own) =>
      own.slice(0, 1).map(({ upstream, prompt, version }) => {
        return { upstream, prompt, version, count: countOf(own), lastAt: Math.max(...own.map(({ lastAt }) => lastAt)) };
      }),
    ),
    days: [...days.values()].flatMap((own) =>
      own.slice(0, 1).map(({ upstream, prompt, day }) => ({ upstream, prompt, day, count: countOf(own) })),
    ),
  };
}

/** A template with the versions that are held of it; undefined where its last one is missing. */
export function heldOf(template: Template, versions: readonly TemplateVersion[]): HeldTemplate | undefined {
  const { status } = template;
  const last = versions.find(({ number }) => number === template.latest);
  const offered = status.kind === "published" ? versions.find(({ number }) => number === status.version) : undefined;
  return last && { template, last, offered };
}
