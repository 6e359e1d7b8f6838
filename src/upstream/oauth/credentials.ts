import type { Client } from "./client-auth.ts";

/** A client that an authorization server registered for us. */
export interface RegisteredClient extends Client {
  readonly redirectUri: string;
  /** What it was registered for; some servers refuse to give it anything else. */
  readonly scopes: readonly string[];
  /** Wall time in ms; undefined: never. */
  readonly secretExpiresAt: number | undefined;
}

/** What an authorization server gave for one upstream. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Which client they were given to: no other may refresh them. */
  readonly clientId: string;
  /** That client, where it was registered for us; by now another one may be. */
  readonly registered?: Client;
  readonly resource: string;
  readonly granted: readonly string[];
}

/** What we have of one authorization server. Never used at another one. */
export interface IssuerCredentials {
  readonly client?: RegisteredClient;
  readonly tokens?: Tokens;
  /** Every scope that a login which worked asked for. */
  readonly asked?: readonly string[];
}

/** Everything that is kept for one upstream. Secret. */
export interface Login {
  /** The upstream's address: what was given for one address is never sent to another. */
  readonly url: string;
  /** Of which authorization server the upstream takes tokens now; a key of `issuers`. */
  readonly issuer: string | undefined;
  readonly issuers: Readonly<Record<string, IssuerCredentials>>;
  /** The authorization server that the configured client was first used at: it is not known at any other. */
  readonly configured: { readonly clientId: string; readonly issuer: string } | undefined;
}

/** Keeps logins. Each belongs to the upstream of that name. */
export interface LoginStore {
  /**
   * The login as it is now, which another process may have changed.
   *
   * @throws {GatewayError} `logins_unreadable`.
   */
  read(upstream: string): Promise<Login | undefined>;
  /**
   * Changes one login, after all changes begun earlier; resolves when it is kept for good.
   *
   * @throws {GatewayError} `logins_unreadable`.
   */
  change(upstream: string, change: (login: Login | undefined) => Login | undefined): Promise<void>;
  /** Runs while nobody else who shares the logins does so for this upstream. */
  alone<T>(upstream: string, run: () => Promise<T>): Promise<T>;
}

/** Keeps logins for as long as the process lives. */
export function memoryStore(): LoginStore {
  const logins = new Map<string, Login>();
  const alone = inTurn();
  return {
    alone,
    read: (upstream) => Promise.resolve(logins.get(upstream)),
    change(upstream, change) {
      const next = change(logins.get(upstream));
      if (next === undefined) logins.delete(upstream);
      else logins.set(upstream, next);
      return Promise.resolve();
    },
  };
}

/** Runs what is given for one name one after another. */
function inTurn(): LoginStore["alone"] {
  const last = new Map<string, Promise<unknown>>();
  return async (name, run) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(run);
    const ended = turn.catch(() => undefined);
    last.set(name, ended);
    try {
      return await turn;
    } finally {
      if (last.get(name) === ended) last.delete(name);
    }
  };
}

/** Authorization servers remembered for one upstream; the one used longest ago goes first. */
const maxIssuers = 4;

/** A login with nothing in it. */
export function emptyLogin(url: string): Login {
  return { url, issuer: undefined, issuers: {}, configured: undefined };
}

/** What is known of an authorization server; nothing where the login is for another address. */
export function credentialsAt(login: Login | undefined, issuer: string): IssuerCredentials {
  return login?.issuers[issuer] ?? {};
}

/** The login with other credentials of one authorization server, which comes last now. */
export function withCredentials(login: Login, issuer: string, credentials: IssuerCredentials): Login {
  const others = Object.entries(login.issuers).filter(([name]) => name !== issuer);
  return { ...login, issuers: Object.fromEntries([...others.slice(1 - maxIssuers), [issuer, credentials]]) };
}

/** The tokens that the upstream takes now. */
export function currentTokens(login: Login | undefined): Tokens | undefined {
  return login?.issuer === undefined ? undefined : login.issuers[login.issuer]?.tokens;
}
