import { patternFits } from "../core/choice.ts";
import { type Objective, type SloOptions, alertDefaults, usualWithinTarget } from "./alert-options.ts";
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
  /** Who expects that: the configuration, the connector whose tool it is, or nobody in particular. */
  readonly from: "configuration" | "connector" | "default";
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
  readonly #objectives = new Map<string, Expected | undefined>();
  #promised: ReadonlyMap<string, number> = new Map();
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

  /** Takes up how long calls took since the look before. `promised`: how long they should take, as connectors say, by SERVER/TOOL. */
  take(tools: Iterable<ToolCalls>, minute: number, promised: ReadonlyMap<string, number> = new Map()): void {
    this.#promised = promised;
    for (const { upstream, tool, durations } of tools) {
      const key = `${upstream}/${tool}`;
      const ms = this.#withinOf(key)?.ms;
      if (ms === undefined) this.#slow.delete(key);
      else if (durations !== undefined) {
        const [all, bad] = [durations.count, durations.count - durations.within(ms)];
        const known = this.#slow.get(key);
        const before = this.#isChanged || known !== undefined ? { all, bad } : { all: 0, bad: 0 };
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
      const { target, from } = objective;
      found.push({ upstream, tool, kind: "success", target, from, ...this.#useOf(counts, target, minute) });
      const [slow, within] = [this.#slow.get(key), this.#withinOf(key)];
      if (within === undefined || slow === undefined) continue;
      const use = this.#useOf(slow.counts, within.target, minute);
      const what = { target: within.target, withinMs: within.ms, from: within.from };
      found.push({ upstream, tool, kind: "latency", ...what, ...use });
    }
    return found;
  }

  #useOf(
    counts: MinuteCounts,
    target: number,
    minute: number,
  ): Omit<ObjectiveUse, "upstream" | "tool" | "kind" | "target" | "from"> {
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

  #objectiveOf(key: string): Expected | undefined {
    if (this.#objectives.has(key)) return this.#objectives.get(key);
    const { usual, tools } = this.#options;
    const own = tools.find(({ pattern }) => patternFits(pattern, key));
    const objective = own === undefined ? usual : own.objective;
    const isUsual = own === undefined && usual?.target === alertDefaults.slo.usual.target;
    const expected = objective && { ...objective, from: isUsual ? ("default" as const) : ("configuration" as const) };
    this.#objectives.set(key, expected);
    return expected;
  }

  /** How quick calls should be: as the configuration says, or else the connector; where nothing at all is expected, not that either. */
  #withinOf(key: string): Within | undefined {
    const objective = this.#objectiveOf(key);
    const promised = this.#promised.get(key);
    if (objective === undefined || objective.within === "no_matter") return undefined;
    if (objective.within !== undefined) return { ...objective.within, from: "configuration" };
    return promised === undefined ? undefined : { ms: promised, target: usualWithinTarget, from: "connector" };
  }
}

/** What is expected of a tool's calls, and who says so. */
interface Expected extends Objective {
  readonly from: "configuration" | "default";
}

interface Within {
  readonly ms: number;
  readonly target: number;
  readonly from: "configuration" | "connector";
}

/** How fast a target's budget was used. Pure. */
export function windowUse({ all, bad }: Counted, target: number): WindowUse {
  const allowed = 1 - target / 100;
  return { calls: all, bad, burn: all === 0 ? 0 : rounded(bad / all / allowed) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
