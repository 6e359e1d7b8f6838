import { type ConnectorContext, type EntityChange, type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import type { Meter } from "../analysis/measured.ts";
import type { Monitoring } from "../monitoring.ts";
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
    tool({
      name: "clear_cache",
      title: "Forget kept answers",
      description:
        "Has the gateway forget answers that it keeps of this connector: of one host, or all. Nothing at the site changes.",
      // As a write it would drop all that is kept, whatever it was asked for.
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: true },
      input: z.object({
        host_name: z.string().min(1).optional().describe("Answers about this host alone. Default: all answers."),
      }),
      output: z.object({ told: z.array(z.string()).describe("The names that answers were made from.") }),
      run: ({ host_name: host }) => {
        const told = host === undefined ? [anyUse] : [hostUse(host)];
        sources.changes.changed(told);
        return { structured: { told } };
      },
    }),
  ];
}
