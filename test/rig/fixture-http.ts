import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { FixtureMemory } from "./fixture.ts";
import { fixtureV1 } from "./fixture-v1.ts";
import { fixtureV2 } from "./fixture-v2.ts";
import { type Listening, listenForFetch, listenOnFreePort } from "./http-server.ts";

/** The legacy fixture server over Streamable HTTP, with sessions. */
export async function fixtureV1Http(name: string): Promise<Listening> {
  const memory = new FixtureMemory();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, transport);
      },
      onsessionclosed: (id) => {
        sessions.delete(id);
      },
    });
    await fixtureV1(name, memory).connect(transport);
    return transport;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers["mcp-session-id"];
    const transport = typeof id === "string" ? sessions.get(id) : await open();
    if (transport === undefined) response.writeHead(404).end();
    else await transport.handleRequest(request, response);
  };
  return listenOnFreePort(
    (request, response) => {
      void serve(request, response);
    },
    async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
    },
  );
}

/** The modern fixture server over Streamable HTTP; it refuses clients of the legacy era. */
export async function fixtureV2Http(name: string): Promise<Listening> {
  const memory = new FixtureMemory();
  const handler = createMcpHandler(
    () =>
      fixtureV2(name, memory, () => {
        handler.notify.toolsChanged();
      }),
    { legacy: "reject" },
  );
  return listenForFetch(handler, () => handler.close());
}
