import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { Restartable, toolNamed, usualTools } from "../rig/restartable.ts";
import { until } from "../rig/until.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

const resource = { uri: "note://a", name: "a" };

/** A client that comes back soon, and what it was told. */
async function connect(url: URL) {
  const reconnectionOptions = {
    initialReconnectionDelay: 50,
    maxReconnectionDelay: 50,
    reconnectionDelayGrowFactor: 1,
    maxRetries: 1000,
  };
  const transport = new StreamableHTTPClientTransport(url, { reconnectionOptions });
  const client = new Client({ name: "restarted", version: "1.0.0" });
  const [logs, updates]: [string[], string[]] = [[], []];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logs.push(params.level);
  });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    updates.push(params.uri);
  });
  await client.connect(transport);
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<string> =>
    JSON.stringify((await client.callTool({ name: `up__${name}`, arguments: args })).content);
  // What is on its way back when it is closed would otherwise try again, a thousand times: closing ends only a pause.
  const close = (): Promise<void> => {
    reconnectionOptions.maxRetries = 0;
    return client.close();
  };
  return { client, transport, logs, updates, call, close };
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`a session goes on after ${signal}: calls, its log level, the resources it watches, its stream`, async () => {
    await Restartable.run(async (gateways) => {
      gateways.offer({ tools: usualTools, resources: [resource] });
      await gateways.startReady();
      const { client, transport, logs, updates, call, close } = await connect(gateways.url);
      await client.setLoggingLevel("warning");
      await client.subscribeResource({ uri: resource.uri });
      const id = transport.sessionId;
      if (signal === "SIGKILL") {
        const isKept = (): boolean =>
          gateways.rows("SELECT detail FROM sessions").some(({ detail }) => String(detail).includes(resource.uri));
        await until(isKept, "the session is in the file");
      }
      await gateways.kill(signal);
      gateways.takeRequests();
      await gateways.startReady();

      assert.match(await call("echo", { text: "as if nothing had happened" }), /as if nothing had happened/);
      assert.equal(transport.sessionId, id);
      const requests: string[] = [];
      await until(() => {
        requests.push(...gateways.takeRequests());
        const asked = requests.join("\n");
        return asked.includes('subscribe {"uri":"note://a"}') && asked.includes('setLevel {"level":"warning"}');
      }, "the server was asked again for what the session is told of");
      await until(async () => {
        await call("touch", { uri: resource.uri });
        return updates.length > 0;
      }, "the stream is open again and tells of the resource");
      await call("announce", { level: "info" });
      await call("announce", { level: "error" });
      await until(() => logs.length > 0, "a log message came");
      assert.ok(
        logs.every((level) => level === "error"),
        logs.join(),
      );
      await close();
    });
  });
}

test("a session that was ended stays ended, and so do those of a route that is gone", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    const ended = await connect(gateways.url);
    const lost = await connect(new URL("/mcp/u/up", gateways.url));
    const { sessionId = "" } = ended.transport;
    await ended.transport.terminateSession();
    const lostId = lost.transport.sessionId ?? "";
    await gateways.kill("SIGTERM");
    gateways.configure({}, { mcpServers: {} });
    await gateways.start();
    const status = async (path: string, id: string): Promise<unknown> => {
      const response = await fetch(new URL(path, gateways.url), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-session-id": id,
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
      });
      return [response.status, JSON.stringify(await response.json())];
    };
    assert.match(String(await status("/mcp", sessionId)), /^404,.*"session_not_found"/);
    assert.match(String(await status("/mcp", lostId)), /^404,.*"session_not_found"/);
    await until(() => gateways.rows("SELECT id FROM sessions").length === 0, "nothing of them is left in the file");
    await Promise.all([ended.close(), lost.close()]);
  });
});

test("the last known catalog is served at once while its server hangs, with its instructions; a call waits for the server", async () => {
  await Restartable.run(async (gateways) => {
    gateways.offer({ tools: usualTools, resources: [resource], instructions: "Say please." });
    await gateways.startReady();
    await until(() => gateways.rows("SELECT 1 FROM offers").length === 1, "the offer is in the file");
    await gateways.kill("SIGKILL");
    gateways.offer({ hangs: true });
    await gateways.start();
    const { client, call, close } = await connect(gateways.url);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      usualTools.map(({ name }) => `up__${String(name)}`).toSorted(),
    );
    assert.match((await gateways.command("status")).stdout, /up +stdio +starting +7 /);
    assert.equal(client.getInstructions(), "Say please.");
    const refused = assert.rejects(call("echo", { text: "late" }));
    await gateways.kill("SIGTERM");
    await refused;
    gateways.offer({ tools: [...usualTools, toolNamed("new")] });
    const command = await gateways.startReady();
    await command.says(/"event":"definition","type":"definition_added","upstream":"up","kind":"tools","name":"new"/);
    assert.match(await call("echo", { text: "now" }), /now/);
    await close();
  });
});

test("a server that is configured otherwise does not show what the one before it offered", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    await until(() => gateways.rows("SELECT 1 FROM offers").length === 1, "the offer is in the file");
    await gateways.kill("SIGTERM");
    gateways.offer({ hangs: true });
    gateways.configure({ cwd: "." });
    await gateways.start();
    const { client, close } = await connect(gateways.url);
    assert.deepEqual((await client.listTools()).tools, []);
    await close();
  });
});
