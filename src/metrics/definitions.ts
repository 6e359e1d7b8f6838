import type { MetricDefinition } from "./family.ts";

/** Every metric there is. `docs/metrics.md` is made from it, and a test holds what is measured to it. */
export const metricTable = {
  switchyard_calls_total: {
    type: "counter",
    help: "Calls of downstreams that ended: by upstream, tool, method, how they ended, and the code of what failed (docs/errors.md).",
    labels: ["upstream", "tool", "method", "outcome", "code"],
  },
  switchyard_call_duration_seconds: {
    type: "histogram",
    help: "How long calls took, from their arrival to their answer.",
    labels: ["upstream", "tool"],
  },
  switchyard_stage_duration_seconds: {
    type: "histogram",
    help: "How long calls were in a stage before they reached the next; in the last, until their answer.",
    labels: ["stage"],
  },
  switchyard_attempts_total: {
    type: "counter",
    help: "How often calls were sent to an upstream; more than calls where some were repeated.",
    labels: ["upstream"],
  },
  switchyard_request_bytes_total: {
    type: "counter",
    help: "Bytes of requests as they came, but for those in an array of several.",
    labels: ["upstream"],
  },
  switchyard_answer_bytes_total: {
    type: "counter",
    help: "Bytes of results and errors that were answered.",
    labels: ["upstream"],
  },
  switchyard_cache_lookups_total: {
    type: "counter",
    help: "What the result cache did for calls.",
    labels: ["upstream", "result"],
  },
  switchyard_calls_under_way: { type: "gauge", help: "Calls of downstreams that are not answered yet.", labels: [] },
  switchyard_upstream_state: {
    type: "gauge",
    help: "1 for the state that an upstream is in, 0 for the others.",
    labels: ["upstream", "state"],
  },
  switchyard_breaker_state: {
    type: "gauge",
    help: "1 for the state that an upstream's breaker is in, 0 for the others.",
    labels: ["upstream", "state"],
  },
  switchyard_upstream_calls_under_way: {
    type: "gauge",
    help: "Calls that an upstream has not answered yet.",
    labels: ["upstream"],
  },
  switchyard_upstream_calls_waiting: {
    type: "gauge",
    help: "Calls that wait for their turn at an upstream.",
    labels: ["upstream"],
  },
  switchyard_upstream_memory_bytes: {
    type: "gauge",
    help: "Resident memory of an upstream's processes, as last looked at.",
    labels: ["upstream"],
  },
  switchyard_upstream_cpu_ratio: {
    type: "gauge",
    help: "Processor time of an upstream's processes between the last two looks, as a share of one processor.",
    labels: ["upstream"],
  },
  switchyard_upstream_processes: { type: "gauge", help: "Number of an upstream's processes.", labels: ["upstream"] },
  switchyard_sessions: { type: "gauge", help: "Sessions of downstreams that are open.", labels: [] },
  switchyard_subscribers: {
    type: "gauge",
    help: "Streams and sessions that are told of changes.",
    labels: [],
  },
  switchyard_queue_length: {
    type: "gauge",
    help: "What waits: calls for their caller (parked), writes for the store (store), rows of the record of calls (audit).",
    labels: ["queue"],
  },
  switchyard_dropped_total: {
    type: "counter",
    help: "What was given up because too much waited: writes for the store (store), rows of the record of calls (audit).",
    labels: ["queue"],
  },
  switchyard_alerts_firing: {
    type: "gauge",
    help: "Alerts that fire, by rule (docs/alerts.md).",
    labels: ["rule", "level"],
  },
  switchyard_slo_burn_rate: {
    type: "gauge",
    help: "How much faster than its objective allows a tool fails, over a window: 1 uses its budget up exactly.",
    labels: ["upstream", "tool", "objective", "window"],
  },
  process_cpu_seconds_total: { type: "counter", help: "Processor time of the gateway's own process.", labels: [] },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory of the gateway's own process.", labels: [] },
  process_heap_bytes: { type: "gauge", help: "Memory of the gateway's JavaScript values.", labels: [] },
  process_start_time_seconds: { type: "gauge", help: "When the gateway's process started, since 1970.", labels: [] },
  switchyard_event_loop_busy_ratio: {
    type: "gauge",
    help: "Share of the time since the last look in which the gateway's thread was busy.",
    labels: [],
  },
  switchyard_event_loop_delay_seconds: {
    type: "gauge",
    help: "How late timers of the gateway's thread came since its start, by quantile.",
    labels: ["quantile"],
  },
  switchyard_metric_series: {
    type: "gauge",
    help: "Series that are held, by metric; at the bound of each, what is new counts as `other`.",
    labels: ["metric"],
  },
} as const satisfies Record<string, MetricDefinition>;

/** The name of one metric. */
export type MetricName = keyof typeof metricTable;

/** Series that a metric may have: a thousand tools, each with a few outcomes. */
export const maxSeries = { counter: 10_000, histogram: 2000 } as const;
