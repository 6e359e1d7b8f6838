import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { ChannelTransport } from "./channel-transport.ts";
import type { CallOptions, ClientKind, Downstream, Place } from "./downstream.ts";

/** The official SDK v1: the legacy era, with sessions. */
export const sdkV1: ClientKind = {
  title: "SDK v1",
  revision: "2025-11-25",
  lacks: {},
  async connect(place) {
    return downstreamOf(await connectV1(place));
  },
};

/** A connected client of the SDK v1. */
export async function connectV1(place: Place): Promise<Client> {
  const client = new Client({ name: "scenario-sdk-v1", version: "1.0.0" });
  await client.connect(transportTo(place));
  return client;
}

/** The transport of the SDK v1 to a place. */
export function transportTo(place: Place): Transport {
  if (place.kind === "stdio") return new StdioClientTransport({ ...place, stderr: "ignore" });
  if (place.kind === "channel") {
    return new ChannelTransport(place.channel, (text) => JSONRPCMessageSchema.parse(JSON.parse(text)));
  }
  if (place.kind === "ws") return new WebSocketClientTransport(new URL(place.url));
  return new StreamableHTTPClientTransport(new URL(place.url));
}

/** Ends a client, and over HTTP its session with it. */
export async function disconnectV1(client: Client): Promise<void> {
  const { transport } = client;
  if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
  await client.close();
}

function downstreamOf(client: Client): Downstream {
  const { transport } = client;
  return {
    revision: transport instanceof StreamableHTTPClientTransport ? transport.protocolVersion : undefined,
    tools: async () => (await client.listTools()).tools,
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, optionsOf(options)),
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: (uri) => client.readResource({ uri }),
    prompts: async () => (await client.listPrompts()).prompts,
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    complete: (ref, argument, context) =>
      client.complete({ ref, argument, ...(context === undefined ? {} : { context: { arguments: context } }) }),
    [Symbol.asyncDispose]: () => disconnectV1(client),
  };
}

function optionsOf({ signal, onProgress }: CallOptions = {}) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onprogress: onProgress }),
  };
}
