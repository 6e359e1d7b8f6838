import { BriefMap } from "../core/brief-map.ts";
import type { Clock, StopTimer } from "../core/clock.ts";
import type { ProcessUsage } from "../upstream/child-watch.ts";
import type { CallRecord } from "./call-record.ts";

/** How often it is looked for calls that take long, in ms. */
const sweepMs = 5000;

/** The share of its time after which a call that is under way is told of: of the usual five minutes, four. */
const laggingShare = 0.8;

/** Names of calls that a warning gives. */
const namesShown = 5;

/** What a table of calls needs. */
export interface CallsUnderWayDeps {
  readonly clock: Clock;
  /** How long a call of this tool, or of another kind, may take at this upstream without a sign of life, in ms. */
  readonly timeoutMsOf: (upstream: string, tool: string | undefined) => number | undefined;
  /** Told once of each call that has used four fifths of its time. */
  readonly lagged: (call: CallRecord, elapsedMs: number, timeoutMs: number) => void;
}

/** Every call of a downstream that is not over. What it costs a call is to be put in and taken out. */
export class CallsUnderWay {
  readonly #deps: CallsUnderWayDeps;
  readonly #calls = new BriefMap<CallRecord, CallRecord>();
  readonly #told = new WeakSet<CallRecord>();
  #stopSweep: StopTimer | undefined;

  constructor(deps: CallsUnderWayDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Begins to look for calls that take long. Called once. */
  start(): void {
    this.#stopSweep = this.#deps.clock.every(sweepMs, () => {
      if (this.#calls.size > 0) this.#sweep();
    });
  }

  begin(call: CallRecord): void {
    this.#calls.set(call, call);
  }

  end(call: CallRecord): void {
    this.#calls.delete(call);
  }

  /** Those that went to this upstream. */
  at(upstream: string): CallRecord[] {
    return this.#calls.values().filter((call) => call.upstream === upstream);
  }

  /** How many wait for their turn at this upstream. */
  waitingAt(upstream: string): number {
    return this.at(upstream).filter(({ stages }) => stages.at(-1) === "bulkhead").length;
  }

  /** What those that went to this upstream call: the names of the first few, and how many more there are. */
  namesAt(upstream: string): { readonly names: readonly string[]; readonly more: number } {
    const calls = this.at(upstream);
    const names = calls
      .slice(0, namesShown)
      .map((call) => (call.method === "resources/read" ? undefined : call.name) ?? call.method);
    return { names, more: calls.length - names.length };
  }

  /** Takes note of what an upstream's processes use, for every call that it works on. */
  measured(upstream: string, usage: ProcessUsage): void {
    for (const call of this.at(upstream)) call.measured(usage);
  }

  /** Stops looking. Safe to call twice. */
  close(): void {
    this.#stopSweep?.();
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    for (const call of this.#calls.values()) {
      const tool = call.method === "tools/call" ? call.name : undefined;
      const timeoutMs = call.upstream === undefined ? undefined : this.#deps.timeoutMsOf(call.upstream, tool);
      const elapsedMs = now - call.beganAt;
      if (timeoutMs === undefined || call.isPatient || elapsedMs < timeoutMs * laggingShare) continue;
      if (this.#told.has(call)) continue;
      this.#told.add(call);
      this.#deps.lagged(call, Math.round(elapsedMs), timeoutMs);
    }
  }
}
