import { McpServer, ProtocolError, ResourceTemplate, completable } from "@modelcontextprotocol/server";
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

/** Says that the list of tools is another one, where the instance that serves the call cannot say so itself. */
export type AnnounceTools = () => void;

/**
 * The fixture server in the modern era, on the official SDK v2: one instance a request over HTTP, one a connection over stdio.
 */
export function fixtureV2(name: string, memory: FixtureMemory, announceTools: AnnounceTools): McpServer {
  const server = new McpServer(
    { name: `fixture-${name}`, version: "2.0.0" },
    { capabilities: { logging: {}, tools: { listChanged: true } }, instructions: `How to use ${name}.` },
  );
  addTools(server, name, memory);
  addExtraTool(server, memory, announceTools);
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
    async ({ key, steps }, { mcpReq }) => {
      const { _meta } = mcpReq;
      for (const params of progressOf(steps, _meta?.progressToken)) {
        await mcpReq.notify({ method: "notifications/progress", params });
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
    async ({ key }, { mcpReq }) => {
      await memory.waitFor(key, mcpReq.signal);
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
  server.registerTool(
    "log",
    { description: descriptions.log, inputSchema: shapes.log },
    async ({ level, text }, { mcpReq }) => {
      const params = { level, logger: "fixture", data: { text } };
      await mcpReq.notify({ method: "notifications/message", params });
      return { content: [] };
    },
  );
}

function addExtraTool(server: McpServer, memory: FixtureMemory, announceTools: AnnounceTools): void {
  const extra = server.registerTool("extra", { description: descriptions.extra }, () => ({ content: [] }));
  if (!memory.hasExtraTool) extra.disable();
  server.registerTool(
    "extra_tool",
    { description: descriptions.extraTool, inputSchema: shapes.extraTool },
    ({ present }) => {
      memory.hasExtraTool = present;
      if (present) extra.enable();
      else extra.disable();
      announceTools();
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
    throw new ProtocolError(refusal.code, refusal.message, refusal.data);
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
      argsSchema: z.object({
        tone: z.string(),
        name: completable(z.string(), (start, context) => namesFor(context?.arguments?.["tone"], start)),
      }),
    },
    ({ tone, name }) => ({
      description: "a greeting",
      messages: [{ role: "user", content: { type: "text", text: `Greet ${name} in a ${tone} tone.` } }],
    }),
  );
}
