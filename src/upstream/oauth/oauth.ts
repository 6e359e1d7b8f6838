import type { Clock } from "../../core/clock.ts";
import { toGatewayError } from "../../core/errors.ts";
import type { Authorizer, AuthorizerReceiver } from "../authorizer.ts";
import type { UpstreamOptions } from "../options.ts";
import type { LoginStore } from "./credentials.ts";
import { PendingLogins } from "./pending-logins.ts";
import { UpstreamAuthorizer } from "./upstream-authorizer.ts";

/** What the OAuth client of a gateway needs. */
export interface OAuthDeps {
  readonly clock: Clock;
  readonly store: LoginStore;
  /** Where authorization servers send people back to; undefined where nothing listens for them. */
  readonly redirectUri: () => string | undefined;
  readonly openAuthorizationUrl?: ((url: URL) => Promise<URL | undefined>) | undefined;
}

/** How a login ended. */
export type LoginOutcome =
  | { readonly kind: "logged_in"; readonly upstream: string }
  | { readonly kind: "refused"; readonly reason: string; readonly suggestion: string };

/** The gateway's own OAuth client towards its upstreams: tokens of callers are never passed on. */
export interface OAuth {
  /** The authorizer of an upstream; undefined where it is configured otherwise, or is not reached over HTTP or WebSocket. */
  readonly authorizerFor: (options: UpstreamOptions, receiver: AuthorizerReceiver) => Authorizer | undefined;
  /** Takes the answer to a login that a browser brings: `code`, `state`, `iss`, or `error`. Never rejects. */
  complete(answer: URLSearchParams): Promise<LoginOutcome>;
}

export function oauthClient({ clock, store, redirectUri, openAuthorizationUrl }: OAuthDeps): OAuth {
  const logins = new PendingLogins(clock);
  const shared = { clock, store, logins, redirectUri, openAuthorizationUrl };
  return {
    authorizerFor({ name, target }, receiver) {
      if (target.kind === "stdio" || target.kind === "channel" || target.kind === "connector") return undefined;
      if (target.oauth === false || hasOwnCredentials(target.headers)) return undefined;
      const upstream = { name, url: httpUrlOf(target.url), settings: target.oauth ?? {} };
      return new UpstreamAuthorizer(upstream, shared, receiver);
    },
    async complete(answer) {
      const login = logins.take(answer.get("state") ?? "");
      if (login === undefined) {
        return {
          kind: "refused",
          reason: "No login waits for this answer: it was begun too long ago, or has ended already",
          suggestion: "Begin again at the address that `switchyard status` shows.",
        };
      }
      try {
        await login.complete(answer);
        return { kind: "logged_in", upstream: login.upstream };
      } catch (thrown) {
        const { message, data, suggestion } = toGatewayError(thrown);
        const own = data?.["suggestion"];
        return { kind: "refused", reason: message, suggestion: typeof own === "string" ? own : suggestion };
      }
    },
  };
}

/**
 * The address that logins are for: a WebSocket is opened by a request of HTTP, and what metadata names as a resource is an https address.
 *
 * @see RFC 6455, 3; RFC 9728, 1.2.
 */
function httpUrlOf(url: string): URL {
  return new URL(url.replace(/^ws(?=s?:)/i, "http"));
}

/** Whoever sends an Authorization header of the operator's has no use for another one. */
function hasOwnCredentials(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
}
