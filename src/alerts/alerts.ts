import { Choice } from "../core/choice.ts";
import type { Clock, StopTimer } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { Ring } from "../core/ring.ts";
import type { AlertFact, FactSink } from "../events/fact.ts";
import type { Sample } from "../metrics/report.ts";
import type { AlertOptions } from "./alert-options.ts";
import { type AlertRule, type Level, measureTable } from "./alert-rule.ts";
import { type Acknowledgement, type AlertState, nextState, ok } from "./alert-state.ts";
import { type Look, type Reading, Readings, type Subject } from "./readings.ts";
import { sentence } from "./sentence.ts";
import { type ObjectiveUse, windows } from "./slo.ts";

/** How often everything is looked at, in ms. */
export const lookMs = 15_000;

/** When it is looked for the first time, in ms: who opens the page right after the start sees something. */
const firstLookMs = 3000;

/** Alerts of one rule that there may be at once: when everything fails, the first hundred say so. */
export const maxOfRule = 100;

/** Alerts that are over and still shown. */
const maxResolved = 100;

/** An alert, for people and programs. Times are wall time in ms. */
export interface ShownAlert extends Subject {
  /** The rule, and what it is about. */
  readonly id: string;
  readonly rule: string;
  readonly level: Level;
  readonly state: "pending" | "firing" | "resolved";
  readonly since: number;
  readonly resolvedAt?: number;
  readonly value: number;
  readonly above: number;
  readonly message: string;
  readonly suggestion: string;
  readonly acknowledged?: Acknowledgement;
}

/** A rule, for people and programs. */
export interface ShownRule extends AlertRule {
  readonly name: string;
  readonly says: string;
  readonly unit: string;
  readonly firing: number;
}

/** Everything there is to know of alerts. */
export interface AlertReport {
  /** Those that fire first, then those that may soon. */
  readonly alerts: readonly ShownAlert[];
  /** The latest that are over, the latest first. */
  readonly resolved: readonly ShownAlert[];
  readonly rules: readonly ShownRule[];
}

/** What alerts are made of. */
export interface AlertsDeps {
  readonly clock: Clock;
  readonly events: FactSink;
  /** How everything stands now. Asks nobody, and is quick. */
  readonly look: () => Look;
}

/** One that is not ok. */
interface Kept {
  readonly id: string;
  readonly name: string;
  readonly rule: AlertRule;
  /** Wall time in ms. */
  readonly startedAt: number;
  state: Exclude<AlertState, { readonly kind: "ok" }>;
  /** As it was when it was last read. */
  reading: Reading;
}

/**
 * Looks at what is measured four times a minute, and says when something is too much, when it no longer is, and that somebody has seen to it. On
 * the way of a call there is nothing of it.
 */
export class Alerts {
  readonly #deps: AlertsDeps;
  readonly #kept = new Map<string, Kept>();
  readonly #resolved = new Ring<ShownAlert>(maxResolved);
  readonly #readings: Readings;
  #options: AlertOptions;
  #stop: StopTimer | undefined;

  constructor(options: AlertOptions, deps: AlertsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#readings = new Readings(options.slo);
  }

  /** Begins to look. */
  start(): void {
    if (this.#stop !== undefined) return;
    const look = (): void => {
      this.look();
    };
    const { clock } = this.#deps;
    const [stopFirst, stopOthers] = [clock.after(firstLookMs, look), clock.every(lookMs, look)];
    this.#stop = () => {
      stopFirst();
      stopOthers();
    };
  }

