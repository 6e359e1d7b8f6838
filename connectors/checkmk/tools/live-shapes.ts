import { z } from "zod";
import type { Checked, HostRow, ServiceDetails, ServiceRow, SiteFailure } from "../monitoring.ts";
import { isoTime } from "./problem-shape.ts";

const moment = z.string().nullable().describe("ISO 8601; null: never.");

const checkedShape = {
  site: z.string(),
  state_type: z.enum(["soft", "hard"]),
  plugin_output: z.string(),
  performance_data: z.string(),
  last_check: moment,
  last_state_change: moment,
  current_attempt: z.int(),
  max_check_attempts: z.int(),
  acknowledged: z.boolean(),
  in_downtime: z.boolean(),
};

/** A host as tools and streams tell it. */
export const hostShape = z.object({
  name: z.string(),
  alias: z.string(),
  ip_address: z.string(),
  folder: z.string().nullable(),
  state: z.string().describe("UP, DOWN, UNREACHABLE, PENDING."),
  ...checkedShape,
  groups: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  services: z.object({ ok: z.int(), warning: z.int(), critical: z.int(), unknown: z.int(), pending: z.int() }),
});

/** A service as tools and streams tell it. */
export const serviceShape = z.object({
  host_name: z.string(),
  service_name: z.string(),
  state: z.string().describe("OK, WARNING, CRITICAL, UNKNOWN, PENDING."),
  ...checkedShape,
});

/** A service with everything that is known of it. */
export const serviceDetailsShape = serviceShape.extend({
  long_plugin_output: z.string(),
  last_ok: moment,
  next_check: moment,
  check_command: z.string(),
  check_interval: z.number().describe("In minutes."),
  retry_interval: z.number().describe("In minutes."),
  notifications_enabled: z.boolean(),
  active_checks_enabled: z.boolean(),
  passive_checks_enabled: z.boolean(),
  acknowledgement_author: z.string().nullable(),
  acknowledgement_comment: z.string().nullable(),
  acknowledgement_time: moment,
  downtime_start: moment,
  downtime_end: moment,
  downtime_comment: z.string().nullable(),
});

/** Sites that are missing from an answer. */
export const failuresShape = z
  .array(z.object({ site: z.string(), reason: z.string() }))
  .describe("Sites that did not answer: what they know is missing.");

export function shownFailures(failures: readonly SiteFailure[]): z.output<typeof failuresShape> {
  return failures.map(({ site, reason }) => ({ site, reason }));
}

function shownChecked(row: Checked) {
  return {
    site: row.site,
    state_type: row.stateType,
    plugin_output: row.output,
    performance_data: row.perfData,
    last_check: isoTime(row.lastCheckAt),
    last_state_change: isoTime(row.lastStateChangeAt),
    current_attempt: row.attempt,
    max_check_attempts: row.maxAttempts,
    acknowledged: row.isAcknowledged,
    in_downtime: row.isInDowntime,
  };
}

export function shownHost(row: HostRow): z.output<typeof hostShape> {
  return {
    name: row.name,
    alias: row.alias,
    ip_address: row.address,
    folder: row.folder ?? null,
    state: row.state,
    ...shownChecked(row),
    groups: [...row.groups],
    labels: { ...row.labels },
    tags: { ...row.tags },
    services: row.services,
  };
}

export function shownService(row: ServiceRow): z.output<typeof serviceShape> {
  return { host_name: row.host, service_name: row.description, state: row.state, ...shownChecked(row) };
}

/** What of a service is told besides the rest; who acknowledged it and which downtime it is in is known by others. */
export function shownDetails(
  row: ServiceDetails,
): Omit<
  z.output<typeof serviceDetailsShape>,
  `acknowledgement_${"author" | "comment" | "time"}` | `downtime_${"start" | "end" | "comment"}`
> {
  return {
    ...shownService(row),
    long_plugin_output: row.longOutput,
    last_ok: isoTime(row.lastOkAt),
    next_check: isoTime(row.nextCheckAt),
    check_command: row.checkCommand,
    check_interval: row.checkIntervalMinutes,
    retry_interval: row.retryIntervalMinutes,
    notifications_enabled: row.isNotifying,
    active_checks_enabled: row.isActivelyChecked,
    passive_checks_enabled: row.isPassivelyChecked,
  };
}
