import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import type { Channel } from "../../src/transport/channel.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import { type Listening, listenOnFreePort } from "./http-server.ts";
import { serveScripted } from "./scripted-http.ts";
import type { ScriptedServer } from "./scripted-server.ts";

/** An MCP server that wants tokens, and what a test may do to it. */
export interface ProtectedServer extends Listening {
  /** From now on, tokens must be of this server. */
  authorizationServer: AuthorizationServer;
  /** Scopes that a request must have, by the method of MCP, or else of HTTP; `read` where none are given. */
  readonly needs: Map<string, readonly string[]>;
  /** Tokens that were seen. */
  readonly seen: ReadonlySet<string>;
  /** What was refused, as `STATUS method`. */
  readonly refused: readonly string[];
  /** Refuses every token seen so far, as if its time were over. */
  expireAll(): void;
  /** Breaks every connection. */
  cutAll(): void;
}

interface Refused {
  readonly status: 401 | 403;
  readonly challenge: string;
}

const metadataPath = "/.well-known/oauth-protected-resource/mcp";

/** Lets in whoever has a token of the authorization server for this very address. */
class Gate {
  authorizationServer: AuthorizationServer;
  /** Where MCP is spoken, as an address of http. */
  resource = "";
  readonly needs = new Map<string, readonly string[]>();
  readonly seen = new Set<string>();
  readonly refused: string[] = [];
  readonly #expired = new Set<string>();

  constructor(issuedBy: AuthorizationServer) {
    this.authorizationServer = issuedBy;
  }

  expireAll(): void {
    for (const token of this.seen) this.#expired.add(token);
  }

  /** Answers a request for the metadata; false where it is for something else. */
  answeredMetadata(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== metadataPath) return false;
    const { issuer } = this.authorizationServer;
    response.writeHead(200, { "content-type": "application/json" });
    const metadata = { resource: this.resource, authorization_servers: [issuer], scopes_supported: ["read"] };
    response.end(JSON.stringify(metadata));
    return true;
  }

  /** How a request is refused; undefined where it may pass. */
  async refusalOf(request: IncomingMessage, method: string): Promise<Refused | undefined> {
    const token = request.headers.authorization?.replace(/^Bearer /, "");
    if (token !== undefined) this.seen.add(token);
    const isGood = token !== undefined && !this.#expired.has(token);
    const granted = isGood ? await this.authorizationServer.scopesOf(token, this.resource) : undefined;
    const metadata = `resource_metadata="${new URL(metadataPath, this.resource).href}"`;
    const needed = this.needs.get(method) ?? ["read"];
    if (granted === undefined) {
      this.refused.push(`401 ${method}`);
      return { status: 401, challenge: `Bearer scope="read", ${metadata}` };
    }
    if (needed.every((scope) => granted.includes(scope))) return undefined;
    this.refused.push(`403 ${method}`);
    const challenge = `Bearer error="insufficient_scope", scope="${needed.join(" ")}", ${metadata}`;
    return { status: 403, challenge };
  }
}

function refuse(response: ServerResponse, { status, challenge }: Refused): void {
  response.writeHead(status, { "www-authenticate": challenge, "content-type": "application/json" });
  response.end('{"error":"refused"}');
}

/** The server as a test has it. */
function handleOf(gate: Gate, listening: Listening & Pick<ProtectedServer, "cutAll">): ProtectedServer {
  return {
    ...listening,
    get authorizationServer() {
      return gate.authorizationServer;
    },
    set authorizationServer(next) {
      gate.authorizationServer = next;
    },
    needs: gate.needs,
    seen: gate.seen,
    refused: gate.refused,
    expireAll() {
      gate.expireAll();
    },
  };
}

/** Serves the script over Streamable HTTP. */
export async function protectedHttp(server: ScriptedServer, issuedBy: AuthorizationServer): Promise<ProtectedServer> {
  const gate = new Gate(issuedBy);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (gate.answeredMetadata(request, response)) return;
    const refusal = await gate.refusalOf(request, String(request.headers["mcp-method"] ?? request.method));
    if (refusal !== undefined) refuse(response, refusal);
    else await serveScripted(server, "json", request, response);
  };
  const listening = await listenOnFreePort((request, response) => {
    void answer(request, response);
  });
  gate.resource = listening.url;
  return handleOf(gate, listening);
}

/** Serves the script over HTTP+SSE, at `/mcp`; whatever else is sent there is not found. */
export async function protectedSse(server: ScriptedServer, issuedBy: AuthorizationServer): Promise<ProtectedServer> {
  const gate = new Gate(issuedBy);
  let channel: Channel | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (gate.answeredMetadata(request, response)) return;
    const body = await text(request);
    const refusal = await gate.refusalOf(request, methodIn(body) ?? request.method ?? "");
    if (refusal !== undefined) refuse(response, refusal);
    else if (request.method === "GET" && request.url === "/mcp") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: endpoint\ndata: /message\n\n");
      channel = opened(server, (frame) => void response.write(`event: message\ndata: ${frame}\n\n`));
    } else if (request.url === "/message" && channel !== undefined) {
      response.writeHead(202).end();
      channel.send(body);
    } else response.writeHead(404).end();
  };
  const listening = await listenOnFreePort((request, response) => {
    void answer(request, response);
  });
  gate.resource = listening.url;
  return handleOf(gate, listening);
}

/** Serves the script over WebSocket; only the opening is looked at. */
export async function protectedWebSocket(
  server: ScriptedServer,
  issuedBy: AuthorizationServer,
): Promise<ProtectedServer> {
  const gate = new Gate(issuedBy);
  const http = createServer((request, response) => {
    if (!gate.answeredMetadata(request, response)) response.writeHead(404).end();
  });
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => "mcp" });
  http.on("upgrade", (request, wire, head) => {
    // Whoever is refused may hang up before all of the refusal has arrived.
    wire.on("error", () => undefined);
    void gate.refusalOf(request, "upgrade").then((refusal) => {
      if (refusal !== undefined) {
        const { status, challenge } = refusal;
        wire.end(`HTTP/1.1 ${status} No\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      webSockets.handleUpgrade(request, wire, head, (socket) => {
        const channel = opened(server, (frame) => {
          socket.send(frame);
        });
        socket.on("message", (data) => {
          if (Buffer.isBuffer(data)) channel.send(data.toString());
        });
      });
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  gate.resource = `http://127.0.0.1:${address.port}/mcp`;
  const cutAll = (): void => {
    for (const socket of webSockets.clients) socket.terminate();
  };
  return handleOf(gate, {
    cutAll,
    url: gate.resource.replace("http:", "ws:"),
    async [Symbol.asyncDispose]() {
      const closed = once(http, "close");
      http.close();
      cutAll();
      http.closeAllConnections();
      await closed;
    },
  });
}

function opened(server: ScriptedServer, send: (frame: string) => void): Channel {
  const channel = server.open();
  channel.start({
    frame: (frame) => {
      send(frame.toString());
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  return channel;
}

function methodIn(body: string): string | undefined {
  const message: unknown = body === "" ? undefined : JSON.parse(body);
  const { method }: JsonObject = isJsonObject(message) ? message : {};
  return typeof method === "string" ? method : undefined;
}
