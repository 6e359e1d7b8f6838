import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical.ts";
import { type Definitions, definitionKeys, definitionKinds, noDefinitions } from "./definitions.ts";
import type { Offer } from "./offer.ts";
import type { UpstreamOptions, UpstreamTarget } from "./options.ts";

/** Whose catalog it is: the same name for another target is another upstream. */
export interface CatalogKey {
  readonly upstream: string;
  /** A hash of where it is, see {@link catalogKeyOf}. */
  readonly target: string;
}

/**
 * Keeps what upstreams offered, and which of their definitions are trusted. Contract: `catalog-store.contract.ts`.
 *
 * Several gateways may share one: of two offers the later counts, and trust only grows.
 */
export interface CatalogStore {
  /** The latest offer that was kept; undefined where there is none, or none that can be read. */
  offer(key: CatalogKey): Promise<Offer | undefined>;
  /** Keeps an offer, soon: nobody waits for it. */
  keepOffer(key: CatalogKey, offer: Offer): void;
  /**
   * How often trust was given for this upstream; 0: never, so that the first reading is to be trusted.
   *
   * @throws {GatewayError} `store_unavailable`, as do the others about trust.
   */
  trustVersion(key: CatalogKey): Promise<number>;
  /** Everything that is trusted. */
  trusted(key: CatalogKey): Promise<Definitions>;
  /** Trusts these where nothing was ever trusted. Resolves when that is durable. */
  trustFirst(key: CatalogKey, definitions: Definitions): Promise<void>;
  /** Trusts these besides, each in place of an earlier one of its name. Resolves when that is durable. */
  trust(key: CatalogKey, definitions: Definitions): Promise<void>;
}

/**
 * Under which key an upstream's catalog is kept. What may hold secrets and does not say which server it is (environment, headers) does not
 * count, so that a new token is not a new server.
 */
export function catalogKeyOf({ name, target }: UpstreamOptions): CatalogKey {
  const hash = createHash("sha256")
    .update(canonicalJson(whereabouts(target)))
    .digest("base64url");
  return { upstream: name, target: hash };
}

function whereabouts(target: UpstreamTarget): readonly unknown[] {
  switch (target.kind) {
    case "stdio":
      return [target.kind, target.command, target.args, target.cwd ?? ""];
    case "http":
    case "sse":
    case "ws":
      return [target.kind, target.url];
    case "connector":
      return [target.kind, target.connector, target.folder];
    case "channel":
      return [target.kind];
  }
}

/** Definitions with some of another in place of those of the same name, or added to them. */
export function withDefinitions(base: Definitions, added: Definitions): Definitions {
  const merged = definitionKinds.map((kind) => {
    const byName = new Map([...base[kind], ...added[kind]].map((each) => [String(each[definitionKeys[kind]]), each]));
    return [kind, [...byName.values()]] as const;
  });
  return { ...noDefinitions, ...Object.fromEntries(merged) };
}

/** Keeps catalogs for as long as the process runs. */
export function memoryCatalogs(): CatalogStore {
  const offers = new Map<string, Offer>();
  const trust = new Map<string, { readonly version: number; readonly definitions: Definitions }>();
  return {
    offer: (key) => Promise.resolve(offers.get(textOf(key))),
    keepOffer(key, offer) {
      offers.set(textOf(key), offer);
    },
    trustVersion: (key) => Promise.resolve(trust.get(textOf(key))?.version ?? 0),
    trusted: (key) => Promise.resolve(trust.get(textOf(key))?.definitions ?? noDefinitions),
    trustFirst(key, definitions) {
      if (!trust.has(textOf(key))) trust.set(textOf(key), { version: 1, definitions });
      return Promise.resolve();
    },
    trust(key, definitions) {
      const before = trust.get(textOf(key)) ?? { version: 0, definitions: noDefinitions };
      trust.set(textOf(key), {
        version: before.version + 1,
        definitions: withDefinitions(before.definitions, definitions),
      });
      return Promise.resolve();
    },
  };
}

function textOf({ upstream, target }: CatalogKey): string {
  return `${upstream} ${target}`;
}
