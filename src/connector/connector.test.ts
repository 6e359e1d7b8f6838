import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { Call, Notification } from "../protocol/call.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { Guardian } from "../transport/guardian.ts";
import { Connection } from "../upstream/connection.ts";
import { upstreamDefaults } from "../upstream/options.ts";
import { until } from "../../test/rig/until.ts";
import { type ConnectorContext, ToolFailure, defineConnector, tool } from "./connector.ts";
import { serveConnector } from "./serve-connector.ts";

/** What a tool that should take so long says besides. */
function metaWithin(withinMs: number): unknown {
  return tool({ name: "t", description: "", input: z.object({}), withinMs, run: () => "" }).definition["_meta"];
}

test("how long calls should take is in a tool's definition, and must be a length", () => {
  assert.deepEqual(metaWithin(100), { "switchyard/withinMs": 100 });
  for (const wrong of [0, -1, Number.NaN, 3_600_001])
    assert.throws(() => metaWithin(wrong), /withinMs of the tool t must be/);
});

const identity = { name: "test", title: "Test", version: "0" };

/** Counts words; shows everything that a connector can do. */
function words(seen: { context?: ConnectorContext; isClosed?: boolean; cancelled?: unknown } = {}) {
  const count = tool({
    name: "count",
    description: "Counts the words of a text.",
    input: z.object({ text: z.string(), unit: z.enum(["words", "letters"]).default("words") }),
    output: z.object({ count: z.int() }),
    annotations: { readOnlyHint: true },
    run: ({ text, unit }) => ({ structured: { count: unit === "words" ? text.split(" ").length : text.length } }),
  });
  const slow = tool({
    name: "slow",
    description: "Takes its time.",
    input: z.object({}),
    run: async (_args, { signal, progress }) => {
      progress(1, 3, "one");
      progress(1, 3, "again");
      progress(3, 3);
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
      seen.cancelled = signal.reason;
      throw signal.reason;
    },
  });
  const refuse = tool({
    name: "refuse",
    description: "Fails.",
    input: z.object({ how: z.string() }),
    run: ({ how }) => {
      throw how === "well" ? new ToolFailure("There is no file; write one first.") : new TypeError("oops");
    },
  });
  return defineConnector({
    name: "words",
    version: "1.2.3",
    instructions: "Count before you speak.",
    config: z.object({ greeting: z.string() }),
    setup({ greeting }, context) {
      seen.context = context;
      return {
        tools: [count, slow, refuse],
        resources: [
          { name: "greeting", uri: "words://greeting", mimeType: "text/plain", read: () => ({ text: greeting }) },
          {
            name: "word",
            uri: "words://word/{n}",
            read: (uri) => (uri.endsWith("/1") ? { bytes: new Uint8Array([1, 2]) } : undefined),
          },
        ],
        prompts: [
          {
            name: "summarise",
            arguments: [{ name: "topic", required: true }],
            text: ({ topic }) => `Summarise ${topic ?? ""}.`,
          },
        ],
        close: () => {
          seen.isClosed = true;
        },
      };
    },
  });
}

async function connected(connector = words(), config: unknown = { greeting: "hi" }, told: Notification[] = []) {
  return Connection.open(
    { ...upstreamDefaults, name: "words", target: { kind: "channel", open: () => serveConnector(connector, config) } },
    { clock: new ManualClock(), random: () => 0, codecs: codecsFor(identity), identity, guardian: new Guardian() },
    {
      notification: (notification) => {
        told.push(notification);
      },
      noise: (text) => assert.fail(text),
      omission: (text) => assert.fail(text),
      ended: () => undefined,
    },
    new AbortController().signal,
  );
}

function call(method: Call["method"], params: JsonObject): Call {
  return {
    method,
    params,
    meta: undefined,
    progressToken: "p",
    logLevel: undefined,
    caller: { info: undefined, capabilities: {} },
  };
}

async function answer(connection: Connection, method: Call["method"], params: JsonObject): Promise<unknown> {
  const options = { signal: new AbortController().signal, onNotification: undefined };
  const { answer: said } = await connection.call(call(method, params), options);
  return said.kind === "error" ? said.error : said.result.value;
}

test("a connector is an MCP server: it says what it is and lists what it offers", async () => {
  const connection = await connected();
  assert.equal(connection.handshake.codec.revision, "2026-07-28");
  assert.equal(connection.handshake.instructions, "Count before you speak.");
  assert.deepEqual(connection.handshake.serverInfo, { name: "words", version: "1.2.3" });
  const { tools, resources, templates, prompts } = await connection.definitions(new AbortController().signal);
  assert.deepEqual(tools[0], {
    name: "count",
    description: "Counts the words of a text.",
    inputSchema: {
      type: "object",
      properties: { text: { type: "string" }, unit: { default: "words", type: "string", enum: ["words", "letters"] } },
      required: ["text"],
    },
    outputSchema: {
      type: "object",
      properties: { count: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } },
      required: ["count"],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true },
  });
  assert.deepEqual(resources, [{ name: "greeting", uri: "words://greeting", mimeType: "text/plain" }]);
  assert.deepEqual(templates, [{ uriTemplate: "words://word/{n}", name: "word" }]);
  assert.deepEqual(prompts, [{ name: "summarise", arguments: [{ name: "topic", required: true }] }]);
  await connection.close();
});

