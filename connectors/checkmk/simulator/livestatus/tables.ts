import type { Checked, Estate, EstateHost, EstateService } from "../estate.ts";
import type { Comment, Downtime, LogEntry, Target } from "../remarks.ts";

/** One column: what kind of thing is in it, and what that is for a row. */
export type Column<Row> =
  | { readonly type: "int" | "time" | "double"; readonly of: (row: Row) => number }
  | { readonly type: "string"; readonly of: (row: Row) => string }
  | { readonly type: "list"; readonly of: (row: Row) => readonly string[] }
  | { readonly type: "dict"; readonly of: (row: Row) => Readonly<Record<string, string>> }
  | { readonly type: "rows"; readonly of: (row: Row) => readonly (readonly unknown[])[] };

/** What rows of a table are compared by. */
export interface Filtered<Row> {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column<Row>>>;
}

/** A table of Livestatus over an estate. */
export interface Table<Row> extends Filtered<Row> {
  /** Rows; of hosts that cannot fit, none need be among them. */
  readonly rows: (estate: Estate, mayFit: (host: string) => boolean) => Iterable<Row>;
  /** The column with the name of a row's host, where hosts that cannot fit are left out. */
  readonly hostColumn?: string;
}

type Columns<Row> = Table<Row>["columns"];

/** A column of that type. */
export function int<Row>(of: (row: Row) => number | boolean): Column<Row> {
  return { type: "int", of: (row) => Number(of(row)) };
}
/** A column of that type. */
export function time<Row>(of: (row: Row) => number): Column<Row> {
  return { type: "time", of };
}
/** A column of that type. */
export function string<Row>(of: (row: Row) => string): Column<Row> {
  return { type: "string", of };
}

function checkedColumns<Row extends Checked>(): Columns<Row> {
  return {
    state: int((row) => row.state),
    hard_state: int((row) => row.state),
    state_type: int((row) => row.hard),
    has_been_checked: int((row) => row.hasBeenChecked),
    plugin_output: string((row) => row.output),
    long_plugin_output: string(() => ""),
    perf_data: string((row) => row.perfData),
    current_attempt: int((row) => row.attempt),
    max_check_attempts: int((row) => row.maxAttempts),
    last_check: time((row) => row.lastCheck),
    next_check: time((row) => row.lastCheck + 60),
    last_state_change: time((row) => row.lastStateChange),
    last_hard_state_change: time((row) => row.lastHardStateChange),
    acknowledged: int((row) => row.acknowledgement !== undefined),
    scheduled_downtime_depth: int((row) => row.downtimeDepth),
    check_interval: { type: "double", of: () => 1 },
    retry_interval: { type: "double", of: () => 1 },
    notifications_enabled: int(() => 1),
    active_checks_enabled: int(() => 1),
    accept_passive_checks: int(() => 1),
    is_flapping: int(() => 0),
  };
}

/** How many services of a host are in a state; undefined counts those that were never checked. */
function servicesIn(estate: Estate, state: number | undefined): (host: EstateHost) => number {
  return ({ name }) => {
    let count = 0;
    for (const service of estate.servicesOf(name).values()) {
      const found = service.hasBeenChecked ? service.state : undefined;
      if (found === state) count += 1;
    }
    return count;
  };
}

/** The table of hosts. */
export function hostsOf(estate: Estate): Table<EstateHost> {
  return {
    name: "hosts",
    rows: ({ hosts }) => hosts.values(),
    columns: {
      name: string((row) => row.name),
      display_name: string((row) => row.name),
      alias: string((row) => row.alias),
      address: string((row) => row.address),
      filename: string(({ folder }) => `/wato${folder === "/" ? "" : folder}/hosts.mk`),
      groups: { type: "list", of: (row) => row.groups },
      labels: { type: "dict", of: (row) => row.labels },
      tags: { type: "dict", of: (row) => row.tags },
      num_services: int(({ name }) => estate.servicesOf(name).size),
      num_services_ok: int(servicesIn(estate, 0)),
      num_services_warn: int(servicesIn(estate, 1)),
      num_services_crit: int(servicesIn(estate, 2)),
      num_services_unknown: int(servicesIn(estate, 3)),
      num_services_pending: int(servicesIn(estate, undefined)),
      check_command: string(() => "check-mk-host-smart"),
      last_time_up: time((row) => row.lastOk),
      ...checkedColumns<EstateHost>(),
    },
  };
}

