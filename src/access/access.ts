import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type RandomBytes, hashOf, isKey, keyIdIn, newKeyText } from "./api-key.ts";
import { Guesses } from "./guesses.ts";
import type { KeyStore } from "./key-store.ts";
import { Keyring } from "./keyring.ts";
import { type AuthOptions, isAsked } from "./options.ts";
import { type Principal, localPrincipal } from "./principal.ts";
import { type StoredPrincipal, principalOf } from "./stored-principal.ts";
import { Tokens } from "./tokens.ts";

/** What deciding who somebody is takes. */
export interface AccessDeps {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told of everybody who may not come back, after all that was open in its name has ended. */
  readonly onEnded: (principal: Principal, reason: GatewayError) => void;
}

/** What somebody shows who wants in. */
export interface Credentials {
  /** The Authorization header, or what stands for it. */
  readonly authorization: string | undefined;
  /** Where it comes from: wrong credentials are counted for each address. */
  readonly address: string;
}

/** Decides who somebody is. */
export class Access {
  /** Every API key; whether any is taken, `options` say. */
  readonly keys: Keyring;
  readonly options: AuthOptions;
  /** A key of whoever may read the gateway's own files; it is good until the gateway ends. */
  readonly localKey: string;
  readonly #localHash: Buffer;
  readonly #tokens: Tokens | undefined;
  readonly #guesses: Guesses;

  /** @throws {GatewayError} `store_unavailable`. */
  constructor(options: AuthOptions, deps: AccessDeps) {
    this.options = options;
    this.keys = new Keyring({ ...deps, isWatching: options.apiKeys });
    this.#tokens = options.oauth && new Tokens(options.oauth, deps.clock);
    this.#guesses = new Guesses(deps.clock);
    this.localKey = newKeyText(deps.random, localId).text;
    this.#localHash = hashOf(this.localKey);
  }

  /** Whether anybody is asked who they are. */
  get isAsked(): boolean {
    return isAsked(this.options);
  }

  /**
   * Who this is: at once, but for a token that was not seen before.
   *
   * @throws {GatewayError} `unauthenticated`, `too_many_guesses`; and, as a rejection too, what {@link Tokens.check} throws.
   */
  admit({ authorization, address }: Credentials): Principal | Promise<Principal> {
    if (!this.isAsked) return localPrincipal;
    if (authorization === undefined) throw new GatewayError("unauthenticated", "Nobody said who asks");
    const credential = bearerIn(authorization);
    const known = credential === undefined ? undefined : this.#known(credential);
    if (known !== undefined) return known;
    // What is good is let in however often others at its address were wrong; anything else is not even looked at.
    const waitMs = this.#guesses.waitMs(address);
    if (waitMs !== undefined) throw tooManyGuesses(waitMs);
    if (credential === undefined) throw this.#wrong(address, "Credentials come as `Authorization: Bearer …`");
    if (this.#tokens === undefined || keyIdIn(credential) !== undefined) {
      throw this.#wrong(address, "The API key is not valid");
    }
    return this.#checked(this.#tokens, credential, address);
  }

  /** Who somebody is now whose session was kept; undefined where nobody can come back for it. */
  revived(stored: StoredPrincipal): Principal | undefined {
    switch (stored.kind) {
      case "local":
        return localPrincipal;
      case "key":
        return this.options.apiKeys ? this.keys.principal(stored.id) : undefined;
      case "token":
        return this.#tokens === undefined ? undefined : principalOf(stored);
    }
  }

  /** Stops what runs in the background. Safe to call twice. */
  close(): void {
    this.keys.close();
    this.#tokens?.close();
  }

  #known(credential: string): Principal | undefined {
    const id = keyIdIn(credential);
    if (id === undefined) return this.#tokens?.find(credential);
    if (id === localId) return isKey(credential, this.#localHash) ? localPrincipal : undefined;
    return this.options.apiKeys ? this.keys.find(credential) : undefined;
  }

  async #checked(tokens: Tokens, credential: string, address: string): Promise<Principal> {
    try {
      return await tokens.check(credential);
    } catch (thrown) {
      if (thrown instanceof GatewayError && thrown.code === "unauthenticated") this.#guesses.note(address);
      throw thrown;
    }
  }

  #wrong(address: string, message: string): GatewayError {
    this.#guesses.note(address);
    return new GatewayError("unauthenticated", message);
  }
}

const localId = "local";

/** What an Authorization header of the scheme Bearer holds (RFC 6750, 2.1); undefined where it is another. */
function bearerIn(authorization: string): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
}

function tooManyGuesses(waitMs: number): GatewayError {
  return new GatewayError("too_many_guesses", "Too many wrong keys or tokens came from this address", {
    data: { retryAfterMs: Math.ceil(waitMs) },
  });
}
