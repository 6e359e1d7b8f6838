import type { JWTVerifyGetKey } from "jose";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, stringAt } from "../core/json.ts";
import { hashOf } from "./api-key.ts";
import { allowedBy } from "./claims.ts";
import { issuerKeys, unavailable } from "./issuer-keys.ts";
import type { TokenOptions } from "./options.ts";
import type { Principal } from "./principal.ts";
import { Term } from "./term.ts";

/** Tokens that are in use at once. */
export const maxTokens = 1000;
/** Longest token that is looked at, in characters. */
const maxTokenLength = 8192;
/** How far the clocks of the issuer and the gateway may differ, in s. */
const skewSeconds = 30;
const lookMs = 1000;

/** Signatures that only the holder of a private key can make. Never `none`, and none that a public key could be the secret of. */
export const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

interface Known {
  readonly principal: Principal;
  readonly term: Term;
  /** Wall time in ms. */
  readonly until: number;
}

/**
 * Takes access tokens that are JWTs of one issuer, for one audience. A token is checked once; until it runs out, it costs a hash.
 *
 * @see MCP 2026-07-28, basic/authorization, Token Handling; RFC 9068, 4; RFC 8725.
 */
export class Tokens {
  readonly #options: TokenOptions;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #checking = new Map<string, Promise<Principal>>();
  readonly #stopLooking: () => void;
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(options: TokenOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#stopLooking = clock.every(lookMs, () => {
      this.#endExpired();
    });
  }

  /** Whose token this is, if it is one that was found good before. */
  find(token: string): Principal | undefined {
    const known = this.#known.get(keyOf(token));
    return known !== undefined && known.until > this.#clock.now() ? known.principal : undefined;
  }

  /**
   * Whose token this is.
   *
   * @throws {GatewayError} `unauthenticated` — it is not good; `forbidden`, with `data.scopes` — no rule gives it anything;
   *   `auth_unavailable` — that cannot be told.
   */
  async check(token: string): Promise<Principal> {
    const key = keyOf(token);
    const checking = this.#checking.get(key) ?? this.#check(token, key);
    this.#checking.set(key, checking);
    try {
      return await checking;
    } finally {
      this.#checking.delete(key);
    }
  }

  /** Stops looking at the time. Safe to call twice. */
  close(): void {
    this.#stopLooking();
  }

  async #check(token: string, key: string): Promise<Principal> {
    const claims = await this.#claimsOf(token);
    const { issuer, rules } = this.#options;
    const subject = stringAt(claims, "sub") ?? stringAt(claims, "client_id");
    const expiresAt = claims["exp"];
    if (subject === undefined || subject === "" || typeof expiresAt !== "number") {
      throw refused("it does not say for whom it is, or how long");
    }
    const allowed = allowedBy(claims, rules);
    if (allowed === undefined) {
      throw new GatewayError("forbidden", "The access token allows nothing here: no rule of auth.oauth fits it", {});
    }
    const term = new Term();
    const principal: Principal = { id: `token ${issuer} ${subject}`, kind: "token", ...allowed, tenure: term };
    this.#remember(key, { principal, term, until: (expiresAt + skewSeconds) * 1000 });
    return principal;
  }

  async #claimsOf(token: string): Promise<JsonObject> {
    if (token.length > maxTokenLength) throw refused("it is too long");
    const { jwtVerify } = await import("jose");
    const { issuer, audience } = this.#options;
    try {
      const { payload } = await jwtVerify(token, await this.#issuerKeys(), {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ["exp"],
        clockTolerance: skewSeconds,
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (thrown) {
      throw problemOf(thrown, issuer);
    }
  }

  #issuerKeys(): Promise<JWTVerifyGetKey> {
    const keys = this.#keys ?? issuerKeys(this.#options);
    this.#keys = keys;
    // What could not be had is asked for again.
    keys.catch(() => {
      if (this.#keys === keys) this.#keys = undefined;
    });
    return keys;
  }

  /** Makes room by forgetting one with nothing open, which is checked again when it comes again; else the oldest ends. */
  #remember(key: string, known: Known): void {
    if (this.#known.size >= maxTokens) {
      const [oldest] = this.#known.keys();
      const idle = [...this.#known].find(([, { term }]) => term.isIdle)?.[0] ?? oldest ?? "";
      this.#known.get(idle)?.term.end(new GatewayError("unauthenticated", `${maxTokens} tokens are in use at once`));
      this.#known.delete(idle);
    }
    this.#known.set(key, known);
  }

  #endExpired(): void {
    const now = this.#clock.now();
    for (const [key, { term, until }] of this.#known) {
      if (until > now) continue;
      this.#known.delete(key);
      term.end(ranOut());
    }
  }
}

/** What is remembered of a token is its hash: memory that leaks gives nobody a token. */
function keyOf(token: string): string {
  return hashOf(token).toString("latin1");
}

function ranOut(): GatewayError {
  return refused("it has run out");
}

function refused(why: string, cause?: unknown): GatewayError {
  return new GatewayError("unauthenticated", `The access token is not valid: ${why}`, {
    data: { suggestion: "Get another token from the authorization server." },
    ...(cause === undefined ? {} : { cause }),
  });
}

const claimProblems: Readonly<Record<string, string>> = {
  iss: "it is another issuer's",
  aud: "it is for another audience",
  exp: "it has run out",
  nbf: "it is not valid yet",
};

/** Only fixed texts: what a token says never shows up in an answer. */
function problemOf(thrown: unknown, issuer: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (code === "ERR_JWT_EXPIRED") return refused("it has run out");
  if (code === "ERR_JWT_CLAIM_VALIDATION_FAILED") {
    const claim = thrown instanceof Error && "claim" in thrown ? String(thrown.claim) : "";
    const isMissing = thrown instanceof Error && "reason" in thrown && thrown.reason === "missing";
    return refused((isMissing ? undefined : claimProblems[claim]) ?? "a claim of it is missing or wrong");
  }
  if (code === "ERR_JOSE_ALG_NOT_ALLOWED") return refused("it is signed by an algorithm that is not taken");
  if (code === "ERR_JWKS_NO_MATCHING_KEY" || code === "ERR_JWKS_MULTIPLE_MATCHING_KEYS") {
    return refused("it is signed by a key that the issuer does not have");
  }
  const isMalformed = ["ERR_JWS_", "ERR_JWT_", "ERR_JOSE_NOT_SUPPORTED"].some((start) => code.startsWith(start));
  return isMalformed ? refused("its form or its signature is wrong") : unavailable(issuer, thrown);
}
