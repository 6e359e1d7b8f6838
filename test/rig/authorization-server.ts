import { generateKeyPairSync } from "node:crypto";
import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from "node:http";
import { type InteractionResults, Provider } from "oidc-provider";

/** What the person at the authorization server does. */
export type Person = "consents" | "declines";

/** A real authorization server on this machine, at which somebody logs in without being there. */
export interface AuthorizationServer extends AsyncDisposable {
  readonly issuer: string;
  /** What the person does from now on. */
  person: Person;
  /** Every request that came, as `METHOD /path`. */
  readonly requests: readonly string[];
  /** What a token is good for; undefined where it is none of ours, or has run out. */
  scopesOf(token: string, resource: string): Promise<readonly string[] | undefined>;
  /** Answers everything with this status until it is undefined again. */
  failWith(status: number | undefined): void;
}

/** How access tokens are written: as something that only the server itself understands, or signed, for everybody. */
export type TokenFormat = "opaque" | "jwt";

/**
 * Starts a server that registers clients, gives the scopes `read`, `write` and `admin` but never `audit`, and refresh tokens for
 * `offline_access`.
 */
export async function startAuthorizationServer(format: TokenFormat = "opaque"): Promise<AuthorizationServer> {
  const requests: string[] = [];
  let failure: number | undefined;
  let handle: RequestListener | undefined;
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ""} ${request.url?.split("?")[0] ?? ""}`);
    if (failure === undefined) handle?.(request, response);
    else response.writeHead(failure, { "content-type": "text/plain" }).end("refresh-token-of-yours");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const issuer = `http://127.0.0.1:${address.port}`;
  const provider = providerAt(issuer, format);
  const started: AuthorizationServer = {
    issuer,
    person: "consents",
    requests,
    async scopesOf(token, resource) {
      const found = await provider.AccessToken.find(token);
      return found?.aud === resource && !found.isExpired ? [...found.scopes] : undefined;
    },
    failWith(status) {
      failure = status;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
  const callback = provider.callback();
  handle = (request, response) => {
    if (request.url?.startsWith("/interaction/") === true) void interact(provider, started.person, request, response);
    else void callback(request, response);
  };
  return started;
}

const scopes = ["read", "write", "admin"];

function providerAt(issuer: string, format: TokenFormat): Provider {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return new Provider(issuer, {
    scopes: ["openid", "offline_access", "audit", ...scopes],
    cookies: { keys: ["of this test only"] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" }] },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: (_context, _client, code) => Promise.resolve(code.scopes.has("offline_access")),
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: scopes.join(" "),
          audience: resource,
          accessTokenFormat: format,
        }),
      },
    },
  });
}

/** What the person's browser would show: here it is answered at once. */
async function interact(
  provider: Provider,
  person: Person,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const finish = (result: InteractionResults): Promise<void> =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (person === "declines") {
    await finish({ error: "access_denied", error_description: "not today" });
    return;
  }
  if (prompt.name === "login") {
    await finish({ login: { accountId: "ada" } });
    return;
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? "ada", clientId: String(params["client_id"]) });
  grant.addOIDCScope(String(params["scope"]));
  grant.addResourceScope(String(params["resource"]), scopes.join(" "));
  await finish({ consent: { grantId: await grant.save() } });
}

/** Follows an address as a browser would, cookies and redirects included, to the page where it ends. */
export async function browse(
  address: string,
): Promise<{ readonly url: string; readonly status: number; readonly text: string }> {
  const cookies = new Map<string, string>();
  let url = address;
  for (let hop = 0; hop < 20; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: cookie === "" ? {} : { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";")[0]?.split(/=(.*)/s) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    const location = response.headers.get("location");
    if (location === null) return { url, status: response.status, text };
    url = new URL(location, url).href;
  }
  throw new Error(`too many redirects, the last to ${url}`);
}