/** The table of services; columns that begin with `host_` are of the host. */
export function servicesOf(estate: Estate): Table<EstateService> {
  const hosts = hostsOf(estate).columns;
  const ofHost = ({ host }: EstateService): EstateHost | undefined => estate.hosts.get(host);
  return {
    name: "services",
    // A core finds the services of a host by its name, and need not look at all others.
    hostColumn: "host_name",
    rows: (_, mayFit) => servicesWhere(estate, mayFit),
    columns: {
      host_name: string((row) => row.host),
      description: string((row) => row.description),
      display_name: string((row) => row.description),
      groups: { type: "list", of: (row) => row.groups },
      check_command: string(({ template }) => `check_mk-${template.plugin}`),
      last_time_ok: time((row) => row.lastOk),
      ...checkedColumns<EstateService>(),
      ...Object.fromEntries(Object.entries(hosts).map(([name, column]) => [`host_${name}`, onHost(column, ofHost)])),
    },
  };
}

function* servicesWhere(estate: Estate, mayFit: (host: string) => boolean): Generator<EstateService> {
  for (const host of estate.hosts.keys()) if (mayFit(host)) yield* estate.servicesOf(host).values();
}

/** A column of a service's host. */
function onHost(
  column: Column<EstateHost>,
  hostOf: (service: EstateService) => EstateHost | undefined,
): Column<EstateService> {
  const through =
    <Value>(of: (host: EstateHost) => Value, without: Value) =>
    (service: EstateService): Value => {
      const host = hostOf(service);
      return host === undefined ? without : of(host);
    };
  switch (column.type) {
    case "int":
    case "time":
    case "double":
      return { type: column.type, of: through(column.of, 0) };
    case "string":
      return { type: "string", of: through(column.of, "") };
    case "list":
      return { type: "list", of: through(column.of, []) };
    case "dict":
      return { type: "dict", of: through(column.of, {}) };
    case "rows":
      return { type: "rows", of: through(column.of, []) };
  }
}

function remarkColumns<
  Row extends Target & { readonly id: number; readonly author: string; readonly entryTime: number },
>(): Columns<Row> {
  return {
    id: int((row) => row.id),
    host_name: string((row) => row.host),
    service_description: string((row) => row.service ?? ""),
    is_service: int((row) => row.service !== undefined),
    author: string((row) => row.author),
    entry_time: time((row) => row.entryTime),
  };
}

/** The table of comments. */
export const comments: Table<Comment> = {
  name: "comments",
  rows: (estate) => estate.comments.values(),
  columns: {
    ...remarkColumns<Comment>(),
    comment: string((row) => row.text),
    entry_type: int((row) => row.entryType),
    persistent: int((row) => row.persistent),
    expires: int(() => 0),
    expire_time: time(() => 0),
  },
};

/** The table of downtimes. */
export const downtimes: Table<Downtime> = {
  name: "downtimes",
  rows: (estate) => estate.downtimes.values(),
  columns: {
    ...remarkColumns<Downtime>(),
    comment: string((row) => row.comment),
    start_time: time((row) => row.startTime),
    end_time: time((row) => row.endTime),
    fixed: int((row) => row.durationS === 0),
    duration: int((row) => row.durationS),
    recurring: int((row) => row.recurring),
  },
};

const stateNames = {
  host: ["UP", "DOWN", "UNREACHABLE", "UNREACHABLE"],
  service: ["OK", "WARNING", "CRITICAL", "UNKNOWN"],
} as const;

