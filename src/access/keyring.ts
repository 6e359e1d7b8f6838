import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type ApiKey, type RandomBytes, hashOf, isKey, keyIdIn, maxKeyName, newKeyText } from "./api-key.ts";
import { grantForm, grantIn, maxGrants } from "./grant.ts";
import type { KeyStore } from "./key-store.ts";
import type { Principal, Role } from "./principal.ts";
import { rightsOf } from "./rights.ts";
import { Term } from "./term.ts";

/** A key as it is shown: nothing of it is secret. Times are wall time in ms. */
export type ShownKey = Omit<ApiKey, "hash">;

/** What a key is made for. */
export interface KeyWish {
  readonly name: string;
  readonly role: Role;
  /** As they are written: see {@link grantForm}. */
  readonly grants: readonly string[];
  /** Wall time in ms; undefined: never. */
  readonly expiresAt: number | undefined;
}

/** What a ring of keys needs. */
export interface KeyringDeps {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Whether it notices by itself what others change and what has run out; else when it is asked for the keys. */
  readonly isWatching: boolean;
  /** Told of everybody whose key is no longer valid, after all that was open in its name has ended. */
  readonly onEnded: (principal: Principal, reason: GatewayError) => void;
}

/** Keys that there may be at once: all are held in memory. */
export const maxKeys = 10_000;

/** How often others' changes and the time are looked at, in ms. */
const lookMs = 1000;
/** The last use of a key is noted at most this often, in ms. */
const noteUseMs = 60_000;

interface Held {
  readonly key: ApiKey;
  readonly principal: Principal;
  readonly term: Term;
  usedAt: number;
}

/** The API keys of a gateway. What others who share the store make or revoke is noticed within a second. */
export class Keyring {
  readonly #deps: KeyringDeps;
  readonly #held = new Map<string, Held>();
  readonly #stopLooking: () => void;

  /** @throws {GatewayError} `store_unavailable`. */
  constructor(deps: KeyringDeps) {
    this.#deps = deps;
    deps.store.hasChanged();
    this.#read();
    const look = (): void => {
      this.#look();
    };
    this.#stopLooking = deps.isWatching ? deps.clock.every(lookMs, look) : () => undefined;
  }

  /** Whose key this is; undefined where it is none that is valid. Costs one look and one hash. */
  find(text: string): Principal | undefined {
    const id = keyIdIn(text);
    const held = id === undefined ? undefined : this.#held.get(id);
    if (held === undefined || !isKey(text, held.key.hash)) return undefined;
    const now = this.#deps.clock.now();
    if (isExpired(held.key, now)) {
      this.#end(held, "has run out");
      return undefined;
    }
    if (now - held.usedAt >= noteUseMs) {
      held.usedAt = now;
      this.#deps.store.used(held.key.id, now);
    }
    return held.principal;
  }

