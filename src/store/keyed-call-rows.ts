import type { IdempotencyStore, KeptCall } from "../policy/idempotency-store.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import type { Write } from "./store.ts";

const putCall =
  "INSERT INTO keyed_calls (id, fingerprint, begun_at, answer) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, begun_at = excluded.begun_at, answer = excluded.answer";
const forgetBeyond =
  "DELETE FROM keyed_calls WHERE begun_at < ?1 OR id NOT IN (SELECT id FROM keyed_calls ORDER BY begun_at DESC LIMIT ?2)";

/** Calls with idempotency keys as rows. `later` takes writes that nobody waits for. */
export function keyedCallRows({ sql, file }: Database, later: (key: string, write: Write) => void): IdempotencyStore {
  const put = sql.prepare(putCall);
  const remove = sql.prepare("DELETE FROM keyed_calls WHERE id = ?");
  return {
    read(since, max) {
      const rows = tried(file, () => {
        sql.prepare(forgetBeyond).run(since, max);
        return sql.prepare("SELECT id, fingerprint, begun_at, answer FROM keyed_calls ORDER BY begun_at").all();
      });
      return rows.map(callIn).filter((call) => call !== undefined);
    },
    keep({ id, fingerprint, begunAt, answer }) {
      later(`keyed call ${id}`, () => put.run(id, fingerprint, Math.round(begunAt), answer ?? null));
    },
    forget(id) {
      later(`keyed call ${id}`, () => remove.run(id));
    },
  };
}

function callIn(row: Readonly<Record<string, unknown>>): KeptCall | undefined {
  const { id, fingerprint, begun_at: begunAt, answer } = row;
  if (typeof id !== "string" || typeof fingerprint !== "string" || typeof begunAt !== "number") return undefined;
  return { id, fingerprint, begunAt, answer: typeof answer === "string" ? answer : undefined };
}
