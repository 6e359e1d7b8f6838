import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import {
  type FixtureMemory,
  addresses,
  descriptions,
  items,
  namesFor,
  png,
  progressOf,
  refusal,
  resultShapes,
  richResult,
  shapes,
} from "./fixture.ts";

/** The fixture server in the legacy era, on the official SDK v1: one instance a session. */
export function fixtureV1(name: string, memory: FixtureMemory): McpServer {
  const server = new McpServer(
    { name: `fixture-${name}`, version: "1.0.0" },
    { capabilities: { logging: {} }, instructions: `How to use ${name}.` },
  );
  addTools(server, name, memory);
  addLogTools(server);
  addResources(server, name);
  addPrompts(server);
  return server;
}

function addTools(server: McpServer, name: string, memory: FixtureMemory): void {
  server.registerTool("echo", { description: descriptions.echo, inputSchema: shapes.echo }, ({ message }) => ({
    content: [{ type: "text", text: message }],
  }));
  server.registerTool(
    "count",
    { description: descriptions.count, inputSchema: shapes.count },
    async ({ key, steps }, { _meta, sendNotification }) => {
      for (const params of progressOf(steps, _meta?.progressToken)) {
        await sendNotification({ method: "notifications/progress", params });
      }
      await memory.mayProceed(key);
      return { content: [{ type: "text", text: `counted to ${steps}` }] };
    },
  );
  server.registerTool("proceed", { description: descriptions.proceed, inputSchema: shapes.proceed }, ({ key }) => {
    memory.proceed(key);
    return { content: [] };
  });
  server.registerTool(
    "wait",
    { description: descriptions.wait, inputSchema: shapes.wait },
    async ({ key }, { signal }) => {
      await memory.waitFor(key, signal);
      return { content: [{ type: "text", text: "cancelled" }] };
    },
  );
  server.registerTool("calls", { description: descriptions.calls, outputSchema: resultShapes.calls }, () => ({
    content: [],
    structuredContent: memory.calls,
  }));
  server.registerTool("fail", { description: descriptions.fail, inputSchema: shapes.fail }, ({ reason }) => ({
    content: [{ type: "text", text: reason }],
    isError: true,
  }));
  server.registerTool("rich", { description: descriptions.rich, outputSchema: resultShapes.rich }, () =>
    richResult(name),
  );
  const extra = server.registerTool("extra", { description: descriptions.extra }, () => ({ content: [] }));
  if (!memory.hasExtraTool) extra.disable();
  server.registerTool(
    "extra_tool",
    { description: descriptions.extraTool, inputSchema: shapes.extraTool },
    ({ present }) => {
      memory.hasExtraTool = present;
      if (present) extra.enable();
      else extra.disable();
      return { content: [] };
    },
  );
}

function addLogTools(server: McpServer): void {
  server.registerTool(
    "log",
    { description: descriptions.log, inputSchema: shapes.log },
    async ({ level, text }, { sendNotification }) => {
      const params = { level, logger: "fixture", data: { text } };
      await sendNotification({ method: "notifications/message", params });
      return { content: [] };
    },
  );
  server.registerTool(
    "announce",
    { description: descriptions.announce, inputSchema: shapes.log },
    async ({ level, text }, { sessionId }) => {
      await server.sendLoggingMessage({ level, logger: "fixture", data: { text } }, sessionId);
      return { content: [] };
    },
  );
}

function addResources(server: McpServer, name: string): void {
  const { text, blob, refused, template } = addresses(name);
  server.registerResource("text", text, { mimeType: "text/plain", description: "Words." }, () => ({
    contents: [{ uri: text, mimeType: "text/plain", text: `words of ${name}` }],
  }));
  server.registerResource("blob", blob, { mimeType: "image/png" }, () => ({
    contents: [{ uri: blob, mimeType: "image/png", blob: png }],
  }));
  server.registerResource("refused", refused, {}, () => {
    throw new McpError(refusal.code, refusal.message, refusal.data);
  });
  server.registerResource(
    "items",
    new ResourceTemplate(template, {
      list: undefined,
      complete: { id: (start) => items.filter((item) => item.startsWith(start)) },
    }),
    { mimeType: "text/plain" },
    (uri, { id }) => ({ contents: [{ uri: uri.href, mimeType: "text/plain", text: `item ${String(id)}` }] }),
  );
}

function addPrompts(server: McpServer): void {
  server.registerPrompt(
    "greet",
    {
      title: "Greeting",
      description: "Greets somebody.",
      argsSchema: {
        tone: z.string(),
        name: completable(z.string(), (start, context) => namesFor(context?.arguments?.["tone"], start)),
      },
    },
    ({ tone, name }) => ({
      description: "a greeting",
      messages: [{ role: "user", content: { type: "text", text: `Greet ${name} in a ${tone} tone.` } }],
    }),
  );
}
