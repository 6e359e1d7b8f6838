/** What a service of the simulated estate watches, and when it warns. Shared by all services that are alike. */
export interface ServiceTemplate {
  readonly description: string;
  /** The check plugin that Checkmk would use. */
  readonly plugin: string;
  /** The item of that plugin, such as the mount point; undefined where a host has only one. */
  readonly item: string | undefined;
  /** The ruleset that holds its parameters; undefined where it has none. */
  readonly ruleset: string | undefined;
  readonly metric: string;
  readonly unit: "%" | "s" | "B/s" | "°C" | "";
  /** Where its value lies while all is well. */
  readonly usual: number;
  readonly warn: number;
  readonly crit: number;
}

/** A kind of host: what it is called, what it is, and what is watched on it. */
export interface HostKind {
  readonly name: string;
  readonly folder: string;
  readonly alias: string;
  readonly os: string;
  readonly criticality: "prod" | "critical" | "test" | "offline";
  readonly agent: "cmk-agent" | "no-agent";
  readonly snmp: "no-snmp" | "snmp-v2";
  readonly services: readonly ServiceTemplate[];
}

type Numbers = readonly [metric: string, unit: ServiceTemplate["unit"], usual: number, warn: number, crit: number];

function watched(
  description: string,
  plugin: string,
  ruleset: string | undefined,
  [metric, unit, usual, warn, crit]: Numbers,
  item?: string,
): ServiceTemplate {
  return { description, plugin, item, ruleset, metric, unit, usual, warn, crit };
}

const cpu = watched("CPU utilization", "kernel_util", "cpu_iowait", ["util", "%", 25, 80, 90]);
const load = watched("CPU load", "cpu_loads", "cpu_load", ["load15", "", 1.5, 5, 10]);
const memory = watched("Memory", "mem_linux", "memory_linux", ["mem_used_percent", "%", 55, 80, 90]);
const uptime = watched("Uptime", "uptime", "uptime", ["uptime", "s", 3_600_000, 1e12, 1e12]);
const agent = watched("Check_MK", "checkmk_agent", undefined, ["execution_time", "s", 0.8, 20, 40]);
const clock = watched("NTP Time", "ntp_time", "ntp_time", ["offset", "s", 0.002, 0.2, 0.5]);
const ssh = watched("SSH", "check_ssh", "active_checks:ssh", ["response_time", "s", 0.02, 1, 3]);
const ping = watched("PING", "ping", "active_checks:icmp", ["rta", "s", 0.004, 0.2, 0.5]);

function filesystem(mount: string, usual = 48): ServiceTemplate {
  return watched(`Filesystem ${mount}`, "df", "filesystem", ["fs_used_percent", "%", usual, 80, 90], mount);
}

function networkInterface(name: string): ServiceTemplate {
  return watched(`Interface ${name}`, "if64", "interfaces", ["in", "B/s", 2_000_000, 80_000_000, 110_000_000], name);
}

function temperature(sensor: string, usual = 38): ServiceTemplate {
  return watched(`Temperature ${sensor}`, "lnx_thermal", "temperature", ["temp", "°C", usual, 70, 80], sensor);
}

function website(name: string): ServiceTemplate {
  return watched(`HTTPS ${name}`, "check_httpv2", "active_checks:httpv2", ["response_time", "s", 0.12, 1, 3], name);
}

/** The kinds of hosts that an estate is made of, in turn. */
export const hostKinds: readonly HostKind[] = [
  {
    name: "app",
    folder: "/servers/linux",
    alias: "Application server",
    os: "linux",
    criticality: "prod",
    agent: "cmk-agent",
    snmp: "no-snmp",
    services: [
      agent,
      cpu,
      load,
      memory,
      filesystem("/"),
      filesystem("/var"),
      networkInterface("eth0"),
      ssh,
      clock,
      uptime,
    ],
  },
  {
    name: "web",
    folder: "/servers/linux",
    alias: "Web server",
    os: "linux",
    criticality: "critical",
    agent: "cmk-agent",
    snmp: "no-snmp",
    services: [
      agent,
      website("shop"),
      website("api"),
      cpu,
      memory,
      filesystem("/"),
      networkInterface("eth0"),
      ssh,
      load,
      uptime,
    ],
  },
  {
    name: "db",
    folder: "/servers/database",
    alias: "Database server",
    os: "linux",
    criticality: "critical",
    agent: "cmk-agent",
    snmp: "no-snmp",
    services: [
      agent,
      watched(
        "ORA ERP Tablespace USERS",
        "oracle_tablespaces",
        "oracle_tablespaces",
        ["used", "%", 60, 80, 90],
        "ERP.USERS",
      ),
      watched("ORA ERP Sessions", "oracle_sessions", "oracle_sessions", ["sessions", "", 120, 400, 480], "ERP"),
      cpu,
      memory,
      filesystem("/oracle", 66),
      temperature("CPU", 45),
      filesystem("/"),
      ssh,
      uptime,
    ],
  },
  {
    name: "switch",
    folder: "/network",
    alias: "Access switch",
    os: "other",
    criticality: "prod",
    agent: "no-agent",
    snmp: "snmp-v2",
    services: [
      ping,
      networkInterface("1"),
      networkInterface("2"),
      temperature("Chassis"),
      networkInterface("3"),
      networkInterface("4"),
      uptime,
      networkInterface("5"),
      networkInterface("6"),
      networkInterface("7"),
    ],
  },
  {
    name: "win",
    folder: "/servers/windows",
    alias: "File server",
    os: "windows",
    criticality: "test",
    agent: "cmk-agent",
    snmp: "no-snmp",
    services: [
      agent,
      cpu,
      watched("Memory and pagefile", "mem_win", "memory_pagefile_win", ["mem_used_percent", "%", 50, 80, 90]),
      filesystem("C:/"),
      filesystem("D:/", 70),
      networkInterface("Ethernet0"),
      uptime,
      ping,
      filesystem("E:/"),
      watched("Service Summary", "services_summary", "services_summary", ["stopped", "", 2, 10, 20]),
    ],
  },
];

/** What is watched on a host of a kind that has this many services: its own, then file systems without end. */
export function templatesOf(kind: HostKind, count: number): readonly ServiceTemplate[] {
  const more = Array.from({ length: Math.max(0, count - kind.services.length) }, (_, at) => extra(at + 1));
  return [...kind.services, ...more].slice(0, count);
}

const extras = new Map<number, ServiceTemplate>();

function extra(number: number): ServiceTemplate {
  const known = extras.get(number) ?? filesystem(`/data/${number}`);
  extras.set(number, known);
  return known;
}