  /** Who a principal of this id is now; undefined where its key is no longer valid. */
  principal(principalId: string): Principal | undefined {
    const held = this.#held.get(principalId.slice(idPrefix.length));
    return held?.principal.id === principalId && !isExpired(held.key, this.#deps.clock.now())
      ? held.principal
      : undefined;
  }

  /** Every key that is valid, oldest first. */
  list(): ShownKey[] {
    this.#look();
    return [...this.#held.values()].map(({ key, usedAt }) =>
      shownKey({ ...key, usedAt: usedAt === 0 ? undefined : usedAt }),
    );
  }

  /**
   * Makes a key. Its text is in what is returned, and nowhere else.
   *
   * @throws {GatewayError} `invalid_params` — what is wished for makes no sense; `store_unavailable`.
   */
  create(wish: KeyWish): { readonly text: string; readonly key: ShownKey } {
    const made = newKey(wish, this.#deps.random, this.#deps.clock.now(), this.#held.size);
    this.#deps.store.add(made.key);
    this.#hold(made.key);
    return { text: made.text, key: shownKey(made.key) };
  }

  /**
   * Revokes a key: from now on nobody gets in with it, and all that is open in its name ends.
   *
   * @throws {GatewayError} `route_not_found` — there is no such key; `store_unavailable`.
   */
  revoke(id: string): void {
    this.#look();
    const wasKept = this.#deps.store.remove(id);
    const held = this.#held.get(id);
    if (held !== undefined) this.#end(held, "was revoked");
    else if (!wasKept) throw noKey(id);
  }

  /** Stops looking for changes; what is open stays. Safe to call twice. */
  close(): void {
    this.#stopLooking();
  }

  #look(): void {
    const now = this.#deps.clock.now();
    for (const held of this.#held.values()) if (isExpired(held.key, now)) this.#end(held, "has run out");
    try {
      if (this.#deps.store.hasChanged()) this.#read();
    } catch {
      // The store says itself that it cannot be read; the keys stay as they were.
    }
  }

  #read(): void {
    const now = this.#deps.clock.now();
    const kept = new Map(this.#deps.store.all().map((key) => [key.id, key]));
    for (const [id, held] of this.#held) if (!kept.has(id)) this.#end(held, "was revoked");
    for (const [id, key] of kept) if (!this.#held.has(id) && !isExpired(key, now)) this.#hold(key);
  }

  #hold(key: ApiKey): void {
    const term = new Term();
    const principal = principalOfKey(key, term);
    if (principal !== undefined) this.#held.set(key.id, { key, principal, term, usedAt: key.usedAt ?? 0 });
  }

  #end({ key, principal, term }: Held, what: string): void {
    this.#held.delete(key.id);
    const reason = new GatewayError("unauthenticated", `The API key ${key.id} ${what}`);
    term.end(reason);
    this.#deps.onEnded(principal, reason);
  }
}

const idPrefix = "key ";

/** Whom a key stands for; undefined where its grants make no sense to this version, as a key must never mean more than was said. */
function principalOfKey({ id, role, grants }: ApiKey, tenure: Term): Principal | undefined {
  const read = grants.map((text) => grantIn(text)).filter((grant) => grant !== undefined);
  if (read.length < grants.length) return undefined;
  return { id: `${idPrefix}${id}`, kind: "key", role, rights: rightsOf(role, read), tenure };
}

function isExpired({ expiresAt }: ApiKey, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

function shownKey({ hash: _hash, ...shown }: ApiKey): ShownKey {
  return shown;
}

/** The error for an id that no key has. */
export function noKey(id: string): GatewayError {
  return new GatewayError("route_not_found", `There is no API key ${JSON.stringify(id.slice(0, 100))}`, {
    data: { suggestion: "`switchyard keys list` shows the keys." },
  });
}

/**
 * A new key, not yet kept anywhere, and its text. `count` is how many there are.
 *
 * @throws {GatewayError} `invalid_params`.
 */
export function newKey(
  { name, role, grants, expiresAt }: KeyWish,
  random: RandomBytes,
  now: number,
  count: number,
): { readonly text: string; readonly key: ApiKey } {
  if (name.trim() === "" || name.length > maxKeyName || /\p{Cc}/u.test(name)) {
    throw new GatewayError(
      "invalid_params",
      `A key needs a name of 1 to ${maxKeyName} characters, all of them visible`,
    );
  }
  if (grants.length > maxGrants) {
    throw new GatewayError("invalid_params", `A key may have ${maxGrants} grants, got ${grants.length}`);
  }
  const wrong = grants.find((text) => grantIn(text) === undefined);
  if (wrong !== undefined) {
    throw new GatewayError("invalid_params", `The grant ${JSON.stringify(wrong.slice(0, 200))} must be ${grantForm}`);
  }
  if (expiresAt !== undefined && (!Number.isSafeInteger(expiresAt) || expiresAt <= now)) {
    throw new GatewayError("invalid_params", "A key must expire later than now");
  }
  if (count >= maxKeys) throw new GatewayError("invalid_params", `There are ${maxKeys} keys already; revoke some`);
  const { id, text } = newKeyText(random);
  return {
    text,
    key: { id, name, role, grants, hash: hashOf(text), createdAt: now, expiresAt, usedAt: undefined },
  };
}
