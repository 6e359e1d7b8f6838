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
import type { Cells, ColumnReader } from "./cells.ts";

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

/** What makes a host of each row with {@link hostColumns}. */
export function hostRow(site: string, read: ColumnReader): (row: Cells) => HostRow {
  const checkedOf = checked(read);
  const nameOf = read.text("name");
  const aliasOf = read.text("alias");
  const addressOf = read.text("address");
  const hasBeenCheckedOf = read.flag("has_been_checked");
  const stateOf = read.number("state");
  const filenameOf = read.text("filename");
  const groupsOf = read.list("groups");
  const labelsOf = read.dictionary("labels");
  const tagsOf = read.dictionary("tags");
  const numServicesOkOf = read.number("num_services_ok");
  const numServicesWarnOf = read.number("num_services_warn");
  const numServicesCritOf = read.number("num_services_crit");
  const numServicesUnknownOf = read.number("num_services_unknown");
  const numServicesPendingOf = read.number("num_services_pending");
  return (row) => ({
    site,
    name: nameOf(row),
    alias: aliasOf(row),
    address: addressOf(row),
    state: hostStateOf(hasBeenCheckedOf(row), stateOf(row)),
    ...checkedOf(row),
    folder: folderOf(filenameOf(row)),
    groups: groupsOf(row),
    labels: labelsOf(row),
    tags: tagsOf(row),
    services: {
      ok: numServicesOkOf(row),
      warning: numServicesWarnOf(row),
      critical: numServicesCritOf(row),
      unknown: numServicesUnknownOf(row),
      pending: numServicesPendingOf(row),
    },
  });
}

/** What makes a service of each row with {@link serviceColumns}. */
export function serviceRow(site: string, read: ColumnReader): (row: Cells) => ServiceRow {
  const checkedOf = checked(read);
  const hostNameOf = read.text("host_name");
  const descriptionOf = read.text("description");
  const hasBeenCheckedOf = read.flag("has_been_checked");
  const stateOf = read.number("state");
  return (row) => ({
    site,
    host: hostNameOf(row),
    description: descriptionOf(row),
    state: serviceStateOf(hasBeenCheckedOf(row), stateOf(row)),
    ...checkedOf(row),
  });
}

/** What makes a service of each row with {@link serviceDetailColumns}. */
export function serviceDetails(site: string, read: ColumnReader): (row: Cells) => ServiceDetails {
  const serviceOf = serviceRow(site, read);
  const longPluginOutputOf = read.text("long_plugin_output");
  const lastTimeOkOf = read.moment("last_time_ok");
  const nextCheckOf = read.moment("next_check");
  const checkCommandOf = read.text("check_command");
  const checkIntervalOf = read.number("check_interval");
  const retryIntervalOf = read.number("retry_interval");
  const notificationsEnabledOf = read.flag("notifications_enabled");
  const activeChecksEnabledOf = read.flag("active_checks_enabled");
  const acceptPassiveChecksOf = read.flag("accept_passive_checks");
  const groupsOf = read.list("groups");
  const hostHasBeenCheckedOf = read.flag("host_has_been_checked");
  const hostNumberOf = read.number("host_state");
  const hostScheduledDowntimeDepthOf = read.flag("host_scheduled_downtime_depth");
  return (row) => ({
    ...serviceOf(row),
    longOutput: longPluginOutputOf(row),
    lastOkAt: lastTimeOkOf(row),
    nextCheckAt: nextCheckOf(row),
    checkCommand: checkCommandOf(row),
    checkIntervalMinutes: checkIntervalOf(row),
    retryIntervalMinutes: retryIntervalOf(row),
    isNotifying: notificationsEnabledOf(row),
    isActivelyChecked: activeChecksEnabledOf(row),
    isPassivelyChecked: acceptPassiveChecksOf(row),
    groups: groupsOf(row),
    hostState: hostStateOf(hostHasBeenCheckedOf(row), hostNumberOf(row)),
    isHostInDowntime: hostScheduledDowntimeDepthOf(row),
  });
}

/** What a host is in by its number. */
export function hostStateOf(isChecked: boolean, number: number): HostState {
  return isChecked ? (hostStates[number] ?? "DOWN") : "PENDING";
}

/** What a service is in by its number. */
export function serviceStateOf(isChecked: boolean, number: number): ServiceState {
  return isChecked ? (serviceStates[number] ?? "UNKNOWN") : "PENDING";
}

function checked(read: ColumnReader): (row: Cells) => Omit<Checked, "site"> {
  const stateTypeOf = read.number("state_type");
  const pluginOutputOf = read.text("plugin_output");
  const perfDataOf = read.text("perf_data");
  const lastCheckOf = read.moment("last_check");
  const lastStateChangeOf = read.moment("last_state_change");
  const currentAttemptOf = read.number("current_attempt");
  const maxCheckAttemptsOf = read.number("max_check_attempts");
  const acknowledgedOf = read.flag("acknowledged");
  const scheduledDowntimeDepthOf = read.flag("scheduled_downtime_depth");
  return (row) => ({
    stateType: stateTypeOf(row) === 0 ? "soft" : "hard",
    output: pluginOutputOf(row),
    perfData: perfDataOf(row),
    lastCheckAt: lastCheckOf(row),
    lastStateChangeAt: lastStateChangeOf(row),
    attempt: currentAttemptOf(row),
    maxAttempts: maxCheckAttemptsOf(row),
    isAcknowledged: acknowledgedOf(row),
    isInDowntime: scheduledDowntimeDepthOf(row),
  });
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

/** What makes a comment of each row with {@link commentColumns}. */
export function commentRow(site: string, read: ColumnReader): (row: Cells) => CommentRow {
  const remarkOf = remark(read);
  const entryTimeOf = read.moment("entry_time");
  const expiresOf = read.flag("expires");
  const expireTimeOf = read.moment("expire_time");
  const persistentOf = read.flag("persistent");
  const entryTypeOf = read.number("entry_type");
  return (row) => ({
    site,
    ...remarkOf(row),
    enteredAt: entryTimeOf(row),
    expiresAt: expiresOf(row) ? expireTimeOf(row) : undefined,
    isPersistent: persistentOf(row),
    kind: commentKinds[entryTypeOf(row)] ?? "user",
  });
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

/** What makes a downtime of each row with {@link downtimeColumns}. */
export function downtimeRow(site: string, read: ColumnReader): (row: Cells) => DowntimeRow {
  const remarkOf = remark(read);
  const startTimeOf = read.moment("start_time");
  const endTimeOf = read.moment("end_time");
  const fixedOf = read.flag("fixed");
  const durationOf = read.number("duration");
  return (row) => ({
    site,
    ...remarkOf(row),
    startsAt: startTimeOf(row),
    endsAt: endTimeOf(row),
    isFixed: fixedOf(row),
    durationSeconds: durationOf(row),
  });
}

function remark(
  read: ColumnReader,
): (row: Cells) => Pick<CommentRow, "id" | "host" | "description" | "author" | "comment"> {
  const idOf = read.number("id");
  const hostOf = read.text("host_name");
  const descriptionOf = read.text("service_description");
  const authorOf = read.text("author");
  const commentOf = read.text("comment");
  return (row) => {
    const description = descriptionOf(row);
    return {
      id: idOf(row),
      host: hostOf(row),
      description: description === "" ? undefined : description,
      author: authorOf(row),
      comment: commentOf(row),
    };
  };
}
