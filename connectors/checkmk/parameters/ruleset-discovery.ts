import { fullName } from "./known-rulesets.ts";

/** The check plug-ins whose ruleset does not have their name, as Checkmk's sources say. */
const rulesetOfPlugin: Readonly<Record<string, string>> = {
  aix_diskiod: "diskstat",
  chrony: "ntp_time",
  cpu_loads: "cpu_load",
  cpu_utilization_os: "cpu_utilization_os",
  df: "filesystem",
  diskstat: "diskstat",
  hp_proliant_temp: "temperature",
  hr_fs: "filesystem",
  if: "interfaces",
  if64: "interfaces",
  interfaces: "interfaces",
  ipmi_sensors: "ipmi",
  kernel_util: "cpu_iowait",
  lnx_if: "interfaces",
  lnx_thermal: "temperature",
  mem_linux: "memory_linux",
  mem_win: "memory_pagefile_win",
  mssql_datafiles: "mssql_datafiles",
  mssql_transactionlogs: "mssql_transactionlogs",
  mysql_capacity: "mysql_db_size",
  mysql_replica_slave: "mysql_slave",
  mysql_slave: "mysql_slave",
  netapp_ontap_if: "interfaces",
  ntp_time: "ntp_time",
  nvidia_smi_temperature: "temperature",
  oracle_locks: "oracle_locks",
  oracle_longactivesessions: "oracle_longactivesessions",
  oracle_processes: "oracle_processes",
  oracle_recovery_area: "oracle_recovery_area",
  postgres_connections: "db_connections",
  ps: "ps",
  redis_info: "redis_info",
  redis_info_clients: "redis_info_clients",
  redis_info_persistence: "redis_info_persistence",
  tcp_conn_stats: "tcp_conn_stats",
  ucd_cpu_util: "cpu_iowait",
  uptime: "uptime",
  winperf_processor_util: "cpu_utilization_os",
};

/** Words in the names of services, and the ruleset that such services have as a rule. The first that fits counts. */
const rulesetOfWord: readonly (readonly [word: string, ruleset: string])[] = [
  ["ora ", "oracle_processes"],
  ["mssql", "mssql_datafiles"],
  ["mysql", "mysql_slave"],
  ["postgresql connections", "db_connections"],
  ["postgresql", "db_size"],
  ["mongodb", "mongodb_mem"],
  ["redis", "redis_info"],
  ["cpu utilization", "cpu_iowait"],
  ["cpu usage", "cpu_iowait"],
  ["cpu load", "cpu_load"],
  ["load average", "cpu_load"],
  ["processor", "cpu_utilization_os"],
  ["disk io", "diskstat"],
  ["disk throughput", "diskstat"],
  ["smart", "disk_temperature"],
  ["temperature", "temperature"],
  ["temp ", "temperature"],
  ["thermal", "temperature"],
  ["humidity", "humidity"],
  ["fan", "hw_fans"],
  ["power supply", "hw_psu"],
  ["psu", "hw_psu"],
  ["voltage", "voltage"],
  ["battery", "battery"],
  ["ups", "ups_capacity"],
  ["mount options", "fs_mount_options"],
  ["inode", "filesystem"],
  ["filesystem", "filesystem"],
  ["disk space", "filesystem"],
  ["disk usage", "filesystem"],
  ["volume", "filesystem"],
  ["page file", "memory_pagefile_win"],
  ["memory", "memory_linux"],
  ["swap", "memory_linux"],
  ["ram", "memory_linux"],
  ["interface", "interfaces"],
  ["network adapter", "interfaces"],
  ["bonding", "bonding"],
  ["tcp connections", "tcp_conn_stats"],
  ["ntp", "ntp_time"],
  ["chrony", "ntp_time"],
  ["time synchronization", "ntp_time"],
  ["system time", "systemtime"],
  ["uptime", "uptime"],
  ["process", "ps"],
  ["systemd service", "systemd_units_services"],
  ["service ", "services"],
  ["logfile", "logfiles"],
  ["log ", "logwatch_rules"],
  ["check_mk agent", "agent_update"],
  ["certificate", "ssl_certificates"],
  ["raid", "raid"],
  ["multipath", "multipath"],
  ["nfs mount", "network_fs"],
  ["backup", "backup_timemachine"],
  ["vpn", "vpn_tunnel"],
  ["users", "user_count"],
  ["mail queue", "mailqueue_length"],
  ["postfix", "postfix_mailq"],
  ["number of threads", "threads"],
  ["threads", "threads"],
  ["zombie", "zombies"],
  ["job ", "job"],
  ["apt updates", "apt"],
  ["docker", "docker_node_containers"],
  ["http ", "active_checks:http"],
  ["https ", "active_checks:http"],
  ["tcp port", "active_checks:tcp"],
  ["ssh", "active_checks:ssh"],
  ["smtp", "active_checks:smtp"],
  ["ftp", "active_checks:ftp"],
  ["dns", "active_checks:dns"],
  ["ping", "ping_levels"],
];

/** A ruleset that may hold a service's parameters. */
export interface RulesetGuess {
  /** As `checkgroup_parameters:filesystem`. */
  readonly ruleset: string;
  /** How sure that is: by the check plug-in that made the service, or by its name alone. */
  readonly by: "plugin" | "word";
  /** The plug-in or the word. */
  readonly because: string;
}

/** The rulesets that may hold the parameters of a service, the likeliest first. By a plug-in it is sure where that is known. */
export function guessRulesets(service: string, plugin?: string): readonly RulesetGuess[] {
  const known = plugin === undefined ? undefined : rulesetOfPlugin[plugin];
  if (plugin !== undefined && known !== undefined) return [{ ruleset: fullName(known), by: "plugin", because: plugin }];
  const name = `${service.toLowerCase()} `;
  const byWord = rulesetOfWord
    .filter(([word]) => new RegExp(`(?:^|[^a-z])${word}`).test(name))
    .map(([word, ruleset]): RulesetGuess => ({ ruleset: fullName(ruleset), by: "word", because: word.trim() }));
  // Most plug-ins share their name with their ruleset; whether there is one, the site knows.
  const own: readonly RulesetGuess[] =
    plugin === undefined ? [] : [{ ruleset: fullName(plugin), by: "plugin", because: plugin }];
  const all = [...own, ...byWord];
  return all.filter(({ ruleset }, at) => all.findIndex((other) => other.ruleset === ruleset) === at);
}
