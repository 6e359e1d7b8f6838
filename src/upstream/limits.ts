/** How much of one thing an upstream's processes may use. */
export interface Limit {
  /** Above it there is a warning. */
  readonly soft?: number | undefined;
  /** Above it the processes are ended and the upstream is started anew. */
  readonly hard?: number | undefined;
}

/** What is limited. Each counts the child and everything it has started. */
export interface ProcessLimits {
  /** Resident memory, in MiB. 1 to 1 048 576. */
  readonly memoryMiB: Limit;
  /** Processor time over a whole minute, in percent of one processor. 1 to 102 400. */
  readonly cpuPercent: Limit;
  /** Number of processes. 1 to 1 000 000. */
  readonly processes: Limit;
}

/**
 * What holds where the configuration is silent. No memory and no processor time: how much is right only its operator knows. The number
 * of processes stops one that forks without end before the machine has no more to give; servers that work need a few dozen at most.
 */
export const limitDefaults = {
  memoryMiB: {},
  cpuPercent: {},
  processes: { soft: 128, hard: 256 },
} as const satisfies ProcessLimits;

/** Limits as somebody writes them: of each, all or some. */
export type WrittenLimits = { readonly [Measure in keyof ProcessLimits]?: Limit | undefined };

/** Written limits with the defaults filled in. A default that does not fit what is written beside it gives way. */
export function limitsOf(written: WrittenLimits = {}): ProcessLimits {
  return {
    memoryMiB: { ...written.memoryMiB },
    cpuPercent: { ...written.cpuPercent },
    processes: filled(written.processes ?? {}, limitDefaults.processes),
  };
}

function filled({ soft, hard }: Limit, usual: Required<typeof limitDefaults.processes>): Limit {
  const highest = hard ?? Math.max(usual.hard, soft ?? 0);
  return { soft: soft ?? Math.min(usual.soft, highest), hard: highest };
}
