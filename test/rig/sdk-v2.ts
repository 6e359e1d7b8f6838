import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { WebSocket } from "ws";
import { ChannelTransport } from "./channel-transport.ts";
import type { CallOptions, ClientKind, Downstream, Place } from "./downstream.ts";
import { WebSocketTransport } from "./web-socket-transport.ts";

/** The official SDK v2, pinned to the modern era. */
export const sdkV2: ClientKind = {
  title: "SDK v2 pinned to 2026-07-28",
  revision: "2026-07-28",
  lacks: {},
  async connect(place) {
    return downstreamOf(await connectV2(place));
  },
};

/** A connected client of the SDK v2 that speaks 2026-07-28 and nothing else. */
export async function connectV2(place: Place): Promise<Client> {
  const client = new Client(
    { name: "scenario-sdk-v2", version: "1.0.0" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  await client.connect(transportTo(place));
  return client;
}

function transportTo(place: Place): Transport {
  if (place.kind === "stdio") return new StdioClientTransport({ ...place, stderr: "ignore" });
  if (place.kind === "channel") return new ChannelTransport(place.channel, (text) => JSON.parse(text));
  if (place.kind === "ws") return new WebSocketTransport(new WebSocket(place.url, "mcp"), (text) => JSON.parse(text));
  return new StreamableHTTPClientTransport(new URL(place.url));
}

function downstreamOf(client: Client): Downstream {
  return {
    revision: client.getNegotiatedProtocolVersion(),
    tools: async () => (await client.listTools()).tools,
    call: (name, args, options) => client.callTool({ name, arguments: args }, optionsOf(options)),
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: (uri) => client.readResource({ uri }),
    prompts: async () => (await client.listPrompts()).prompts,
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    complete: (ref, argument, context) =>
      client.complete({ ref, argument, ...(context === undefined ? {} : { context: { arguments: context } }) }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function optionsOf({ signal, onProgress }: CallOptions = {}) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onprogress: onProgress }),
  };
}
