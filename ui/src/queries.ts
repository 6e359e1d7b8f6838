import { QueryClient, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { LiveMessage } from "switchyard/live";
import type { AccessAnswer, AlertReport, CacheStatus, GatewayStatus, MetricReport, ShownJob, Tool } from "./answers.ts";
import { Refusal, listTools, read } from "./api.ts";

/** What was read of the gateway, shared by all pages. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      refetchOnWindowFocus: true,
      // What was refused is refused again; whoever does not answer may soon.
      retry: (failures, error) => !(error instanceof Refusal && error.code !== "unreachable") && failures < 2,
    },
  },
});

/** How everything stands; read anew when the live stream tells of a change. */
export function useStatus(): UseQueryResult<GatewayStatus> {
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => read("/api/status", signal),
    refetchInterval: 30_000,
  });
}

/** Every ten seconds; whoever may not see something need not ask for it again. */
function unlessRefused({ state }: { readonly state: { readonly status: string } }): number | false {
  return state.status === "error" ? false : 10_000;
}

/** What is measured; for operators. */
export function useMetrics(): UseQueryResult<readonly MetricReport[]> {
  return useQuery({
    queryKey: ["metrics"],
    queryFn: async ({ signal }) => (await read<{ metrics: readonly MetricReport[] }>("/api/metrics", signal)).metrics,
    refetchInterval: unlessRefused,
  });
}

/** How the cache does; for operators. */
export function useCache(): UseQueryResult<CacheStatus> {
  return useQuery({
    queryKey: ["cache"],
    queryFn: ({ signal }) => read("/api/cache", signal),
    refetchInterval: unlessRefused,
  });
}

/** The tools that the visitor may use. */
export function useTools(): UseQueryResult<readonly Tool[]> {
  return useQuery({ queryKey: ["tools"], queryFn: ({ signal }) => listTools(signal), staleTime: 60_000 });
}

/** The visitor's jobs, or everybody's. */
export function useJobs(all: boolean): UseQueryResult<readonly ShownJob[]> {
  return useQuery({
    queryKey: ["jobs", all],
    queryFn: async ({ signal }) =>
      (await read<{ jobs: readonly ShownJob[] }>(`/api/jobs${all ? "?all=true" : ""}`, signal)).jobs,
  });
}

/** What fires, and by which rules; for operators. */
export function useAlerts(isWanted = true): UseQueryResult<AlertReport> {
  return useQuery({
    queryKey: ["alerts"],
    enabled: isWanted,
    queryFn: ({ signal }) => read("/api/alerts", signal),
    refetchInterval: unlessRefused,
  });
}

/** Who the visitor is, and what each role may do. */
export function useAccess(): UseQueryResult<AccessAnswer> {
  return useQuery({ queryKey: ["access"], queryFn: ({ signal }) => read("/api/access", signal), staleTime: 60_000 });
}

/** What of what was read is no longer true after a message. */
const touches: Readonly<Record<string, readonly string[]>> = {
  mcp_status_change: ["status", "metrics"],
  circuit_breaker_state: ["status", "metrics"],
  definition_change: ["status", "tools", "prompts"],
  config_change: ["status", "tools", "alerts", "settings"],
  system_alert: ["alerts", "slo"],
  schedule_update: ["schedules", "jobs"],
  // What changed between the page's first questions and its first message, nobody tells.
  initial_status: ["status", "tools"],
  gap: [
    "status",
    "tools",
    "prompts",
    "jobs",
    "schedules",
    "cache",
    "calls",
    "alerts",
    "slo",
    "cashflow",
    "monitoring",
    "documents",
  ],
  operator_action: ["status", "keys", "schedules", "prompts"],
  cache_update: ["cache"],
  entity_change: ["cashflow", "monitoring", "documents"],
  entity_list_update: ["cashflow", "monitoring", "documents"],
  job_started: ["jobs"],
  job_progress: ["jobs"],
  job_completed: ["jobs"],
  job_failed: ["jobs"],
  job_cancelled: ["jobs"],
};

/** What happens within this time is read of once, in ms. */
const readEveryMs = 250;

const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Has read anew what a message says has changed. */
export function heard({ type }: LiveMessage): void {
  for (const key of touches[type] ?? []) waiting.add(key);
  if (waiting.size === 0) return;
  timer ??= setTimeout(() => {
    timer = undefined;
    const keys = [...waiting];
    waiting.clear();
    for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
  }, readEveryMs);
}
