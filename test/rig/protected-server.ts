import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuthorizationServer } from "./authorization-server.ts";
import { type Listening, listenOnFreePort } from "./http-server.ts";
import { serveScripted } from "./scripted-http.ts";
import type { ScriptedServer } from "./scripted-server.ts";

/** An MCP server that wants tokens, and what a test may do to it. */
export interface ProtectedServer extends Listening {
  /** From now on, tokens must be of this server. */
  authorizationServer: AuthorizationServer;
  /** Scopes that a request must have, by method; `read` where none are given. */
  readonly needs: Map<string, readonly string[]>;
  /** Tokens that were seen. */
  readonly seen: ReadonlySet<string>;
  /** Refuses every token seen so far, as if its time were over. */
  expireAll(): void;
}

/** Serves the script to whoever has a token of the authorization server for this very address. */
export async function protectedHttp(server: ScriptedServer, issuedBy: AuthorizationServer): Promise<ProtectedServer> {
  const [seen, expired] = [new Set<string>(), new Set<string>()];
  const needs = new Map<string, readonly string[]>();
  const metadataPath = "/.well-known/oauth-protected-resource/mcp";
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === metadataPath) {
      const { issuer } = it.authorizationServer;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ resource: it.url, authorization_servers: [issuer], scopes_supported: ["read"] }));
      return;
    }
    const token = request.headers.authorization?.replace(/^Bearer /, "");
    if (token !== undefined) seen.add(token);
    const isGood = token !== undefined && !expired.has(token);
    const granted = isGood ? await it.authorizationServer.scopesOf(token, it.url) : undefined;
    const metadata = `resource_metadata="${new URL(metadataPath, it.url).href}"`;
    const needed = needs.get(String(request.headers["mcp-method"] ?? request.method)) ?? ["read"];
    if (granted === undefined) refuse(response, 401, `Bearer scope="read", ${metadata}`);
    else if (needed.some((scope) => !granted.includes(scope))) {
      refuse(response, 403, `Bearer error="insufficient_scope", scope="${needed.join(" ")}", ${metadata}`);
    } else await serveScripted(server, "json", request, response);
  };
  const listening = await listenOnFreePort((request, response) => {
    void answer(request, response);
  });
  const it: ProtectedServer = {
    ...listening,
    authorizationServer: issuedBy,
    needs,
    seen,
    expireAll() {
      for (const token of seen) expired.add(token);
    },
  };
  return it;
}

function refuse(response: ServerResponse, status: number, challenge: string): void {
  response.writeHead(status, { "www-authenticate": challenge, "content-type": "application/json" });
  response.end('{"error":"refused"}');
}
