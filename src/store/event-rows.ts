import type { Clock } from "../core/clock.ts";
import { isJsonObject } from "../core/json.ts";
import { isEvent } from "../events/event-log.ts";
import type { EventStore, Past } from "../events/event-store.ts";
import type { Event } from "../events/fact.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import { parsed } from "./parsed.ts";
import type { Write } from "./store.ts";

/** Events that are kept of one address, and addresses of which some are. */
const maxKept = 10_000;
const maxHomes = 20;
/** The oldest are looked for once in so many, as finding them costs a walk. */
const pruneEvery = 500;

const putLog =
  "INSERT INTO event_logs (home, epoch, used_at, lost) VALUES (?, ?, ?, 0) ON CONFLICT DO UPDATE SET epoch = excluded.epoch, used_at = excluded.used_at, ended = NULL";
const forgetLogs =
  "DELETE FROM event_logs WHERE home NOT IN (SELECT home FROM event_logs ORDER BY used_at DESC LIMIT ?)";
const forgetEvents = "DELETE FROM events WHERE home NOT IN (SELECT home FROM event_logs)";
const oldestBeyond = "SELECT number FROM events WHERE home = ? ORDER BY number DESC LIMIT 1 OFFSET ?";

function statementsOf(sql: Database["sql"]) {
  return {
    log: sql.prepare("SELECT epoch, ended, lost FROM event_logs WHERE home = ?"),
    latest: sql.prepare("SELECT max(number) AS last FROM events WHERE home = ?"),
    count: sql.prepare("SELECT count(*) AS kept FROM events WHERE home = ? AND number > ?"),
    rows: sql.prepare("SELECT number, fact FROM events WHERE home = ? AND number > ? AND number <= ? ORDER BY number"),
    put: sql.prepare("INSERT OR REPLACE INTO events (home, number, fact) VALUES (?, ?, ?)"),
    forget: sql.prepare("DELETE FROM events WHERE home = ? AND number <= ?"),
    oldest: sql.prepare(oldestBeyond),
    note: sql.prepare("UPDATE event_logs SET lost = ? WHERE home = ?"),
    end: sql.prepare("UPDATE event_logs SET ended = ?, used_at = ? WHERE home = ?"),
  };
}

/** Events as rows, by the address at which they are told. `later` takes writes that nobody waits for. */
export function eventRows(
  { sql, file, transaction }: Database,
  clock: Clock,
  later: (key: string, write: Write) => void,
): EventStore {
  const { log, latest, count, rows, put, forget, oldest, note, end } = statementsOf(sql);
  let home: string | undefined;
  let [asked, base] = [0, 0];

  const pastOf = (place: string): Past | undefined => {
    const { epoch, ended, lost } = log.get(place) ?? {};
    if (typeof epoch !== "string") return undefined;
    const isWhole = typeof ended === "number";
    const last = isWhole ? ended : Number(latest.get(place)?.["last"] ?? 0);
    const read = (after: number): Event[] => tried(file, () => rows.all(place, after, last)).flatMap(eventIn);
    return { epoch, isWhole, last, lost: Number(lost), read };
  };
  const prune = (place: string): void => {
    const number = oldest.get(place, maxKept)?.["number"];
    if (typeof number !== "number") return;
    forget.run(place, number);
    note.run(number, place);
  };
  return {
    begin(place, epoch) {
      if (home !== undefined) return undefined;
      home = place;
      return transaction(() => {
        const past = pastOf(place);
        sql.prepare(putLog).run(place, past?.isWhole === true ? past.epoch : epoch, clock.now());
        sql.prepare(forgetLogs).run(maxHomes);
        sql.prepare(forgetEvents).run();
        base = past?.last ?? 0;
        return past;
      });
    },
    keep(number, event) {
      const place = home;
      if (place === undefined) return;
      asked += 1;
      const isPruned = asked % pruneEvery === 0;
      later(`event ${number}`, () => {
        const { seq: _seq, ...fact } = event;
        put.run(place, number, JSON.stringify(fact));
        if (isPruned) prune(place);
      });
    },
    end(last) {
      const place = home;
      if (place === undefined) return;
      later("events end", () => {
        // Where some could not be kept, nobody may believe that all were.
        if (Number(count.get(place, base)?.["kept"]) >= Math.min(asked, maxKept)) end.run(last, clock.now(), place);
      });
    },
  };
}

/** A row that cannot be read is an event that is not known. */
function eventIn({ number, fact }: Readonly<Record<string, unknown>>): Event[] {
  const value = parsed(fact);
  const event = isJsonObject(value) && typeof number === "number" ? { ...value, seq: number } : undefined;
  return isEvent(event) ? [event] : [];
}
