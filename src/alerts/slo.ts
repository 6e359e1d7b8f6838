import { patternFits } from "../core/choice.ts";
import type { Objective, SloOptions } from "./alert-options.ts";
import { type Counted, MinuteCounts } from "./minute-counts.ts";
import type { ToolCalls } from "./tally.ts";

/** The windows over which it is seen how fast a budget is used, in minutes. */
export const windows = { "5m": 5, "30m": 30, "1h": 60, "6h": 360 } as const;

export type WindowName = keyof typeof windows;

/** What was called within a window. `burn` is how much faster than allowed it failed: 1 uses up the budget exactly. */
export interface WindowUse {
  readonly calls: number;
  readonly bad: number;
  readonly burn: number;
}

/** How one objective of a tool is met. */
export interface ObjectiveUse {
  readonly upstream: string;
  readonly tool: string;
  readonly kind: "success" | "latency";
  /** In percent. */
  readonly target: number;
  /** What is quick enough, in ms, where that is the objective. */
  readonly withinMs?: number;
  readonly windows: Readonly<Record<WindowName, WindowUse>>;
  /** Share of the last six hours' budget that is left: 1 untouched, 0 used up, less where more than that was used. */
  readonly budgetLeft: number;
  /** The lower burn of the longer and the shorter window; undefined where the longer has too few calls. */
  readonly burn1h: number | undefined;
  readonly burn6h: number | undefined;
}

/** Calls of a tool that took too long, minute by minute, for as long as the objective is the same. */
interface SlowCalls {
  readonly ms: number;
  readonly counts: MinuteCounts;
  all: number;
  bad: number;
}

/** How well tools do what is expected of them. */
export class Slo {
  #options: SloOptions;
  readonly #objectives = new Map<string, Objective | undefined>();
  readonly #slow = new Map<string, SlowCalls>();
  /** Whether what is expected has changed since the look before: then calls of earlier are not held against it. */
  #isChanged = false;

  constructor(options: SloOptions) {
    this.#options = options;
  }

  /** From now on this is expected; what was counted of calls stays, but for how long they took where another length is allowed. */
  change(options: SloOptions): void {
    this.#options = options;
    this.#objectives.clear();
    this.#isChanged = true;
  }

  /** Takes up how long calls took since the look before. */
  take(tools: Iterable<ToolCalls>, minute: number): void {
    for (const { upstream, tool, durations } of tools) {
      const key = `${upstream}/${tool}`;
      const ms = this.#objectiveOf(key)?.within?.ms;
      if (ms === undefined) this.#slow.delete(key);
      else if (durations !== undefined) {
        const [all, bad] = [durations.count, durations.count - durations.within(ms)];
        const known = this.#slow.get(key);
        const before = this.#isChanged ? { all, bad } : { all: 0, bad: 0 };
        const slow = known?.ms === ms ? known : { ms, counts: new MinuteCounts(), ...before };
        slow.counts.add(minute, { all: all - slow.all, bad: bad - slow.bad });
        [slow.all, slow.bad] = [all, bad];
        this.#slow.set(key, slow);
      }
    }
    this.#isChanged = false;
  }

  /** How every objective is met of tools that were called in the last six hours. */
  uses(tools: Iterable<ToolCalls>, minute: number): ObjectiveUse[] {
    const found: ObjectiveUse[] = [];
    for (const { upstream, tool, counts } of tools) {
      const key = `${upstream}/${tool}`;
      const objective = this.#objectiveOf(key);
      if (objective === undefined || counts.sum(minute, windows["6h"]).all === 0) continue;
      const { target, within } = objective;
      found.push({ upstream, tool, kind: "success", target, ...this.#useOf(counts, target, minute) });
      const slow = this.#slow.get(key);
      if (within === undefined || slow === undefined) continue;
      const use = this.#useOf(slow.counts, within.target, minute);
      found.push({ upstream, tool, kind: "latency", target: within.target, withinMs: within.ms, ...use });
    }
    return found;
  }

  #useOf(
    counts: MinuteCounts,
    target: number,
    minute: number,
  ): Omit<ObjectiveUse, "upstream" | "tool" | "kind" | "target"> {
    const use = (minutes: number): WindowUse => windowUse(counts.sum(minute, minutes), target);
    const found = {
      "5m": use(windows["5m"]),
      "30m": use(windows["30m"]),
      "1h": use(windows["1h"]),
      "6h": use(windows["6h"]),
    };
    const both = (long: WindowUse, short: WindowUse): number | undefined =>
      long.calls < this.#options.leastCalls ? undefined : Math.min(long.burn, short.burn);
    return {
      windows: found,
      budgetLeft: rounded(1 - found["6h"].burn),
      burn1h: both(found["1h"], found["5m"]),
      burn6h: both(found["6h"], found["30m"]),
    };
  }

  #objectiveOf(key: string): Objective | undefined {
    if (this.#objectives.has(key)) return this.#objectives.get(key);
    const { usual, tools } = this.#options;
    const own = tools.find(({ pattern }) => patternFits(pattern, key));
    const objective = own === undefined ? usual : own.objective;
    this.#objectives.set(key, objective);
    return objective;
  }
}

/** How fast a target's budget was used. Pure. */
export function windowUse({ all, bad }: Counted, target: number): WindowUse {
  const allowed = 1 - target / 100;
  return { calls: all, bad, burn: all === 0 ? 0 : rounded(bad / all / allowed) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
