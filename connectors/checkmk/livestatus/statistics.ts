import { type Statistics, hostStates, serviceStates } from "../monitoring.ts";
import { all, is } from "../rows/condition.ts";
import { askEach } from "../rows/every-site.ts";
import { inDowntime, inState } from "../rows/filters.ts";
import { count } from "./query.ts";
import type { Site } from "./site.ts";

/** What counts as a problem that nobody looks after. */
const unhandled = [
  is("has_been_checked", "=", 1),
  is("state", "!=", 0),
  is("acknowledged", "=", 0),
  inDowntime("", false),
];

const hostCounters = [
  is("state", ">=", 0),
  ...hostStates.map((state) => inState(hostStates, state)),
  is("has_been_checked", "=", 0),
  is("acknowledged", "=", 1),
  inDowntime("", true),
  all(unhandled),
];

const serviceCounters = [
  is("state", ">=", 0),
  ...serviceStates.map((state) => inState(serviceStates, state)),
  is("has_been_checked", "=", 0),
  is("acknowledged", "=", 1),
  inDowntime("", true),
  all([...unhandled, inDowntime("host_", false)]),
];

/** What the sites that answer count together. @throws {ToolFailure} none did. @throws the signal's reason. */
export async function readStatistics(sites: readonly Site[], signal: AbortSignal): Promise<Statistics> {
  const { answers, failures } = await askEach(sites, async (site) =>
    Promise.all([
      site.count({ table: "hosts", statistics: hostCounters.flatMap(count) }, signal),
      site.count({ table: "services", statistics: serviceCounters.flatMap(count) }, signal),
    ]),
  );
  const sum = (which: 0 | 1, place: number): number =>
    answers.reduce((before, { value }) => before + (value[which][place] ?? 0), 0);
  return {
    hosts: {
      total: sum(0, 0),
      up: sum(0, 1),
      down: sum(0, 2),
      unreachable: sum(0, 3),
      pending: sum(0, 4),
      acknowledged: sum(0, 5),
      inDowntime: sum(0, 6),
      unhandled: sum(0, 7),
    },
    services: {
      total: sum(1, 0),
      ok: sum(1, 1),
      warning: sum(1, 2),
      critical: sum(1, 3),
      unknown: sum(1, 4),
      pending: sum(1, 5),
      acknowledged: sum(1, 6),
      inDowntime: sum(1, 7),
      unhandled: sum(1, 8),
    },
    failures,
  };
}
