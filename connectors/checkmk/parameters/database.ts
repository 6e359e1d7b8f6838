import { plain, tableHandler, upper } from "./table-handler.ts";

const usage = upper(80, 90, "%");

/** Databases by product. */
export const database = tableHandler({
  name: "database",
  title: "Databases",
  priority: 90,
  profiles: [
    {
      name: "oracle",
      words: ["oracle", "ora "],
      figures: { tablespace_usage: usage, sessions: usage, processes: usage, recovery_area: usage },
    },
    {
      name: "mysql",
      words: ["mysql", "mariadb"],
      figures: { connections: usage, replication_lag: upper(60, 300, "s"), slow_queries: upper(1, 5, "per s") },
    },
    {
      name: "postgresql",
      words: ["postgres"],
      figures: { connections: usage, transaction_id_age: upper(1_000_000_000, 1_500_000_000, "transactions") },
    },
    { name: "mongodb", words: ["mongo"], figures: { connections: usage, replication_lag: upper(10, 30, "s") } },
    {
      name: "mssql",
      words: ["mssql", "sql server"],
      figures: {
        data_usage: usage,
        log_usage: usage,
        deadlocks: upper(1, 5, "per s"),
        backup_age: upper(1, 2, "days"),
      },
    },
    {
      name: "redis",
      words: ["redis", "valkey"],
      figures: {
        memory_usage: usage,
        fragmentation: { ...upper(1.5, 2, "times"), min: 1 },
        save_age: upper(3600, 7200, "s"),
        timeout: plain(10, "s", 1, 300),
      },
    },
  ],
  handles: (service, ruleset) =>
    /\b(?:ora|oracle|mysql|mariadb|postgres(?:ql)?|mongo(?:db)?|mssql|sql server|redis|valkey)\b/i.test(service) ||
    (ruleset !== undefined && /^checkgroup_parameters:(?:oracle|mysql|postgres|mongodb|mssql|redis|db)_/.test(ruleset)),
});
