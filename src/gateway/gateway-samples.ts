import type { Sample } from "../metrics/report.ts";
import type { BreakerState } from "../policy/breaker.ts";
import type { UpstreamState } from "../upstream/state.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Gateway } from "./gateway.ts";

const upstreamStates = Object.keys({
  disabled: true,
  starting: true,
  ready: true,
  degraded: true,
  recovering: true,
  awaiting_login: true,
  quarantined: true,
  stopped: true,
} satisfies Record<UpstreamState["kind"], true>);

const breakerStates = Object.keys({
  closed: true,
  open: true,
  half_open: true,
  isolated: true,
} satisfies Record<BreakerState["kind"], true>);

function byQueue(queue: string): Pick<Sample, "labels"> {
  return { labels: { queue } };
}

/** How a gateway and its upstreams stand now, for metrics. Asks nobody. */
export function samplesOf(gateway: Gateway): Sample[] {
  const { underWay, parked } = gateway;
  const { waiting, dropped, audit } = gateway.keeping();
  return [
    { name: "switchyard_calls_under_way", value: underWay.size },
    { name: "switchyard_subscribers", value: gateway.subscribers },
    { name: "switchyard_queue_length", ...byQueue("parked"), value: parked.size },
    { name: "switchyard_queue_length", ...byQueue("store"), value: waiting },
    { name: "switchyard_queue_length", ...byQueue("audit"), value: audit?.waiting ?? 0 },
    { name: "switchyard_dropped_total", ...byQueue("store"), value: dropped },
    { name: "switchyard_dropped_total", ...byQueue("audit"), value: audit?.dropped ?? 0 },
    ...gateway.upstreams.flatMap((upstream) => upstreamSamples(upstream, underWay.waitingAt(upstream.name))),
  ];
}

function upstreamSamples(
  { name: upstream, state, guard, underWay, record: { usage } }: Upstream,
  waiting: number,
): Sample[] {
  const labels = { upstream };
  const samples: Sample[] = [
    ...upstreamStates.map((kind): Sample => {
      return {
        name: "switchyard_upstream_state",
        labels: { upstream, state: kind },
        value: state.kind === kind ? 1 : 0,
      };
    }),
    ...breakerStates.map((kind): Sample => {
      const value = guard.state.kind === kind ? 1 : 0;
      return { name: "switchyard_breaker_state", labels: { upstream, state: kind }, value };
    }),
    { name: "switchyard_upstream_calls_under_way", labels, value: underWay },
    { name: "switchyard_upstream_calls_waiting", labels, value: waiting },
  ];
  if (usage === undefined) return samples;
  return [
    ...samples,
    { name: "switchyard_upstream_memory_bytes", labels, value: usage.residentBytes },
    { name: "switchyard_upstream_cpu_ratio", labels, value: usage.cpuPercent / 100 },
    { name: "switchyard_upstream_processes", labels, value: usage.processes },
  ];
}
