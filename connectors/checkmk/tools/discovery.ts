import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type DiscoveredService, type DiscoveryMode, discoveryModes } from "../rest/discovery.ts";
import type { Patience } from "../rest/waiting.ts";
import type { Setup } from "../setup.ts";
import { dryRun } from "./change-tool.ts";
import { inSteps, wholly } from "./half-made.ts";
import { hostName } from "./host-arguments.ts";
import { activationShape, shownActivation } from "./shown-activation.ts";
import { told } from "../told.ts";

/** Services by what discovery says of them. */
const phasesShape = z.object({
  new_services: z.array(z.string()).describe("Found, and not monitored."),
  removed_services: z.array(z.string()).describe("Monitored, and not found any more."),
  changed_services: z.array(z.string()).describe("Monitored, with other parameters or labels by now."),
  unchanged_services: z.array(z.string()).describe("Monitored."),
  ignored_services: z.array(z.string()).describe("Not to be monitored."),
});

/** Finding out which services hosts have. */
export function discoveryTools(setup: Setup): readonly Tool[] {
  return [resultTool(setup), discoverTool(setup)];
}

function resultTool({ discovery }: Setup): Tool {
  return tool({
    name: "get_service_discovery",
    title: "What discovery found",
    description: "What the last scan of a host has found, and what of it is monitored. It does not scan.",
    input: z.object({ host_name: hostName }),
    output: phasesShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ host_name: host }, { signal }) =>
      told(async () => ({ structured: byPhase(await discovery.result(host, signal)) })),
  });
}

function discoverTool({ discovery, activator }: Setup): Tool {
  return tool({
    name: "discover_services",
    title: "Discover services",
    description:
      "Scans a host and takes over what it finds: fix_all monitors what is new and drops what vanished, new and remove do one of both, refresh only scans. Waits for the end.",
    input: z.object({
      host_name: hostName,
      mode: z.enum(discoveryModes).default("fix_all"),
      scan: z.boolean().default(true).describe("Scan the host before; otherwise take what the last scan has found."),
      timeout_seconds: z.int().min(1).max(3600).default(300),
      ...dryRun,
    }),
    output: z.object({
      dry_run: z.boolean(),
      summary: z.string(),
      discovery_mode: z.enum(discoveryModes),
      before: phasesShape.describe("After the scan, before anything is taken over."),
      after: phasesShape.optional(),
      activation: activationShape.optional(),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    run: async ({ host_name: host, mode, scan, timeout_seconds: seconds, dry_run: isDry }, { signal, progress }) =>
      told(async () => {
        const patience = { maxMs: seconds * 1000, signal };
        const isScanned = !isDry && scan && mode !== "refresh" && mode !== "tabula_rasa";
        if (isScanned) await discovery.run(host, "refresh", patience);
        progress(1, 3, "scanned");
        const before = byPhase(await discovery.result(host, signal));
        const summary = summaryOf(host, before);
        const common = { dry_run: isDry, discovery_mode: mode, before };
        if (isDry) return { structured: { ...common, summary: `By the last scan: ${summary}` } };
        const run = { host, mode, patience };
        // A scan alone changes nothing of the configuration.
        const isScan = mode === "refresh";
        if (isScan) await discovery.run(host, mode, patience);
        const look = async () => (isScan ? discovery.result(host, signal) : takenOver(discovery, run));
        const after = byPhase(await wholly(activator, look, signal));
        progress(2, 3, "taken over");
        const activation = isScan ? undefined : shownActivation(await activator.afterChange(signal));
        return { structured: { ...common, summary, after, ...(activation && { activation }) } };
      }),
  });
}

/** Takes over what the scan has found, and reads what is so then. @throws {HalfMade} it was begun, and the rest failed. */
async function takenOver(
  discovery: Setup["discovery"],
  { host, mode, patience }: { readonly host: string; readonly mode: DiscoveryMode; readonly patience: Patience },
): Promise<readonly DiscoveredService[]> {
  let isUnderWay = false;
  let found: readonly DiscoveredService[] = [];
  const start = async (): Promise<void> => {
    isUnderWay = await discovery.start(host, mode, patience.signal);
  };
  const finish = async (): Promise<void> => {
    if (isUnderWay) await discovery.finish(host, patience);
  };
  const look = async (): Promise<void> => {
    found = await discovery.result(host, patience.signal);
  };
  await inSteps([
    { text: `the discovery ${mode} of ${host} is begun`, make: start },
    { text: "its end is seen", make: finish },
    { text: "its result is read", make: look },
  ]);
  return found;
}

function byPhase(services: readonly DiscoveredService[]): z.output<typeof phasesShape> {
  const inPhase = (...phases: readonly string[]): string[] =>
    services.filter(({ phase }) => phases.includes(phase)).map(({ description }) => description);
  return {
    new_services: inPhase("undecided"),
    removed_services: inPhase("vanished"),
    changed_services: inPhase("changed"),
    unchanged_services: inPhase("monitored", "manual", "active", "custom"),
    ignored_services: inPhase("ignored", "ignored_active", "ignored_custom"),
  };
}

function summaryOf(
  host: string,
  { new_services: found, removed_services: gone, changed_services: changed, ...rest }: z.output<typeof phasesShape>,
): string {
  return `${host} has ${found.length} new, ${gone.length} vanished, ${changed.length} changed and ${rest.unchanged_services.length} unchanged services`;
}
