import type { ApiKey } from "../access/api-key.ts";
import type { KeyStore } from "../access/key-store.ts";
import { isRole } from "../access/principal.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import { parsed } from "./parsed.ts";
import type { Write } from "./store.ts";

/** API keys as rows. `later` takes writes that nobody waits for. */
export function keyRows({ sql, file }: Database, later: (key: string, write: Write) => void): KeyStore {
  const every = sql.prepare("SELECT * FROM api_keys ORDER BY created_at, id");
  const put = sql.prepare(
    "INSERT INTO api_keys (id, name, role, grants, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const remove = sql.prepare("DELETE FROM api_keys WHERE id = ?");
  const use = sql.prepare("UPDATE api_keys SET used_at = ? WHERE id = ?");
  const version = sql.prepare("PRAGMA data_version");
  let seen = versionOf();
  /** Changes when another connection has changed the file (https://sqlite.org/pragma.html#pragma_data_version). */
  function versionOf(): unknown {
    return version.get()?.["data_version"];
  }
  return {
    all: () => tried(file, () => every.all().flatMap((row) => keyIn(row) ?? [])),
    add({ id, name, role, grants, hash, createdAt, expiresAt }) {
      tried(file, () => put.run(id, name, role, JSON.stringify(grants), hash, createdAt, expiresAt ?? null));
    },
    remove: (id) => tried(file, () => Number(remove.run(id).changes) > 0),
    used(id, at) {
      later(`key ${id}`, () => use.run(at, id));
    },
    hasChanged() {
      if (!sql.isOpen) return false;
      const found = tried(file, versionOf);
      const isOther = found !== seen;
      seen = found;
      return isOther;
    },
  };
}

function keyIn(row: Readonly<Record<string, unknown>>): ApiKey | undefined {
  const { id, name, role, hash, created_at: createdAt } = row;
  const grants = parsed(row["grants"]);
  const areTexts = Array.isArray(grants) && grants.every((grant) => typeof grant === "string");
  if (typeof id !== "string" || typeof name !== "string" || typeof createdAt !== "number") return undefined;
  if (!isRole(role) || !areTexts || !(hash instanceof Uint8Array)) return undefined;
  return {
    id,
    name,
    role,
    grants,
    hash,
    createdAt,
    expiresAt: numberIn(row["expires_at"]),
    usedAt: numberIn(row["used_at"]),
  };
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
