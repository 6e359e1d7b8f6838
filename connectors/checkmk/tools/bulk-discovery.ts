import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { BulkDiscovery, BulkRun, BulkWish } from "../rest/bulk-discovery.ts";
import type { Patience } from "../rest/waiting.ts";
import type { Setup } from "../setup.ts";
import { told } from "../told.ts";
import { dryRun } from "./change-tool.ts";
import { inSteps, wholly } from "./half-made.ts";
import { hostName } from "./host-arguments.ts";
import { activationShape, shownActivation } from "./shown-activation.ts";

/** What the tools for discoveries of many hosts work with. */
export interface BulkDiscoverySetup extends Pick<Setup, "hosts" | "activator"> {
  readonly bulk: BulkDiscovery;
}

/** Finding out which services many hosts have, in one run of the site. */
export function bulkDiscoveryTools(setup: BulkDiscoverySetup): readonly Tool[] {
  return [startTool(setup), lookTool(setup)];
}

const maxHosts = 1000;
/** Lines of a run that are told: the last ones. */
const toldLines = 100;

const runShape = z.object({
  job_id: z.string(),
  running: z.boolean(),
  state: z.string(),
  log: z.array(z.string()).describe(`What the site says of it: the last ${toldLines} lines.`),
});

function shown({ id, isRunning, state, log }: BulkRun): z.output<typeof runShape> {
  return { job_id: id, running: isRunning, state, log: log.slice(-toldLines) };
}

function startTool({ hosts, activator, bulk }: BulkDiscoverySetup): Tool {
  return tool({
    name: "bulk_discover_services",
    title: "Discover services of many hosts",
    description:
      "Scans many hosts in one run of the site and takes over what it finds, as discover_services does with one. Waits for the end, or returns at once with the job for get_bulk_discovery. One such run at a time.",
    input: z.object({
      host_names: z.array(hostName).min(1).max(maxHosts),
      mode: z.enum(["new", "remove", "fix_all", "only_host_labels", "only_service_labels"]).default("fix_all"),
      scan: z.boolean().default(true).describe("Scan the hosts before; otherwise take what was found last."),
      wait: z.boolean().default(true),
      timeout_seconds: z.int().min(1).max(3600).default(300).describe("Then it goes on by itself, and that is told."),
      ...dryRun,
    }),
    output: runShape.partial().extend({
      dry_run: z.boolean(),
      summary: z.string(),
      activation: activationShape.optional().describe("Of what was changed so far."),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    run: async ({ host_names: names, mode, scan, wait, timeout_seconds: seconds, dry_run: isDry }, { signal }) =>
      told(async () => {
        const wanted = [...new Set(names)];
        const what = `${mode} on ${wanted.length === 1 ? "one host" : `${wanted.length} hosts`}`;
        if (isDry) {
          await requireHosts(hosts, wanted, signal);
          return { structured: { dry_run: true, summary: `Would be done: ${what}` } };
        }
        const maxMs = wait ? seconds * 1000 : 0;
        const wish = { hosts: wanted, mode, isScanning: scan };
        const run = await wholly(activator, async () => made(bulk, wish, { maxMs, signal }), signal);
        const end = run.isRunning ? "is under way: get_bulk_discovery says when it is over" : `is over: ${run.state}`;
        // What is found later is changed later: only then can it be activated.
        const activation = run.isRunning ? undefined : shownActivation(await activator.afterChange(signal));
        const summary = `The discovery ${what} ${end}`;
        return { structured: { dry_run: false, summary, ...shown(run), ...(activation && { activation }) } };
      }),
  });
}

/** Begins a run, and waits for its end. @throws {HalfMade} it was begun, and the rest failed. */
async function made(bulk: BulkDiscovery, wish: BulkWish, patience: Patience): Promise<BulkRun> {
  let run: BulkRun = { id: "", isRunning: false, state: "unknown", log: [] };
  const start = async (): Promise<void> => {
    run = await bulk.start(wish, patience.signal);
  };
  const finish = async (): Promise<void> => {
    run = await bulk.wait(run, patience);
  };
  await inSteps([
    { text: `the discovery ${wish.mode} of ${wish.hosts.length} hosts is begun`, make: start },
    { text: "its end is seen", make: finish },
  ]);
  return run;
}

/** @throws {CheckmkError} `not_found` — of these hosts some are not configured. */
async function requireHosts(hosts: Setup["hosts"], names: readonly string[], signal: AbortSignal): Promise<void> {
  const known = new Set((await hosts.list(false, signal)).map(({ name }) => name));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length === 0) return;
  const listed = missing.slice(0, 10).join(", ");
  throw new CheckmkError("not_found", `Not configured: ${listed}${missing.length > 10 ? " and others" : ""}`);
}

function lookTool({ bulk }: BulkDiscoverySetup): Tool {
  return tool({
    name: "get_bulk_discovery",
    title: "How a discovery of many hosts is",
    description:
      "Whether a run that bulk_discover_services began is over, and what it said. What it changed waits for activate_changes.",
    input: z.object({ job_id: z.string().min(1).max(300) }),
    output: runShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ job_id: id }, { signal }) => told(async () => ({ structured: shown(await bulk.look(id, signal)) })),
  });
}
