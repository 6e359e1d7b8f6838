import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { FixtureMemory } from "./fixture.ts";
import { fixtureV1 } from "./fixture-v1.ts";
import { type Listening, listenOnFreePort } from "./http-server.ts";

/** HTTP+SSE as a transport of the SDK v1, whose own is deprecated. One stream, one session. */
class SseTransport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #stream: ServerResponse;
  readonly #endpoint: string;

  constructor(stream: ServerResponse, endpoint: string) {
    this.#stream = stream;
    this.#endpoint = endpoint;
  }

  start(): Promise<void> {
    this.#stream.on("close", () => this.onclose?.());
    this.#stream.writeHead(200, { "content-type": "text/event-stream" });
    this.#stream.write(`event: endpoint\ndata: ${this.#endpoint}\n\n`);
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    this.#stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
    return Promise.resolve();
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const message = JSONRPCMessageSchema.parse(JSON.parse(await text(request)));
    response.writeHead(202).end("Accepted");
    this.onmessage?.(message);
  }

  close(): Promise<void> {
    this.#stream.end();
    return Promise.resolve();
  }
}

/** The legacy fixture server over HTTP+SSE, which is all it knows: whatever else is sent to it is not found. */
export function fixtureV1Sse(name: string): Promise<Listening> {
  const memory = new FixtureMemory();
  const transports = new Map<string, SseTransport>();
  return listenOnFreePort((request, response) => {
    const { method, url = "/" } = request;
    const transport = transports.get(url);
    if (method === "GET" && url === "/mcp") {
      const endpoint = `/message?session=${randomUUID()}`;
      const opened = new SseTransport(response, endpoint);
      transports.set(endpoint, opened);
      response.on("close", () => transports.delete(endpoint));
      void fixtureV1(name, memory).connect(opened);
    } else if (method === "POST" && transport !== undefined) void transport.take(request, response);
    else response.writeHead(404).end();
  });
}
