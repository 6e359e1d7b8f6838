import {
  type Checked,
  type CommentRow,
  type DowntimeRow,
  type HostRow,
  type HostState,
  type ServiceDetails,
  type ServiceRow,
  type ServiceState,
  hostStates,
  serviceStates,
} from "../monitoring.ts";
import type { RowReader } from "./cells.ts";

const checkedColumns = [
  "state",
  "has_been_checked",
  "state_type",
  "plugin_output",
  "perf_data",
  "last_check",
  "last_state_change",
  "current_attempt",
  "max_check_attempts",
  "acknowledged",
  "scheduled_downtime_depth",
] as const;

export const hostColumns = [
  "name",
  "alias",
  "address",
  "filename",
  "groups",
  "labels",
  "tags",
  "num_services_ok",
  "num_services_warn",
  "num_services_crit",
  "num_services_unknown",
  "num_services_pending",
  ...checkedColumns,
] as const;

export const serviceColumns = ["host_name", "description", ...checkedColumns] as const;

export const serviceDetailColumns = [
  ...serviceColumns,
  "long_plugin_output",
  "last_time_ok",
  "next_check",
  "check_command",
  "check_interval",
  "retry_interval",
  "notifications_enabled",
  "active_checks_enabled",
  "accept_passive_checks",
  "groups",
  "host_state",
  "host_has_been_checked",
  "host_scheduled_downtime_depth",
] as const;

/** A host of a row with {@link hostColumns}. */
export function hostRow(site: string, read: RowReader): HostRow {
  return {
    site,
    name: read.text("name"),
    alias: read.text("alias"),
    address: read.text("address"),
    state: hostStateOf(read.flag("has_been_checked"), read.number("state")),
    ...checked(read),
    folder: folderOf(read.text("filename")),
    groups: read.list("groups"),
    labels: read.dictionary("labels"),
    tags: read.dictionary("tags"),
    services: {
      ok: read.number("num_services_ok"),
      warning: read.number("num_services_warn"),
      critical: read.number("num_services_crit"),
      unknown: read.number("num_services_unknown"),
      pending: read.number("num_services_pending"),
    },
  };
}

/** A service of a row with {@link serviceColumns}. */
export function serviceRow(site: string, read: RowReader): ServiceRow {
  return {
    site,
    host: read.text("host_name"),
    description: read.text("description"),
    state: serviceStateOf(read.flag("has_been_checked"), read.number("state")),
    ...checked(read),
  };
}

/** A service of a row with {@link serviceDetailColumns}. */
export function serviceDetails(site: string, read: RowReader): ServiceDetails {
  return {
    ...serviceRow(site, read),
    longOutput: read.text("long_plugin_output"),
    lastOkAt: read.moment("last_time_ok"),
    nextCheckAt: read.moment("next_check"),
    checkCommand: read.text("check_command"),
    checkIntervalMinutes: read.number("check_interval"),
    retryIntervalMinutes: read.number("retry_interval"),
    isNotifying: read.flag("notifications_enabled"),
    isActivelyChecked: read.flag("active_checks_enabled"),
    isPassivelyChecked: read.flag("accept_passive_checks"),
    groups: read.list("groups"),
    hostState: hostStateOf(read.flag("host_has_been_checked"), read.number("host_state")),
    isHostInDowntime: read.flag("host_scheduled_downtime_depth"),
  };
}

/** What a host is in by its number. */
export function hostStateOf(isChecked: boolean, number: number): HostState {
  return isChecked ? (hostStates[number] ?? "DOWN") : "PENDING";
}

/** What a service is in by its number. */
export function serviceStateOf(isChecked: boolean, number: number): ServiceState {
  return isChecked ? (serviceStates[number] ?? "UNKNOWN") : "PENDING";
}

function checked(read: RowReader): Omit<Checked, "site"> {
  return {
    stateType: read.number("state_type") === 0 ? "soft" : "hard",
    output: read.text("plugin_output"),
    perfData: read.text("perf_data"),
    lastCheckAt: read.moment("last_check"),
    lastStateChangeAt: read.moment("last_state_change"),
    attempt: read.number("current_attempt"),
    maxAttempts: read.number("max_check_attempts"),
    isAcknowledged: read.flag("acknowledged"),
    isInDowntime: read.flag("scheduled_downtime_depth"),
  };
}

function folderOf(file: string): string | undefined {
  const [, path] = /^\/wato((?:\/.*)?)\/hosts\.mk$/.exec(file) ?? [];
  return path === "" ? "/" : path;
}

export const commentColumns = [
  "id",
  "host_name",
  "service_description",
  "author",
  "comment",
  "entry_time",
  "expires",
  "expire_time",
  "persistent",
  "entry_type",
] as const;

const commentKinds = ["user", "user", "downtime", "flapping", "acknowledgement"] as const;

/** A comment of a row with {@link commentColumns}. */
export function commentRow(site: string, read: RowReader): CommentRow {
  return {
    site,
    ...remark(read),
    enteredAt: read.moment("entry_time"),
    expiresAt: read.flag("expires") ? read.moment("expire_time") : undefined,
    isPersistent: read.flag("persistent"),
    kind: commentKinds[read.number("entry_type")] ?? "user",
  };
}

export const downtimeColumns = [
  "id",
  "host_name",
  "service_description",
  "author",
  "comment",
  "start_time",
  "end_time",
  "fixed",
  "duration",
] as const;

/** A downtime of a row with {@link downtimeColumns}. */
export function downtimeRow(site: string, read: RowReader): DowntimeRow {
  return {
    site,
    ...remark(read),
    startsAt: read.moment("start_time"),
    endsAt: read.moment("end_time"),
    isFixed: read.flag("fixed"),
    durationSeconds: read.number("duration"),
  };
}

function remark(read: RowReader): Pick<CommentRow, "id" | "host" | "description" | "author" | "comment"> {
  const description = read.text("service_description");
  return {
    id: read.number("id"),
    host: read.text("host_name"),
    description: description === "" ? undefined : description,
    author: read.text("author"),
    comment: read.text("comment"),
  };
}