/** A line of history as the core writes it into its file. */
function lineOf({ time: at, type, host, service, state, hard, attempt, output }: LogEntry): string {
  const name = stateNames[service === undefined ? "host" : "service"][state] ?? "UNKNOWN";
  const what =
    type.endsWith(" ALERT") && !type.includes("DOWNTIME") ? [name, hard ? "HARD" : "SOFT", attempt, output] : [output];
  return `[${at}] ${type}: ${[host, ...(service === undefined ? [] : [service]), ...what].join(";")}`;
}

const log: Table<LogEntry> = {
  name: "log",
  // Newest first, as Checkmk reads its files.
  rows: (estate) => estate.log.toReversed(),
  columns: {
    time: time((row) => row.time),
    class: int((row) => row.class),
    type: string((row) => row.type),
    host_name: string((row) => row.host),
    service_description: string((row) => row.service ?? ""),
    state: int((row) => row.state),
    state_type: string((row) => (row.hard ? "HARD" : "SOFT")),
    attempt: int((row) => row.attempt),
    plugin_output: string((row) => row.output),
    message: string(lineOf),
  },
};

interface Group {
  readonly name: string;
  readonly hosts: readonly EstateHost[];
}

function hostGroupsOf(estate: Estate): Table<Group> {
  return {
    name: "hostgroups",
    rows: ({ hosts }) => {
      const names = new Set([...hosts.values()].flatMap(({ groups }) => groups));
      return [...names].map((name) => ({
        name,
        hosts: [...hosts.values()].filter(({ groups }) => groups.includes(name)),
      }));
    },
    columns: {
      name: string((row) => row.name),
      alias: string((row) => row.name),
      members: { type: "list", of: (row) => row.hosts.map(({ name }) => name) },
      num_hosts: int((row) => row.hosts.length),
      num_services: int((row) => row.hosts.reduce((sum, { name }) => sum + estate.servicesOf(name).size, 0)),
    },
  };
}

function statusOf(startedAt: number): Table<Estate> {
  return {
    name: "status",
    rows: (estate) => [estate],
    columns: {
      program_version: string(() => "Check_MK 2.4.0"),
      livestatus_version: string(() => "2.4.0"),
      program_start: time(() => startedAt),
      num_hosts: int(({ hosts }) => hosts.size),
      num_services: int(({ serviceCount }) => serviceCount),
      execute_service_checks: int(() => 1),
      execute_host_checks: int(() => 1),
      enable_notifications: int(() => 1),
    },
  };
}

/** Something done with a table, whatever its rows are. */
export interface AnyTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, { readonly type: string }>>;
  readonly use: <Value>(how: <Row>(table: Table<Row>) => Value) => Value;
}

function anyTable<Row>(table: Table<Row>): AnyTable {
  return { name: table.name, columns: table.columns, use: (how) => how(table) };
}

/** The tables of an estate whose core was started at `startedAt`, in s, by name. */
export function tablesOf(estate: Estate, startedAt: number): ReadonlyMap<string, AnyTable> {
  const tables = [
    anyTable(hostsOf(estate)),
    anyTable(servicesOf(estate)),
    anyTable(comments),
    anyTable(downtimes),
    anyTable(log),
    anyTable(hostGroupsOf(estate)),
    anyTable(statusOf(startedAt)),
  ];
  const all = [...tables, anyTable(columnsOf(tables))];
  return new Map(all.map((table) => [table.name, table]));
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

function columnsOf(tables: readonly AnyTable[]): Table<ColumnRow> {
  return {
    name: "columns",
    rows: () =>
      tables.flatMap(({ name: table, columns }) =>
        Object.entries(columns).map(([name, { type }]) => ({ table, name, type: type === "rows" ? "list" : type })),
      ),
    columns: {
      table: string((row) => row.table),
      name: string((row) => row.name),
      type: string((row) => row.type),
      description: string(() => ""),
    },
  };
}
