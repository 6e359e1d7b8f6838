import { HttpTransport } from "@tmcp/transport-http";
import { ValibotJsonSchemaAdapter } from "@tmcp/adapter-valibot";
import { McpError, McpServer } from "tmcp";
import * as v from "valibot";
import {
  FixtureMemory,
  addresses,
  descriptions,
  items,
  namesFor,
  png,
  progressOf,
  refusal,
  richResult,
} from "./fixture.ts";
import { type Listening, listenForFetch } from "./http-server.ts";

/** The eras that the server is let speak: both, as it likes to, or only the older one, as before it knew the other. */
export type TmcpEras = "both" | "legacy";

/**
 * The fixture server on tmcp, which has nothing of the official SDK, over Streamable HTTP. Its lists come in small pages.
 */
export function fixtureTmcpHttp(name: string, eras: TmcpEras): Promise<Listening> {
  const transport = new HttpTransport(fixtureTmcp(name, new FixtureMemory()), { path: "/mcp", allowedOrigins: [] });
  const serve = async (request: Request): Promise<Response> => {
    const isModern = request.headers.get("mcp-protocol-version") === "2026-07-28";
    if (isModern && eras === "legacy") return new Response("Bad Request", { status: 400 });
    return (await transport.respond(request)) ?? new Response("Not Found", { status: 404 });
  };
  return listenForFetch({ fetch: serve }, () => transport.close());
}

const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true },
  completions: {},
  logging: {},
};

function newServer(name: string) {
  return new McpServer(
    { name: `fixture-${name}`, version: "3.0.0" },
    {
      adapter: new ValibotJsonSchemaAdapter(),
      capabilities,
      instructions: `How to use ${name}.`,
      pagination: { tools: { size: 4 }, resources: { size: 2 } },
    },
  );
}

type Server = ReturnType<typeof newServer>;

function fixtureTmcp(name: string, memory: FixtureMemory): Server {
  const server = newServer(name);
  addTools(server, name, memory);
  addSlowTools(server, memory);
  addResources(server, name);
  addPrompts(server);
  return server;
}

function addTools(server: Server, name: string, memory: FixtureMemory): void {
  server.tool(
    { name: "echo", description: descriptions.echo, schema: v.object({ message: v.string() }) },
    ({ message }) => ({ content: [{ type: "text", text: message }] }),
  );
  server.tool(
    { name: "fail", description: descriptions.fail, schema: v.object({ reason: v.string() }) },
    ({ reason }) => ({ content: [{ type: "text", text: reason }], isError: true }),
  );
  server.tool(
    {
      name: "rich",
      description: descriptions.rich,
      outputSchema: v.object({ answer: v.number(), nested: v.object({ list: v.array(v.string()) }) }),
    },
    () => richResult(name),
  );
  server.tool(
    {
      name: "log",
      description: descriptions.log,
      schema: v.object({ level: v.picklist(["debug", "info", "warning", "error"]), text: v.string() }),
    },
    ({ level, text }) => {
      server.log(level, { text }, "fixture");
      return { content: [] };
    },
  );
  server.tool({ name: "extra", description: descriptions.extra, enabled: () => memory.hasExtraTool }, () => ({
    content: [],
  }));
  server.tool(
    { name: "extra_tool", description: descriptions.extraTool, schema: v.object({ present: v.boolean() }) },
    ({ present }) => {
      memory.hasExtraTool = present;
      server.changed("tools");
      return { content: [] };
    },
  );
}

function addSlowTools(server: Server, memory: FixtureMemory): void {
  server.tool(
    { name: "count", description: descriptions.count, schema: v.object({ key: v.string(), steps: v.number() }) },
    async ({ key, steps }) => {
      for (const { progress, total, message } of progressOf(steps, 0)) server.progress(progress, total, message);
      await memory.mayProceed(key);
      return { content: [{ type: "text", text: `counted to ${steps}` }] };
    },
  );
  server.tool(
    { name: "proceed", description: descriptions.proceed, schema: v.object({ key: v.string() }) },
    ({ key }) => {
      memory.proceed(key);
      return { content: [] };
    },
  );
  server.tool(
    { name: "wait", description: descriptions.wait, schema: v.object({ key: v.string() }) },
    async ({ key }) => {
      const { signal } = server.ctx;
      if (signal !== undefined) await memory.waitFor(key, signal);
      return { content: [] };
    },
  );
  server.tool(
    {
      name: "calls",
      description: descriptions.calls,
      outputSchema: v.object({ waiting: v.array(v.string()), cancelled: v.array(v.string()) }),
    },
    () => ({ content: [], structuredContent: memory.calls }),
  );
}

function addResources(server: Server, name: string): void {
  const { text, blob, refused } = addresses(name);
  server.resource({ name: "text", description: "Words.", uri: text, mimeType: "text/plain" }, () => ({
    contents: [{ uri: text, mimeType: "text/plain", text: `words of ${name}` }],
  }));
  server.resource({ name: "blob", description: "A pixel.", uri: blob, mimeType: "image/png" }, () => ({
    contents: [{ uri: blob, mimeType: "image/png", blob: png }],
  }));
  server.resource({ name: "refused", description: "Never read.", uri: refused }, () => {
    throw new McpError(refusal.code, refusal.message, refusal.data);
  });
  server.template(
    {
      name: "items",
      description: "Items.",
      uri: `fixture://${name}/items/{id}` as const,
      complete: {
        id: (start: string) => ({ completion: { values: items.filter((item) => item.startsWith(start)) } }),
      },
    },
    (uri, { id }) => ({ contents: [{ uri, mimeType: "text/plain", text: `item ${String(id)}` }] }),
  );
}

function addPrompts(server: Server): void {
  server.prompt(
    {
      name: "greet",
      title: "Greeting",
      description: "Greets somebody.",
      schema: v.object({ tone: v.string(), name: v.string() }),
      complete: {
        name: (start, context) => ({ completion: { values: namesFor(context?.arguments?.["tone"], start) } }),
      },
    },
    ({ tone, name }) => ({
      messages: [{ role: "user", content: { type: "text", text: `Greet ${name} in a ${tone} tone.` } }],
    }),
  );
}