test("a tool gets checked arguments with their defaults, and its structure is told as text too", async () => {
  const connection = await connected();
  assert.deepEqual(await answer(connection, "tools/call", { name: "count", arguments: { text: "a b c" } }), {
    resultType: "complete",
    content: [{ type: "text", text: '{"count":3}' }],
    structuredContent: { count: 3 },
  });
  const wrong = await answer(connection, "tools/call", { name: "count", arguments: { text: 1, unit: "lines" } });
  assert.match(JSON.stringify(wrong), /"isError":true/);
  assert.match(JSON.stringify(wrong), /text: Invalid input: expected string.*unit: Invalid option/);
  await connection.close();
});

test("a failure is told to the model in its own words, a defect as one", async () => {
  const connection = await connected();
  const said = async (how: string): Promise<string> =>
    JSON.stringify(await answer(connection, "tools/call", { name: "refuse", arguments: { how } }));
  assert.match(await said("well"), /"There is no file; write one first\."/);
  assert.match(await said("badly"), /The tool refuse has a defect: oops/);
  assert.deepEqual(await answer(connection, "tools/call", { name: "nothing" }), {
    code: -32602,
    message: 'There is no tool "nothing"',
  });
  await connection.close();
});

test("resources are read by address or template, prompts filled in", async () => {
  const connection = await connected();
  const unpromised = { ttlMs: 0, cacheScope: "public", resultType: "complete" };
  assert.deepEqual(await answer(connection, "resources/read", { uri: "words://greeting" }), {
    contents: [{ uri: "words://greeting", mimeType: "text/plain", text: "hi" }],
    ...unpromised,
  });
  assert.deepEqual(await answer(connection, "resources/read", { uri: "words://word/1" }), {
    contents: [{ uri: "words://word/1", blob: "AQI=" }],
    ...unpromised,
  });
  assert.deepEqual(await answer(connection, "resources/read", { uri: "words://word/2" }), {
    code: -32602,
    message: 'There is no resource "words://word/2"',
  });
  const prompt = await answer(connection, "prompts/get", { name: "summarise", arguments: { topic: "rain" } });
  assert.match(JSON.stringify(prompt), /Summarise rain\./);
  assert.match(
    JSON.stringify(await answer(connection, "prompts/get", { name: "summarise" })),
    /needs the argument topic/,
  );
  await connection.close();
});

test("progress never goes back, and a call that is cancelled ends in the tool", async () => {
  const seen: { cancelled?: unknown } = {};
  const connection = await connected(words(seen));
  const told: unknown[] = [];
  const controller = new AbortController();
  const answered = connection.call(call("tools/call", { name: "slow", arguments: {} }), {
    signal: controller.signal,
    onNotification: ({ params }) => told.push([params["progress"], params["message"]]),
  });
  await until(() => told.length === 2, "both steps were told");
  assert.deepEqual(told, [
    [1, "one"],
    [3, undefined],
  ]);
  controller.abort(new Error("enough"));
  await assert.rejects(answered);
  await until(() => seen.cancelled !== undefined, "the tool has heard of it");
  await connection.close();
});

test("who listens is told when it offers something else, or a resource changes; closing ends it once", async () => {
  const seen: { context?: ConnectorContext; isClosed?: boolean } = {};
  const told: Notification[] = [];
  const connection = await connected(words(seen), { greeting: "hi" }, told);
  connection.listen();
  await connection.watch("words://greeting");
  seen.context?.resourceChanged("words://other");
  seen.context?.resourceChanged("words://greeting");
  seen.context?.offer({ tools: [] });
  const methods = (): string[] => told.map(({ method }) => method);
  await until(() => methods().includes("notifications/tools/list_changed"), "the lists have changed");
  assert.deepEqual(methods().filter((method) => method === "notifications/resources/updated").length, 1);
  await connection.close();
  await until(() => seen.isClosed === true, "it was closed");
  assert.equal(seen.context?.signal.aborted, true);
});

test("a wrong configuration is the reason that nothing can be asked of it", async () => {
  await assert.rejects(connected(words(), { greeting: 1 }), /configuration is wrong\. greeting: Invalid input/);
});

test("a name that is none is refused where it is given", () => {
  const definition = { description: "", input: z.object({}), run: () => "" };
  assert.throws(() => tool({ ...definition, name: "no spaces" }), /must be 1 to 64 letters.*got "no spaces"/);
});

test("a structure that is text already is passed on as it is, and says what a result has to say at its end", async () => {
  const output = z.object({ rows: z.array(z.number()) });
  const texts = tool({
    name: "texts",
    description: "Answers with a text.",
    input: z.object({ uses: z.array(z.string()).optional() }),
    output,
    run: ({ uses }) => ({
      structuredText: [Buffer.from('{"rows":[1.0,'), Buffer.from("12345678901234567890]}")],
      content: "two numbers",
      ...(uses && { uses }),
    }),
  });
  const asker = { signal: new AbortController().signal, progress: () => undefined };
  const { text } = await texts.run({}, asker, { name: "test", version: "1" });
  assert.equal(
    text.toString(),
    '{"content":[{"type":"text","text":"two numbers"}],"structuredContent":{"rows":[1.0,12345678901234567890]},"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"test","version":"1"}}}',
  );
  const { value } = await texts.run({ uses: ["a"] }, asker);
  assert.deepEqual(value["_meta"], { "switchyard/uses": ["a"] });
  const { value: bare } = await texts.run({}, asker);
  assert.deepEqual(Object.keys(bare), ["content", "structuredContent", "resultType"]);
});
