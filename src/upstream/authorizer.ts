import type { CredentialSource, Refusal } from "../transport/credentials.ts";
import type { GatewayError } from "../core/errors.ts";

/** What connections over HTTP and WebSocket get their credentials from. Belongs to one upstream, across its connections. */
export interface Authorizer extends CredentialSource {
  /** Takes up what is kept from earlier. Before the first request. Never rejects. */
  load(): Promise<void>;
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
