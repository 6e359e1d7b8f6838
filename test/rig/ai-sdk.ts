import { createMCPClient } from "@ai-sdk/mcp";
import { StdioMCPTransport } from "@ai-sdk/mcp/mcp-stdio";
import type { ClientKind, Downstream, Place, Program } from "./downstream.ts";

const noProgress = "the client never sends a progress token, and takes every notification for an error";

/** The AI SDK's own client, which does not build on the official SDK and chooses 2026-07-28 by itself. */
export const aiSdk: ClientKind = {
  title: "AI SDK",
  revision: "2026-07-28",
  lacks: {
    progress: noProgress,
    cancelOverStdio: "over stdio the client only stops waiting: it never sends notifications/cancelled",
  },
  connect: (place) => connect(place, true),
};

/** The same client, told not to look for the modern era. */
export const aiSdkLegacy: ClientKind = {
  title: "AI SDK without discovery",
  revision: "2025-11-25",
  lacks: {
    progress: noProgress,
    cancel: "the client never sends notifications/cancelled, and a lost connection cancels nothing in this era",
  },
  connect: (place) => connect(place, false),
};

async function connect(place: Place, protocolVersionDiscovery: boolean): Promise<Downstream> {
  if (place.kind === "channel") throw new TypeError("the AI SDK has no transport for channels here");
  const client = await createMCPClient({
    clientName: "scenario-ai-sdk",
    protocolVersionDiscovery,
    transport: place.kind === "stdio" ? patient(place) : { type: "http", url: place.url },
  });
  return {
    revision: client.initializeResult.protocolVersion,
    tools: async () => (await client.listTools()).tools,
    call: (name, args, { signal } = {}) =>
      client.callTool({ name, arguments: args, ...(signal === undefined ? {} : { options: { signal } }) }),
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

/** Over stdio the client takes a server for a legacy one that has not answered a second after it was started; this one waits. */
function patient(program: Program): StdioMCPTransport {
  return Object.assign(new StdioMCPTransport({ ...program, stderr: "ignore" }), {
    waitsForProtocolVersionDiscovery: true,
  });
}
