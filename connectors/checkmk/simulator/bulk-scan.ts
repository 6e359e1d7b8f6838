import type { Configuration, HostConfig } from "./configuration.ts";
import type { ServiceTemplate } from "./host-kinds.ts";

/** What of what a scan found is taken over. */
export interface Acceptance {
  /** Whether what is new is monitored from then on. */
  readonly isAdding: boolean;
  /** Whether what is there no more is not. */
  readonly isRemoving: boolean;
}

/** What a host has monitored once that is taken over. */
export function accepted({ monitored, found = monitored }: HostConfig, how: Acceptance): readonly ServiceTemplate[] {
  const kept = how.isRemoving ? monitored.filter((each) => isAmong(found, each)) : monitored;
  return how.isAdding ? [...kept, ...found.filter((each) => !isAmong(monitored, each))] : kept;
}

/** Whether a service of that name is among these. */
export function isAmong(services: readonly ServiceTemplate[], { description }: ServiceTemplate): boolean {
  return services.some((each) => each.description === description);
}

interface Run {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly how: Acceptance;
  readonly user: string;
  readonly endsAtMs: number;
  isDone: boolean;
}

/** Discoveries of many hosts: one at a time, which takes its time in the background. */
export class BulkScan {
  readonly #configuration: Configuration;
  readonly #nowMs: () => number;
  readonly #workMs: number;
  #run: Run | undefined;

  constructor(
    configuration: Configuration,
    { nowMs, workMs }: { readonly nowMs: () => number; readonly workMs: number },
  ) {
    this.#configuration = configuration;
    this.#nowMs = nowMs;
    this.#workMs = workMs;
  }

  /** Begins one; `id` is its name. */
  begin(id: string, hosts: readonly string[], how: Acceptance, user: string): void {
    this.#run = { id, hosts, how, user, endsAtMs: this.#nowMs() + this.#workMs, isDone: false };
  }

  /** The last one; ends it where it is due. */
  get last(): Pick<Run, "id" | "hosts" | "isDone"> | undefined {
    const run = this.#run;
    if (run === undefined || run.isDone || this.#nowMs() < run.endsAtMs) return run;
    run.isDone = true;
    for (const name of run.hosts) this.#take(name, run);
    return run;
  }

  #take(name: string, { how, user }: Run): void {
    this.#configuration.scanned(name, undefined);
    const host = this.#configuration.hosts.get(name);
    if (host === undefined) return;
    const monitored = accepted(host, how);
    const isOther = monitored.length !== host.monitored.length;
    if (isOther) this.#configuration.putHost({ ...host, monitored }, user, "set-autochecks");
  }
}
