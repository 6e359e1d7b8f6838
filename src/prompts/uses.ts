import type { Clock } from "../core/clock.ts";
import type { CallObserver, EndedCall } from "../gateway/ended-call.ts";
import type { PromptStore, PromptSums, PromptUse } from "./prompt-store.ts";

/** Prompts whose uses of one day are counted apart, in this process; of more only how many there were. */
const maxCounted = 10_000;
/** Days that are told apart. */
const toldDays = 30;
const dayMs = 86_400_000;

/** How often a prompt was used, by its versions and days. */
export interface PromptUsage {
  readonly total: number;
  /** Wall time in ms; undefined where it was never used. */
  readonly lastAt: number | undefined;
  /** The latest version first. */
  readonly versions: readonly { readonly version: string; readonly count: number }[];
  /** Of the last thirty days those on which it was used, the latest first, in UTC, as `2026-11-26`. */
  readonly days: readonly { readonly day: string; readonly count: number }[];
}

/** What uses are counted with. */
export interface PromptUsesDeps {
  readonly store: Pick<PromptStore, "used" | "uses">;
  readonly clock: Clock;
  /** Which version of a prompt is offered now; undefined where it says none. */
  readonly versionOf: (upstream: string, prompt: string) => string | undefined;
}

/**
 * Counts how often prompts are used, ours and those of upstreams: each `prompts/get` that was answered with the prompt. A call pays a look in
 * a map; the store writes when it has the time.
 */
export class PromptUses implements CallObserver {
  readonly #deps: PromptUsesDeps;
  #day = "";
  #today = new Map<string, PromptUse>();

  constructor(deps: PromptUsesDeps) {
    this.#deps = deps;
  }

  ended({ method, outcome, record: { upstream, name } }: EndedCall): void {
    if (method !== "prompts/get" || outcome !== "ok" || upstream === undefined || name === undefined) return;
    const { store, clock, versionOf } = this.#deps;
    const lastAt = clock.now();
    const day = dayOf(lastAt);
    if (day !== this.#day) {
      this.#day = day;
      this.#today = new Map();
    }
    const version = versionOf(upstream, name) ?? "";
    const key = JSON.stringify([upstream, name, version]);
    const count = (this.#today.get(key)?.count ?? 0) + 1;
    if (count === 1 && this.#today.size >= maxCounted) return;
    const use = { upstream, prompt: name, version, day, count, lastAt };
    this.#today.set(key, use);
    store.used(use);
  }

  /**
   * How often each prompt was used, by its upstream and name; what was used within the last moments may be missing.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  read(): (upstream: string, prompt: string) => PromptUsage {
    const { store, clock } = this.#deps;
    const { versions, days } = store.uses(dayOf(clock.now() - (toldDays - 1) * dayMs));
    const [versionsOf, daysOf] = [Map.groupBy(versions, keyOf), Map.groupBy(days, keyOf)];
    return (upstream, prompt) => {
      const key = keyOf({ upstream, prompt });
      return usageOf(versionsOf.get(key) ?? [], daysOf.get(key) ?? []);
    };
  }
}

function keyOf({ upstream, prompt }: Pick<PromptUse, "upstream" | "prompt">): string {
  return JSON.stringify([upstream, prompt]);
}

function usageOf(versions: PromptSums["versions"], days: PromptSums["days"]): PromptUsage {
  return {
    total: versions.reduce((sum, { count }) => sum + count, 0),
    lastAt: versions.length === 0 ? undefined : Math.max(...versions.map(({ lastAt }) => lastAt)),
    versions: versions
      .map(({ version, count }) => ({ version, count }))
      .toSorted((a, b) => b.version.localeCompare(a.version, "en", { numeric: true })),
    days: days.map(({ day, count }) => ({ day, count })).toSorted((a, b) => (a.day < b.day ? 1 : -1)),
  };
}

/** The day of a wall time, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
