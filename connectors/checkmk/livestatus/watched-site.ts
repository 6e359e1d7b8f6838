import type { WatchedSite } from "../change-watch.ts";
import type { Site } from "./site.ts";

/** A site as changes of it are looked for by Livestatus. */
export function watchedSite(site: Site): WatchedSite {
  return {
    name: site.name,
    failureOf: (thrown) => site.failureOf(thrown),
    startedAt: async (signal) => {
      const [row = []] = await site.rows({ table: "status", columns: ["program_start"] }, signal);
      return Number(row[0]);
    },
    latestChange: async (table, signal) => {
      const [latest = 0] = await site.count({ table, statistics: ["Stats: max last_state_change"] }, signal);
      return Math.floor(latest);
    },
    read: async (query, signal) => site.rows(query, signal),
  };
}
