import type { Clock } from "../core/clock.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { CatalogKey, CatalogStore } from "../upstream/catalog-store.ts";
import { type Definitions, definitionKeys, definitionKinds, noDefinitions } from "../upstream/definitions.ts";
import type { Offer } from "../upstream/offer.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";
import { parsed } from "./parsed.ts";
import type { Write } from "./store.ts";

/** Longest offer that is kept, in characters. */
const maxOffer = 16 * 1024 * 1024;
/** Offers that are kept; those of servers that are no longer configured go first. */
const maxOffers = 1000;

type Later = (key: string, write: Write) => void;

/** Catalogs as rows. `later` takes writes that nobody waits for. */
export function catalogRows(database: Database, clock: Clock, later: Later): CatalogStore {
  return { ...offerRows(database, clock, later), ...trustRows(database) };
}

const putOffer =
  "INSERT INTO offers (upstream, target, kept_at, offer) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET kept_at = excluded.kept_at, offer = excluded.offer";
const forgetOldOffers =
  "DELETE FROM offers WHERE rowid NOT IN (SELECT rowid FROM offers ORDER BY kept_at DESC LIMIT ?)";

function offerRows({ sql, file }: Database, clock: Clock, later: Later): Pick<CatalogStore, "offer" | "keepOffer"> {
  return {
    async offer({ upstream, target }) {
      const read = "SELECT offer FROM offers WHERE upstream = ? AND target = ?";
      return Promise.resolve(offerIn(parsed(tried(file, () => sql.prepare(read).get(upstream, target)?.["offer"]))));
    },
    keepOffer({ upstream, target }, offer) {
      const text = JSON.stringify(offer);
      if (text.length > maxOffer) return;
      later(`offer ${upstream} ${target}`, () => {
        sql.prepare(putOffer).run(upstream, target, clock.now(), text);
        sql.prepare(forgetOldOffers).run(maxOffers);
      });
    },
  };
}

const raiseVersion =
  "INSERT INTO trust (upstream, target, version) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET version = version + 1";
const putTrusted =
  "INSERT INTO trusted (upstream, target, kind, name, definition) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET definition = excluded.definition";

function trustRows({ sql, file, transaction }: Database): Omit<CatalogStore, "offer" | "keepOffer"> {
  const versionOf = ({ upstream, target }: CatalogKey): number => {
    const read = "SELECT version FROM trust WHERE upstream = ? AND target = ?";
    return Number(sql.prepare(read).get(upstream, target)?.["version"] ?? 0);
  };
  const add = ({ upstream, target }: CatalogKey, definitions: Definitions): void => {
    sql.prepare(raiseVersion).run(upstream, target);
    const put = sql.prepare(putTrusted);
    for (const kind of definitionKinds) {
      for (const each of definitions[kind]) {
        put.run(upstream, target, kind, String(each[definitionKeys[kind]]), JSON.stringify(each));
      }
    }
  };
  return {
    trustVersion: async (key) => Promise.resolve(tried(file, () => versionOf(key))),
    async trusted({ upstream, target }) {
      const read = "SELECT kind, name, definition FROM trusted WHERE upstream = ? AND target = ? ORDER BY kind, name";
      return Promise.resolve(definitionsIn(tried(file, () => sql.prepare(read).all(upstream, target))));
    },
    async trustFirst(key, definitions) {
      transaction(() => {
        if (versionOf(key) === 0) add(key, definitions);
      });
      return Promise.resolve();
    },
    async trust(key, definitions) {
      transaction(() => {
        add(key, definitions);
      });
      return Promise.resolve();
    },
  };
}

/** A trusted definition that cannot be read is one that is not trusted. */
function definitionsIn(rows: readonly JsonObject[]): Definitions {
  const lists = definitionKinds.map((kind) => {
    const own = rows.filter((row) => row["kind"] === kind).map((row) => parsed(row["definition"]));
    return [kind, own.filter(isJsonObject)] as const;
  });
  return { ...noDefinitions, ...Object.fromEntries(lists) };
}

function offerIn(value: unknown): Offer | undefined {
  if (!isJsonObject(value)) return undefined;
  const [capabilities, definitions] = [objectAt(value, "capabilities"), objectAt(value, "definitions")];
  if (capabilities === undefined || definitions === undefined) return undefined;
  const lists = definitionKinds.map((kind) => [kind, namedIn(definitions[kind], definitionKeys[kind])] as const);
  return {
    serverInfo: objectAt(value, "serverInfo"),
    capabilities,
    instructions: stringAt(value, "instructions"),
    definitions: { ...noDefinitions, ...Object.fromEntries(lists) },
  };
}

function namedIn(list: unknown, key: string): JsonObject[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isJsonObject).filter((each) => stringAt(each, key) !== undefined);
}
