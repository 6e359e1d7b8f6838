import type { GatewayError } from "../core/errors.ts";

/** Headers that say who we are. The same object for as long as they are the same. */
export type Credentials = Readonly<Record<string, string>>;

/** A request that an upstream refused for want of credentials. */
export interface Refusal {
  readonly status: 401 | 403;
  /** Its `WWW-Authenticate`. */
  readonly challenge: string | undefined;
  /** What {@link Authorizer.headers} gave for it. */
  readonly sent: Credentials | undefined;
  /** How often this very request was refused before. */
  readonly attempt: number;
}

/** What an HTTP link gets its credentials from. Belongs to one upstream, across its connections. */
export interface Authorizer {
  /** Takes up what is kept from earlier. Before the first request. Never rejects. */
  load(): Promise<void>;
  /** What every request carries now; undefined where nothing is needed yet. */
  headers(): Credentials | undefined;
  /**
   * Gets better credentials; true where the request is worth sending again. Refusals at the same time share one attempt.
   *
   * @throws {GatewayError} `login_required` — a person must log in, `data.authorizationUrl` says where; `login_failed`,
   *   `logins_unreadable`, `upstream_refused_credentials`, `upstream_unavailable`, `upstream_protocol_error`; the signal's reason.
   */
  appeal(refusal: Refusal, signal: AbortSignal): Promise<boolean>;
  /** The upstream has taken what it was sent. */
  accepted(): void;
  /** Where a person should log in now; undefined where none is asked to. */
  readonly authorizationUrl: string | undefined;
  /** Ends everything under way. Safe to call twice. */
  close(): void;
}

/** What an authorizer tells its upstream. */
export interface AuthorizerReceiver {
  /** There are new credentials, and nobody waits for them. */
  loggedIn(): void;
  /** The login that a person was asked for goes on at another address (`login_required`), or came to nothing, and why. */
  loginChanged(problem: GatewayError): void;
}
