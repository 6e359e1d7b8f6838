import { type ConnectorContext, type EntityChange, type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Meter } from "../analysis/measured.ts";
import type { HostRow, Monitoring } from "../monitoring.ts";
import { anyUse, hostUse } from "../uses.ts";

/** Tells the gateway what changed, and counts that. */
export class ChangeCounter {
  readonly #tell: ConnectorContext["changed"];
  #times = 0;
  #names = 0;
  #lastAt: string | null = null;
  readonly #now: () => number;

  /** `tell` is the connector's own `changed`; `now` in ms since 1970. */
  constructor(tell: ConnectorContext["changed"], now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  /** Says that something of these names is not what it was, and what became of which things. */
  readonly changed = (uses: readonly string[], entities: readonly EntityChange[] = []): void => {
    this.#times += 1;
    this.#names += uses.length;
    this.#lastAt = new Date(this.#now()).toISOString();
    this.#tell(uses, [], entities);
  };

  /** How often and how many names were told since the start. */
  get told(): { readonly times: number; readonly names: number; readonly last_at: string | null } {
    return { times: this.#times, names: this.#names, last_at: this.#lastAt };
  }
}

/** What the connector itself costs and tells. */
export interface ServerSources {
  readonly monitoring: Monitoring;
  readonly meter: Meter;
  readonly changes: ChangeCounter;
}

const metricsOutput = z.object({
  sites: z.array(
    z.object({ site: z.string(), up: z.boolean(), version: z.string().nullable(), reason: z.string().nullable() }),
  ),
  questions: z.array(
    z.object({
      name: z.string(),
      calls: z.int(),
      failures: z.int(),
      mean_ms: z.number().nullable(),
      min_ms: z.number().nullable(),
      max_ms: z.number().nullable(),
      p95_ms: z.number().nullable().describe("Of the last 100."),
    }),
  ),
  changes_told: z.object({ times: z.int(), names: z.int(), last_at: z.string().nullable() }),
});

/** How the sites answer, and what asking them cost. */
export async function serverMetrics(
  { monitoring, meter, changes }: ServerSources,
  signal: AbortSignal,
): Promise<z.output<typeof metricsOutput>> {
  const sites = await monitoring.sites(signal);
  return {
    sites: sites.map((status) =>
      status.kind === "up"
        ? { site: status.site, up: true, version: status.programVersion, reason: null }
        : { site: status.site, up: false, version: null, reason: status.reason },
    ),
    questions: meter.measured.map((one) => ({
      name: one.name,
      calls: one.calls,
      failures: one.failures,
      mean_ms: rounded(one.meanMs),
      min_ms: rounded(one.minMs),
      max_ms: rounded(one.maxMs),
      p95_ms: rounded(one.p95Ms),
    })),
    changes_told: changes.told,
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 100) / 100;
}

/** The tools about the connector itself. */
export function serverTools(sources: ServerSources): readonly Tool[] {
  return [
    tool({
      name: "get_server_metrics",
      title: "What asking the sites costs",
      description:
        "Which sites answer, how many questions of each kind were asked since the start, how long they took and how many failed.",
      annotations: { readOnlyHint: true, openWorldHint: true },
      input: z.object({}),
      output: metricsOutput,
      run: async (_args, { signal }) => ({ structured: await serverMetrics(sources, signal) }),
    }),
    clearTool(sources),
  ];
}

/** Hosts that one call names; whoever means more means all. */
const maxCleared = 1000;

function clearTool({ monitoring, changes }: ServerSources): Tool {
  return tool({
    name: "clear_cache",
    title: "Forget kept answers",
    description:
      "Has the gateway forget answers that it keeps of this connector: of one host, of some, or all. Nothing at the site changes.",
    // As a write it would drop all that is kept, whatever it was asked for.
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: true },
    input: z.object({
      host_name: z.string().min(1).optional().describe("Answers about this host alone."),
      pattern: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe("Answers about hosts whose name holds this text, in whatever case. Without it and host_name: all."),
    }),
    output: z.object({ told: z.array(z.string()).describe("The names that answers were made from.") }),
    run: async ({ host_name: host, pattern }, { signal }) => {
      if (host !== undefined && pattern !== undefined) throw new ToolFailure("Give host_name or pattern, not both");
      const one = host === undefined ? [anyUse] : [hostUse(host)];
      const told = pattern === undefined ? one : await hostsNamed(monitoring, pattern, signal);
      changes.changed(told);
      return { structured: { told } };
    },
  });
}

/** @throws {ToolFailure} no host's name holds that, or too many do. */
async function hostsNamed(monitoring: Monitoring, text: string, signal: AbortSignal): Promise<string[]> {
  const { rows, total } = await monitoring.hosts({ search: text }, { limit: maxCleared }, signal);
  const holds = ({ name }: HostRow): boolean => name.toLowerCase().includes(text.toLowerCase());
  const told = [...new Set(rows.filter(holds).map(({ name }) => hostUse(name)))];
  const way = "give host_name, or neither to forget all";
  const shown = JSON.stringify(text);
  if (total > maxCleared)
    throw new ToolFailure(`More than ${maxCleared} hosts fit ${shown}: give a longer text, ${way}`);
  if (told.length > 0) return told;
  throw new ToolFailure(`No monitored host's name holds ${shown}, which is taken as it is, without wildcards: ${way}`);
}
