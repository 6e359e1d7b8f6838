import { type JsonObject, isJsonObject, jsonOf } from "./literal-json.ts";
import { type Literal, parseLiteral } from "./python-literal.ts";

/** What is known of the values of a ruleset, read from Checkmk's own sources: no interface of it tells that. */
export interface KnownRuleset {
  /** Sensible values, as the plug-in has them or as they are commonly chosen: a Python literal that also shows the shape of each key. */
  readonly defaults: string;
  /** By key: what it means, with the unit. Levels are `(warning, critical)`. */
  readonly keys: Readonly<Record<string, string>>;
}

const utilization = {
  util: "% of all cores in use",
  average: "minutes over which the utilization is averaged before it is compared",
  levels_single: "% of a single core in use",
  iowait: "% of the time waiting for disks",
  steal: "% of the time taken by the hypervisor",
  core_util_time_total: "(%, seconds to warning, seconds to critical) of a utilization that lasts",
} as const;

/** Rulesets of check parameters by name, without `checkgroup_parameters:`. */
export const knownRulesets: Readonly<Record<string, KnownRuleset>> = {
  cpu_iowait: { defaults: "{'util': (80.0, 90.0), 'average': 15}", keys: utilization },
  cpu_utilization_os: { defaults: "{'util': (80.0, 90.0), 'average': 15}", keys: utilization },
  cpu_utilization: { defaults: "{'util': (80.0, 90.0)}", keys: { util: utilization.util } },
  cpu_load: {
    defaults: "{'levels15': (5.0, 10.0)}",
    keys: {
      levels1: "load per core over 1 minute",
      levels5: "load per core over 5 minutes",
      levels15: "load per core over 15 minutes",
    },
  },
  memory_linux: {
    defaults: "{'levels_ram': ('perc_used', (80.0, 90.0)), 'levels_swap': ('perc_used', (50.0, 75.0))}",
    keys: {
      levels_ram: "RAM: ('perc_used' | 'perc_free', levels in %) or ('abs_used' | 'abs_free', levels in bytes)",
      levels_swap: "swap, as levels_ram",
      levels_virtual: "RAM and swap together, as levels_ram",
      levels_committed: "promised to processes, as levels_ram",
    },
  },
  filesystem: {
    defaults: "{'levels': (80.0, 90.0), 'magic_normsize': 20, 'inodes_levels': (10.0, 5.0), 'trend_range': 24}",
    keys: {
      levels: "% used",
      magic: "0 to 1: the smaller, the more a large filesystem may fill up",
      magic_normsize: "GB of the filesystem whose levels the magic factor leaves as they are",
      levels_low: "% below which the magic factor lowers no levels",
      inodes_levels: "% of inodes free: critical is the smaller",
      trend_range: "hours over which growth is measured",
      trend_perc: "% of growth within the range",
      trend_timeleft: "hours until it is full: critical is the smaller",
    },
  },
  interfaces: {
    defaults: "{'errors': {'both': ('perc', (0.01, 0.1))}}",
    keys: {
      errors: "share of packets with errors, by direction ('both', 'in', 'out'): ('perc', levels in %)",
      traffic: "list of (direction, ('upper' | 'lower', ('perc' | 'abs', levels)))",
      speed: "bits per second that the interface is to have",
      state: "operational states that are fine",
    },
  },
  temperature: {
    defaults: "{'levels': (70.0, 80.0), 'levels_lower': (5.0, 0.0), 'device_levels_handling': 'usrdefault'}",
    keys: {
      levels: "°C, upper",
      levels_lower: "°C, lower: critical is the smaller",
      output_unit: "'c', 'f' or 'k': only for what is shown",
      input_unit: "'c', 'f' or 'k': where the sensor says the wrong one",
      device_levels_handling: "'usr', 'dev', 'best', 'worst', 'devdefault' or 'usrdefault'",
      trend_compute: "{'period': minutes, 'trend_levels': (°C, °C) per period, …}",
    },
  },
  humidity: {
    defaults: "{'levels': (60.0, 70.0)}",
    keys: { levels: "% relative humidity, upper", levels_lower: "% relative humidity, lower" },
  },
  hw_fans: {
    defaults: "{'lower': (2000, 1000)}",
    keys: { lower: "turns per minute, lower", upper: "turns per minute, upper" },
  },
  ntp_time: {
    defaults: "{'ntp_levels': (10, 200.0, 500.0), 'alert_delay': (1800, 3600)}",
    keys: { ntp_levels: "(stratum, ms, ms) of the offset", alert_delay: "seconds without synchronization" },
  },
  oracle_processes: { defaults: "{'levels': (70.0, 90.0)}", keys: { levels: "% of the possible processes" } },
  oracle_recovery_area: { defaults: "{'levels': (70.0, 90.0)}", keys: { levels: "% used" } },
  oracle_locks: { defaults: "{'levels': (1800, 3600)}", keys: { levels: "seconds that a lock may be held" } },
  oracle_longactivesessions: {
    defaults: "{'levels': (500, 1000)}",
    keys: { levels: "sessions that are active for long" },
  },
  mysql_slave: { defaults: "{'seconds_behind_master': (60, 300)}", keys: { seconds_behind_master: "seconds" } },
  db_connections: {
    defaults: "{'levels_perc_active': (80.0, 90.0), 'levels_perc_idle': (80.0, 90.0)}",
    keys: {
      levels_perc_active: "% of the maximum that are active",
      levels_perc_idle: "% of the maximum that are idle",
    },
  },
  mssql_datafiles: { defaults: "{'used_levels': (80.0, 90.0)}", keys: { used_levels: "% used" } },
  mssql_transactionlogs: { defaults: "{'used_levels': (80.0, 90.0)}", keys: { used_levels: "% used" } },
};

const prefix = "checkgroup_parameters:";

/** A ruleset's name without what kind it is: `filesystem` of `checkgroup_parameters:filesystem`. */
export function bareName(ruleset: string): string {
  return ruleset.startsWith(prefix) ? ruleset.slice(prefix.length) : ruleset;
}

/** A ruleset's whole name: one without a kind is of check parameters. */
export function fullName(ruleset: string): string {
  return ruleset.includes(":") ? ruleset : `${prefix}${ruleset}`;
}

/** What is known of a ruleset by either name. */
export function knownRuleset(ruleset: string): KnownRuleset | undefined {
  return Object.hasOwn(knownRulesets, bareName(ruleset)) ? knownRulesets[bareName(ruleset)] : undefined;
}

/** The shape of a ruleset's values, where it is known. */
export function knownShape(ruleset: string): readonly Literal[] {
  const known = knownRuleset(ruleset);
  return known === undefined ? [] : [parseLiteral(known.defaults)];
}

/** Sensible values of a ruleset as JSON, where they are known. */
export function knownDefaults(ruleset: string): JsonObject | undefined {
  const [shape] = knownShape(ruleset);
  const json = shape && jsonOf(shape);
  return isJsonObject(json) ? json : undefined;
}
