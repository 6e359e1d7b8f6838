import type { Configuration } from "./configuration.ts";

/** Scans of hosts, which take their time in the background and find what is there at their end. */
export class Scans {
  readonly #configuration: Configuration;
  readonly #nowMs: () => number;
  readonly #workMs: number;
  /** By host: when it ends, and who has all that it finds monitored then. */
  readonly #runs = new Map<
    string,
    { readonly endsAtMs: number; readonly acceptedBy: string | undefined; isDone: boolean }
  >();

  constructor(
    configuration: Configuration,
    { nowMs, workMs }: { readonly nowMs: () => number; readonly workMs: number },
  ) {
    this.#configuration = configuration;
    this.#nowMs = nowMs;
    this.#workMs = workMs;
  }

  /** Begins one; where somebody accepts everything, what it finds takes the place of what was monitored. */
  begin(host: string, acceptedBy: string | undefined): void {
    this.#runs.set(host, { endsAtMs: this.#nowMs() + this.#workMs, acceptedBy, isDone: false });
  }

  /** Whether there ever was one. */
  isKnown(host: string): boolean {
    return this.#runs.has(host);
  }

  /** Whether one is under way. Ends it where it is due. */
  isRunning(host: string): boolean {
    const run = this.#runs.get(host);
    if (run === undefined || run.isDone) return false;
    if (this.#nowMs() < run.endsAtMs) return true;
    run.isDone = true;
    this.#configuration.scanned(host, run.acceptedBy);
    return false;
  }
}
