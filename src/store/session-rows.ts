import { storedPrincipalIn } from "../access/stored-principal.ts";
import type { Clock } from "../core/clock.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { routeIn } from "../gateway/route.ts";
import type { SessionStore, StoredSession, WatchedResource } from "../gateway/session-store.ts";
import { isLogLevel } from "../protocol/call.ts";
import { isRevision } from "../protocol/revision.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import { parsed } from "./parsed.ts";
import type { Write } from "./store.ts";

/** Longest session that is kept, in characters of its text: a client may have said anything of itself. */
const maxDetail = 64 * 1024;
/** Rows of homes that nobody came back to are forgotten after the longest idle time that can be configured, in ms. */
const longestIdleMs = 2_592_000_000;

const putSession =
  "INSERT INTO sessions (id, home, used_at, detail) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET home = excluded.home, used_at = excluded.used_at, detail = excluded.detail";
const forgetBeyond =
  "DELETE FROM sessions WHERE home = ?1 AND (used_at < ?2 OR id NOT IN (SELECT id FROM sessions WHERE home = ?1 ORDER BY used_at DESC LIMIT ?3))";

/** Sessions as rows. `later` takes writes that nobody waits for. */
export function sessionRows(
  { sql, file }: Database,
  clock: Clock,
  later: (key: string, write: Write) => void,
): SessionStore {
  const put = sql.prepare(putSession);
  const remove = sql.prepare("DELETE FROM sessions WHERE id = ?");
  return {
    async read(home, { max, usedSince }) {
      const rows = tried(file, () => {
        sql.prepare("DELETE FROM sessions WHERE used_at < ?").run(clock.now() - longestIdleMs);
        sql.prepare(forgetBeyond).run(home, usedSince, max);
        return sql.prepare("SELECT id, used_at, detail FROM sessions WHERE home = ? ORDER BY used_at").all(home);
      });
      // A row that cannot be read is a session that there is not.
      return Promise.resolve(rows.map(sessionIn).filter((session) => session !== undefined));
    },
    keep(home, session) {
      const { id, usedAt, ...rest } = session;
      const detail = JSON.stringify(rest);
      if (detail.length > maxDetail) return;
      later(`session ${id}`, () => put.run(id, home, usedAt, detail));
    },
    forget(id) {
      later(`session ${id}`, () => remove.run(id));
    },
  };
}

function sessionIn(row: Readonly<Record<string, unknown>>): StoredSession | undefined {
  const { id, used_at: usedAt } = row;
  const detail = parsed(row["detail"]);
  if (typeof id !== "string" || typeof usedAt !== "number" || !isJsonObject(detail)) return undefined;
  const { revision, logLevel } = detail;
  const route = routeIn(detail["route"]);
  const caller = objectAt(detail, "caller");
  const principal = storedPrincipalIn(detail["principal"]);
  if (route === undefined || principal === undefined || caller === undefined || !isRevision(revision)) return undefined;
  return {
    id,
    route,
    principal,
    revision,
    caller: { info: objectAt(caller, "info"), capabilities: objectAt(caller, "capabilities") ?? {} },
    logLevel: isLogLevel(logLevel) ? logLevel : undefined,
    watched: watchedIn(detail),
    usedAt,
  };
}

function watchedIn({ watched }: JsonObject): WatchedResource[] {
  if (!Array.isArray(watched)) return [];
  return watched.filter(isJsonObject).flatMap((each) => {
    const [upstream, uri] = [stringAt(each, "upstream"), stringAt(each, "uri")];
    return upstream === undefined || uri === undefined ? [] : [{ upstream, uri }];
  });
}
