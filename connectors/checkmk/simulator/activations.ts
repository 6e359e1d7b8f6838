import type { Configuration, PendingChange } from "./configuration.ts";

/** One run that makes what is configured what is monitored. */
export interface ActivationRun {
  readonly id: string;
  readonly sites: readonly string[];
  readonly isForced: boolean;
  /** In s since 1970. */
  readonly startedAt: number;
  readonly changes: readonly PendingChange[];
  readonly isRunning: boolean;
}

/** Runs that are remembered. */
const maxRuns = 100;

/** The activations of a simulated site. What is configured when one begins is monitored when it ends. */
export class Activations {
  readonly #configuration: Configuration;
  readonly #uuid: () => string;
  readonly #nowMs: () => number;
  readonly #workMs: number;
  readonly #runs = new Map<string, { readonly run: ActivationRun; readonly endsAtMs: number; isApplied: boolean }>();

  constructor(
    configuration: Configuration,
    { uuid, nowMs, workMs }: { readonly uuid: () => string; readonly nowMs: () => number; readonly workMs: number },
  ) {
    this.#configuration = configuration;
    this.#uuid = uuid;
    this.#nowMs = nowMs;
    this.#workMs = workMs;
  }

  /** Those under way. Ends what is due. */
  running(): readonly ActivationRun[] {
    return [...this.#runs.keys()].flatMap((id) => this.get(id) ?? []).filter(({ isRunning }) => isRunning);
  }

  get(id: string): ActivationRun | undefined {
    const kept = this.#runs.get(id);
    if (kept === undefined) return undefined;
    const isRunning = this.#nowMs() < kept.endsAtMs;
    if (!isRunning && !kept.isApplied) {
      kept.isApplied = true;
      this.#configuration.apply();
    }
    return { ...kept.run, isRunning };
  }

  /** Begins one with all that is pending. */
  start(sites: readonly string[], isForced: boolean): ActivationRun {
    const nowMs = this.#nowMs();
    const changes = this.#configuration.take();
    const run = { id: this.#uuid(), sites, isForced, startedAt: Math.floor(nowMs / 1000), changes, isRunning: true };
    this.#runs.set(run.id, { run, endsAtMs: nowMs + this.#workMs, isApplied: false });
    if (this.#runs.size > maxRuns) this.#runs.delete(this.#runs.keys().next().value ?? "");
    return run;
  }
}