  /** Looks now. */
  look(): void {
    const at = this.#deps.clock.monotonic();
    this.#readings.take(this.#deps.look(), at);
    for (const [name, rule] of Object.entries(this.#options.rules)) this.#judge(name, rule, at);
  }

  /** From now on this is watched. What fires by a rule that is no longer there, or is another, is over. */
  change(options: AlertOptions): void {
    const before = this.#options.rules;
    this.#options = options;
    this.#readings.change(options.slo);
    for (const kept of this.#kept.values()) if (!isSame(before[kept.name], options.rules[kept.name])) this.#end(kept);
  }

  /** What there is, and by which rules. */
  report(): AlertReport {
    const alerts = [...this.#kept.values()].map((kept) => this.#shown(kept));
    return {
      alerts: alerts.toSorted((one, other) => rank(one) - rank(other) || one.since - other.since),
      resolved: this.#resolved.toArray().toReversed(),
      rules: Object.entries(this.#options.rules).map(([name, rule]) => {
        const { says, unit } = measureTable[rule.watch];
        const firing = alerts.filter((alert) => alert.rule === name && alert.state === "firing").length;
        return Object.assign({ name, says, unit, firing }, rule);
      }),
    };
  }

  /** How every objective of tools was met at the latest look. */
  objectives(): readonly ObjectiveUse[] {
    return this.#readings.objectives;
  }

  /**
   * Notes that somebody sees to it, until it is over.
   *
   * @throws {GatewayError} `route_not_found` — nothing of this id fires.
   */
  acknowledge(id: string, by: string): ShownAlert {
    const kept = this.#kept.get(id);
    if (kept?.state.kind !== "firing") {
      throw new GatewayError("route_not_found", `No alert ${JSON.stringify(id.slice(0, 200))} fires`, {
        data: { suggestion: "`switchyard alerts` lists those that do." },
      });
    }
    if (kept.state.acknowledged === undefined) {
      kept.state = { ...kept.state, acknowledged: { by, at: this.#deps.clock.now() } };
      this.#tell("alert.acknowledged", kept, { by });
    }
    return this.#shown(kept);
  }

  /** The same for metrics. */
  samples(): Sample[] {
    const firing = this.report().rules.map(({ name, level, firing: value }): Sample => {
      return { name: "switchyard_alerts_firing", labels: { rule: name, level }, value };
    });
    const burning = this.objectives().flatMap(({ upstream, tool, kind, windows: uses }) =>
      Object.keys(windows).flatMap((window): Sample[] => {
        const use = Object.entries(uses).find(([name]) => name === window)?.[1];
        const labels = { upstream, tool, objective: kind, window };
        return use === undefined ? [] : [{ name: "switchyard_slo_burn_rate", labels, value: use.burn }];
      }),
    );
    return [...firing, ...burning];
  }

  /** Looks no more. Safe to call twice. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #judge(name: string, rule: AlertRule, at: number): void {
    const chosen = rule.of.length === 0 ? undefined : new Choice(rule.of);
    const seen = new Set<string>();
    const readings = this.#readings.of(rule.watch);
    let count = [...this.#kept.values()].filter((kept) => kept.name === name).length;
    for (const reading of readings) {
      const subject = subjectText(reading.subject);
      if (chosen?.has(subject) === false) continue;
      const id = subject === "" ? name : `${name}:${subject}`;
      seen.add(id);
      const kept = this.#kept.get(id);
      const state = nextState(kept?.state ?? ok, reading.value, at, rule);
      if (kept !== undefined) this.#move(kept, state, reading);
      else if (state.kind !== "ok" && count < maxOfRule) {
        count += 1;
        this.#begin({ id, name, rule, startedAt: this.#deps.clock.now(), state, reading });
      }
    }
    for (const kept of this.#kept.values())
      if (kept.name === name && !seen.has(kept.id)) this.#move(kept, nextState(kept.state, undefined, at, rule));
  }

  #begin(kept: Kept): void {
    this.#kept.set(kept.id, kept);
    if (kept.state.kind === "firing") this.#tell("alert.fired", kept);
  }

  #move(kept: Kept, state: AlertState, reading?: Reading): void {
    if (state.kind === "ok") {
      this.#end(kept);
      return;
    }
    const hasFired = kept.state.kind === "pending" && state.kind === "firing";
    // What it is over for says less than what it was about.
    if (reading !== undefined && reading.value > kept.rule.clearAt) kept.reading = reading;
    kept.state = state;
    if (hasFired) this.#tell("alert.fired", kept);
  }

  #end(kept: Kept): void {
    this.#kept.delete(kept.id);
    if (kept.state.kind !== "firing") return;
    this.#resolved.push({ ...this.#shown(kept), state: "resolved", resolvedAt: this.#deps.clock.now() });
    this.#tell("alert.resolved", kept);
  }

  #shown({ id, name, rule, startedAt, state, reading }: Kept): ShownAlert {
    const acknowledged = state.kind === "firing" ? state.acknowledged : undefined;
    return {
      id,
      rule: name,
      level: rule.level,
      state: state.kind,
      ...reading.subject,
      since: startedAt,
      value: Math.round(reading.value * 1000) / 1000,
      above: rule.above,
      message: sentence(rule, reading),
      suggestion: measureTable[rule.watch].suggestion.replaceAll("NAME", reading.subject.upstream ?? "NAME"),
      ...(acknowledged !== undefined && { acknowledged }),
    };
  }

  #tell(type: AlertFact["type"], { id, name, rule, reading }: Kept, more: Pick<AlertFact, "by"> = {}): void {
    const message = sentence(rule, reading);
    this.#deps.events.append({ type, alert: id, rule: name, level: rule.level, ...reading.subject, message, ...more });
  }
}

function subjectText({ upstream, tool }: Subject): string {
  return tool === undefined ? (upstream ?? "") : `${upstream ?? ""}/${tool}`;
}

function rank({ state, level }: ShownAlert): number {
  return (state === "firing" ? 0 : 2) + (level === "critical" ? 0 : 1);
}

function isSame(one: AlertRule | undefined, other: AlertRule | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
