import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import type { DiscoveryMode } from "./discovery.ts";
import { objectOf } from "./objects.ts";
import { isAtLeast } from "./release.ts";
import { type Patience, lookUntil } from "./waiting.ts";

/** What is taken over of what is found. */
export type BulkMode = Exclude<DiscoveryMode, "refresh" | "tabula_rasa">;

/** What is discovered on which hosts. */
export interface BulkWish {
  readonly hosts: readonly string[];
  readonly mode: BulkMode;
  /** Whether hosts are scanned anew; otherwise what was found last is taken, where there is anything. */
  readonly isScanning: boolean;
}

/** A discovery of many hosts, which the site makes in the background, one such at a time. */
export interface BulkRun {
  readonly id: string;
  readonly isRunning: boolean;
  /** Such as `running`, `finished`, `stopped` or `exception`. */
  readonly state: string;
  /** What it said so far. */
  readonly log: readonly string[];
}

const lines = z.array(z.string()).default([]);

/** Until 2.3, a run of its own kind. */
const runShape = objectOf(
  z.object({ active: z.boolean(), state: z.string(), logs: z.object({ result: lines, progress: lines }) }),
);

/** From 2.4 on, a job of the site as any other. */
const jobShape = objectOf(
  z.object({
    active: z.boolean(),
    status: z
      .object({
        state: z.string(),
        log_info: z.object({ JobProgressUpdate: lines, JobResult: lines, JobException: lines }).partial().default({}),
      })
      .default({ state: "unknown", log_info: {} }),
  }),
);

/** Finding out which services many hosts have. What it changes waits for activation. */
export class BulkDiscovery {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** Begins one. @throws {CheckmkError} `conflict` — one is under way; `invalid` — there is no such host. */
  async start(wish: BulkWish, signal: AbortSignal): Promise<BulkRun> {
    const path = ["domain-types", "discovery_run", "actions", "bulk-discovery-start", "invoke"];
    const release = await this.#client.release(signal);
    const options = isAtLeast(release, "2.3") ? { options: optionsOf(wish.mode, release) } : { mode: wish.mode };
    const body = { hostnames: wish.hosts, ...options, do_full_scan: wish.isScanning };
    const answer = await this.#client.call({ method: "POST", path, body }, signal);
    const run = runShape.safeParse(answer.body);
    if (run.success) return runOf(run.data);
    // A redirect to where the job is looked at; where there is none, nothing was to be done.
    const { location } = answer;
    if (location === undefined) return { id: "", isRunning: false, state: "finished", log: [] };
    return { id: idIn(location), isRunning: true, state: "running", log: [] };
  }

  /** How one is. @throws {CheckmkError} `not_found`. */
  async look(id: string, signal: AbortSignal): Promise<BulkRun> {
    if (isAtLeast(await this.#client.release(signal), "2.4")) {
      const path = ["objects", "background_job", id];
      const { value } = await this.#client.read({ method: "GET", path }, jobShape, signal);
      const { active: isRunning, status } = value.extensions;
      const { JobProgressUpdate: progress = [], JobResult: result = [], JobException: failed = [] } = status.log_info;
      return { id: value.id, isRunning, state: status.state, log: [...progress, ...result, ...failed] };
    }
    const path = ["objects", "discovery_run", id];
    const { value } = await this.#client.read({ method: "GET", path }, runShape, signal);
    return runOf(value);
  }

  /** Waits for the end of one, or until the time is over, and says how it is then. */
  async wait(run: BulkRun, patience: Patience): Promise<BulkRun> {
    let now = run;
    const isOver = async (): Promise<boolean> => {
      if (now.isRunning) now = await this.look(now.id, patience.signal);
      return !now.isRunning;
    };
    await lookUntil(isOver, patience);
    return now;
  }
}

function runOf({ id, extensions: { active: isRunning, state, logs } }: z.output<typeof runShape>): BulkRun {
  return { id, isRunning, state, log: [...logs.progress, ...logs.result] };
}

function optionsOf(mode: BulkMode, release: Parameters<typeof isAtLeast>[0]): Readonly<Record<string, boolean>> {
  const isAll = mode === "fix_all";
  return {
    monitor_undecided_services: isAll || mode === "new",
    remove_vanished_services: isAll || mode === "remove",
    update_service_labels: isAll || mode === "only_service_labels",
    update_host_labels: isAll || mode === "only_host_labels",
    ...(isAtLeast(release, "2.4") && { update_service_parameters: isAll }),
  };
}

/** The job in an address such as `…/objects/background_job/bulk_discovery`, where it is quoted. */
function idIn(location: string): string {
  const [, quoted = ""] = /\/objects\/background_job\/([^/?#]+)/.exec(location) ?? [];
  if (quoted !== "") return decodeURIComponent(decodeURIComponent(quoted));
  throw new CheckmkError(
    "unexpected_answer",
    `The discovery was begun, but where to look at it is unclear: ${location}`,
  );
}
