import type { GatewayError } from "../core/errors.ts";
import type { ProcessLimits } from "./limits.ts";

/** What an upstream's processes use together: the child and everything it has started. */
export interface ProcessUsage {
  /** When it was measured: wall time in ms. */
  readonly at: number;
  /** Processor time since the look before, in percent of one processor; of processes that still run. */
  readonly cpuPercent: number;
  /** Resident memory; pages that several of them share count for each. */
  readonly residentBytes: number;
  readonly processes: number;
}

/** What a watch found that people should know of and that does not stop the upstream. */
export interface Warning {
  readonly kind: "over_limit" | "growing";
  /** One sentence with the numbers. */
  readonly text: string;
}

/** A child whose processes are watched. */
export interface WatchedChild {
  readonly pid: number;
  readonly limits: ProcessLimits;
  /** Whether calls are under way: then it is looked at more often. */
  isBusy(): boolean;
  measured(usage: ProcessUsage): void;
  warned(warning: Warning): void;
  /** It uses more than a hard limit allows. Called once, last. `pids` are all of its processes, those outside its group too. */
  exceeded(problem: GatewayError, pids: readonly number[]): void;
}

/** Looks after the processes of children. */
export interface ChildWatcher {
  /** Watches from now on until what is returned is called. */
  watch(child: WatchedChild): () => void;
}

/** Whose child it is: what the upstream is told of its child besides messages. */
export interface ChildOwner {
  isBusy(): boolean;
  started(pid: number): void;
  /** One line of its stderr. */
  wrote(line: string): void;
  /** Undefined once it has ended. */
  measured(usage: ProcessUsage | undefined): void;
  warned(warning: Warning): void;
}
