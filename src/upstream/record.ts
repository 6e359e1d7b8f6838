import type { Clock } from "../core/clock.ts";
import type { ChildOwner, ProcessUsage, Warning } from "./child-watch.ts";
import { Journal } from "./journal.ts";
import type { UpstreamState } from "./state.ts";

/** Something odd that an upstream does and that does not stop it: shown by `status`. */
export interface Oddity {
  readonly kind: "noise" | "omission" | Warning["kind"];
  readonly count: number;
  /** The latest one. */
  readonly latest: string;
}

/** What is kept of an upstream for people: what it does wrong, what its processes use, and its journal. */
export class UpstreamRecord implements ChildOwner {
  readonly journal: Journal;
  readonly isBusy: () => boolean;
  readonly #onWarning: (warning: Warning) => void;
  readonly #onMeasured: (usage: ProcessUsage) => void;
  readonly #oddities = new Map<Oddity["kind"], Oddity>();
  #usage: ProcessUsage | undefined;

  constructor(
    clock: Clock,
    isBusy: () => boolean,
    onWarning: (warning: Warning) => void,
    onMeasured: (usage: ProcessUsage) => void,
  ) {
    this.journal = new Journal(clock);
    this.isBusy = isBusy;
    this.#onWarning = onWarning;
    this.#onMeasured = onMeasured;
  }

  get oddities(): Oddity[] {
    return [...this.#oddities.values()];
  }

  /** What its processes used when they were last looked at; undefined where none run, or where that cannot be found out. */
  get usage(): ProcessUsage | undefined {
    return this.#usage;
  }

  odd(kind: "noise" | "omission", text: string): void {
    this.#count(kind, text);
    this.journal.add(kind, text);
  }

  entered(state: UpstreamState): void {
    this.journal.add("state", stateText(state));
  }

  started(pid: number): void {
    this.journal.add("started", `process ${pid}`);
  }

  wrote(line: string): void {
    this.journal.add("stderr", line);
  }

  measured(usage: ProcessUsage | undefined): void {
    this.#usage = usage;
    if (usage !== undefined) this.#onMeasured(usage);
  }

  warned(warning: Warning): void {
    this.#count(warning.kind, warning.text);
    this.journal.add("warning", warning.text);
    this.#onWarning(warning);
  }

  #count(kind: Oddity["kind"], latest: string): void {
    const count = (this.#oddities.get(kind)?.count ?? 0) + 1;
    this.#oddities.set(kind, { kind, count, latest });
  }
}

function stateText(state: UpstreamState): string {
  switch (state.kind) {
    case "starting":
    case "ready":
    case "stopped":
    case "quarantined":
      return state.kind;
    case "disabled":
      return `disabled by the ${state.by}${state.problem === undefined ? "" : `: ${state.problem.message}`}`;
    case "degraded":
      return `degraded: ${state.problem.message}. ${state.problem.suggestion}`;
    case "recovering":
      return `recovering, attempt ${state.attempts}: ${state.problem.message}. ${state.problem.suggestion}`;
    case "awaiting_login":
      return `awaiting_login: ${state.problem.message}`;
  }
}
