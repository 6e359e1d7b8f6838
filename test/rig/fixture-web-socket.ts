import { once } from "node:events";
import { JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { type WebSocket, WebSocketServer } from "ws";
import { FixtureMemory } from "./fixture.ts";
import { fixtureV1 } from "./fixture-v1.ts";
import { fixtureV2 } from "./fixture-v2.ts";
import type { Listening } from "./http-server.ts";
import { WebSocketTransport } from "./web-socket-transport.ts";

/** The legacy fixture server over WebSocket: an instance a connection. */
export function fixtureV1WebSocket(name: string, port = 0): Promise<Listening> {
  const memory = new FixtureMemory();
  return listenForWebSockets(port, async (socket) => {
    const transport = new WebSocketTransport(socket, (text) => JSONRPCMessageSchema.parse(JSON.parse(text)));
    await fixtureV1(name, memory).connect(transport);
  });
}

/** The modern fixture server over WebSocket, likewise; it refuses clients of the legacy era. */
export function fixtureV2WebSocket(name: string, port = 0): Promise<Listening> {
  const memory = new FixtureMemory();
  return listenForWebSockets(port, (socket) => {
    const transport = new WebSocketTransport(socket, (text) => JSON.parse(text));
    serveStdio(() => fixtureV2(name, memory, () => undefined), { legacy: "reject", transport });
    return Promise.resolve();
  });
}

/** Listens on this port, or on a free one; ends with every connection it has, without a word. */
export async function listenForWebSockets(
  port: number,
  serve: (socket: WebSocket) => Promise<void>,
): Promise<Listening> {
  const server = new WebSocketServer({ host: "127.0.0.1", port });
  server.on("connection", (socket) => {
    void serve(socket);
  });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `ws://127.0.0.1:${address.port}/mcp`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of server.clients) socket.terminate();
      await closed;
    },
  };
}
