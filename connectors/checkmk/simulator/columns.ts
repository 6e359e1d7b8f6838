import type { Checked, Estate, EstateHost, EstateService } from "./estate.ts";
import type { Comment, Downtime } from "./remarks.ts";

/** What a column of a status table holds. Moments are in s since 1970, truths 0 or 1. */
export type Cell = string | number | readonly unknown[] | Readonly<Record<string, unknown>>;

/** A table of the core: how each column is read of a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row, estate: Estate) => Cell>>;

const checked = {
  state: (row) => row.state,
  hard_state: (row) => row.state,
  state_type: (row) => (row.hard ? 1 : 0),
  has_been_checked: (row) => truth(row.hasBeenChecked),
  plugin_output: (row) => row.output,
  long_plugin_output: () => "",
  perf_data: (row) => row.perfData,
  last_check: (row) => row.lastCheck,
  next_check: (row) => row.lastCheck + 60,
  last_state_change: (row) => row.lastStateChange,
  last_hard_state_change: (row) => row.lastHardStateChange,
  current_attempt: (row) => row.attempt,
  max_check_attempts: (row) => row.maxAttempts,
  acknowledged: (row) => truth(row.acknowledgement !== undefined),
  acknowledgement_type: ({ acknowledgement }) => (acknowledgement === undefined ? 0 : acknowledgement.sticky ? 2 : 1),
  scheduled_downtime_depth: (row) => row.downtimeDepth,
  in_notification_period: () => 1,
  notifications_enabled: () => 1,
  active_checks_enabled: () => 1,
  accept_passive_checks: () => 1,
  is_flapping: () => 0,
  check_interval: () => 1,
  retry_interval: () => 1,
} satisfies Columns<Checked>;

/** The table `hosts`. */
export const hostColumns: Columns<EstateHost> = {
  ...checked,
  name: (host) => host.name,
  alias: (host) => host.alias,
  address: (host) => host.address,
  check_command: () => "check-mk-host-smart",
  filename: (host) => `/wato${host.folder === "/" ? "" : host.folder}/hosts.mk`,
  labels: (host) => host.labels,
  tags: (host) => host.tags,
  custom_variables: (host) => ({ FILENAME: `/wato${host.folder === "/" ? "" : host.folder}/hosts.mk` }),
  groups: (host) => host.groups,
  contacts: () => [],
  last_time_up: (host) => host.lastOk,
  num_services: (host, estate) => estate.servicesOf(host.name).size,
  num_services_ok: (host, estate) => count(estate, host, 0),
  num_services_warn: (host, estate) => count(estate, host, 1),
  num_services_crit: (host, estate) => count(estate, host, 2),
  num_services_unknown: (host, estate) => count(estate, host, 3),
  num_services_pending: (host, estate) => count(estate, host, undefined),
  services: (host, estate) => [...estate.servicesOf(host.name).keys()],
};

/** The table `services`; those that begin with `host_` are of its host. */
export const serviceColumns: Columns<EstateService> = {
  ...checked,
  description: (service) => service.description,
  check_command: (service) => `check_mk-${service.template.plugin}`,
  labels: () => ({}),
  tags: () => ({}),
  groups: (service) => service.groups,
  contacts: () => [],
  last_time_ok: (service) => service.lastOk,
  ...ofHost(),
};

/** The table `downtimes`. */
export const downtimeColumns: Columns<Downtime> = {
  ...remark(),
  comment: (downtime) => downtime.comment,
  start_time: (downtime) => downtime.startTime,
  end_time: (downtime) => downtime.endTime,
  fixed: (downtime) => truth(downtime.durationS === 0),
  duration: (downtime) => downtime.durationS,
  recurring: (downtime) => downtime.recurring,
};

/** The table `comments`. */
export const commentColumns: Columns<Comment> = {
  ...remark(),
  comment: (comment) => comment.text,
  entry_type: (comment) => comment.entryType,
  persistent: (comment) => truth(comment.persistent),
};

function remark(): Columns<Downtime | Comment> {
  return {
    id: (row) => row.id,
    host_name: (row) => row.host,
    service_description: (row) => row.service ?? "",
    is_service: (row) => truth(row.service !== undefined),
    author: (row) => row.author,
    entry_time: (row) => row.entryTime,
    type: (row) => (row.service === undefined ? 1 : 2),
  };
}

function ofHost(): Columns<EstateService> {
  const columns = Object.entries(hostColumns).map(([name, read]): [string, Columns<EstateService>[string]] => [
    `host_${name}`,
    (service, estate) => {
      const host = estate.hosts.get(service.host);
      return host === undefined ? "" : read(host, estate);
    },
  ]);
  return Object.fromEntries(columns);
}

function count(estate: Estate, { name }: EstateHost, state: number | undefined): number {
  let found = 0;
  for (const service of estate.servicesOf(name).values()) {
    if ((service.hasBeenChecked ? service.state : undefined) === state) found += 1;
  }
  return found;
}

function truth(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
