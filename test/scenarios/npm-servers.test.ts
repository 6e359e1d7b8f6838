import assert from "node:assert/strict";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { clients } from "../rig/clients.ts";
import type { Downstream, Progress } from "../rig/downstream.ts";
import { png } from "../rig/fixture.ts";
import { type NpmServers, npmServers, whyWithout } from "../rig/npm-servers.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { connectV1, disconnectV1, sdkV1 } from "../rig/sdk-v1.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();
const downstreams = new Map<string, Downstream>();
let servers: NpmServers;
let front: Front;

before(async () => {
  servers = npmServers(rig);
  front = await rig.gateway(servers.upstreams);
  for (const kind of clients) {
    downstreams.set(kind.title, rig.use(await kind.connect({ kind: "http", url: front.url })));
  }
});

for (const { title, lacks } of clients) {
  const downstream = (): Downstream => {
    const found = downstreams.get(title);
    assert.ok(found);
    return found;
  };
  const call = (name: string, args: JsonObject): Promise<JsonObject> => downstream().call(`everything__${name}`, args);

  suite(`${title} with server-everything`, { skip: whyWithout("everything") }, () => {
    test("the tools that the server lists to a client of its own are the same here", async () => {
      verifies("tools.definitions");
      const program = servers.upstreams.find(({ name }) => name === "everything")?.target;
      assert.ok(program?.kind === "stdio");
      await using direct = await sdkV1.connect({ kind: "stdio", command: program.command, args: [...program.args] });
      const own = (await direct.tools()).map((tool) => essence(tool, `everything__${String(tool["name"])}`));
      assert.ok(own.length > 10);
      // The server has further tools for clients with capabilities that this one does not have and the gateway has.
      const names = new Set(own.map(({ name }) => name));
      const listed = (await downstream().tools()).filter(({ name }) => names.has(String(name)));
      assert.deepEqual(
        listed.map((tool) => essence(tool, String(tool["name"]))),
        own.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      );
    });

    test("tools answer with text, images, annotations, links and structure", async () => {
      verifies("tools.result");
      const sum = await call("get-sum", { a: 2, b: 3 });
      assert.deepEqual(sum["content"], [{ type: "text", text: "The sum of 2 and 3 is 5." }]);
      const kinds = contentOf(await call("get-tiny-image", {})).map(({ type }) => type);
      assert.deepEqual(kinds, ["text", "image", "text"]);
      const [message] = contentOf(await call("get-annotated-message", { messageType: "error" }));
      assert.deepEqual(message?.["annotations"], { priority: 1, audience: ["user", "assistant"] });
      const links = contentOf(await call("get-resource-links", { count: 2 })).filter(
        ({ type }) => type === "resource_link",
      );
      assert.deepEqual(
        links.map(({ uri }) => uri),
        ["demo://resource/dynamic/blob/1", "demo://resource/dynamic/text/2"],
      );
      const weather = await call("get-structured-content", { location: "Chicago" });
      assert.deepEqual(weather["structuredContent"], {
        temperature: 36,
        conditions: "Light rain / drizzle",
        humidity: 82,
      });
    });

    test("arguments that the server refuses come back as a failed result", async () => {
      verifies("tools.execution-errors");
      const { isError } = await downstream().call("everything__get-sum", { a: "two" });
      assert.equal(isError, true);
    });

    test("static and templated resources are read", async () => {
      const listed = (await downstream().resources()).map(({ uri }) => String(uri));
      const document = listed.find((uri) => uri.startsWith("demo://resource/static/document/"));
      assert.ok(document !== undefined);
      const [content] = contentOf(await downstream().read(document), "contents");
      assert.equal(content?.["uri"], document);
      const uri = "demo://resource/dynamic/text/7";
      const [made] = contentOf(await downstream().read(uri), "contents");
      assert.match(String(made?.["text"]), /^Resource 7: /);
    });

    test("prompts are filled in, and their arguments completed", async () => {
      const { messages } = await downstream().prompt("everything__args-prompt", { city: "Oslo" });
      assert.deepEqual(messages, [{ role: "user", content: { type: "text", text: "What's weather in Oslo?" } }]);
      const ref = { type: "ref/prompt", name: "everything__completable-prompt" } as const;
      const found = await downstream().complete(ref, { name: "name", value: "A" }, { department: "Engineering" });
      assert.deepEqual(objectAt(found, "completion")?.["values"], ["Alice"]);
    });

    test("progress of a long operation arrives", { skip: lacks.progress ?? false }, async () => {
      const seen: Progress[] = [];
      const onProgress = (report: Progress): void => {
        seen.push(report);
      };
      // Another time for each client, as what was answered once is given again at once.
      const args = { duration: 0.03 + title.length / 1000, steps: 3 };
      await downstream().call("everything__trigger-long-running-operation", args, { onProgress });
      assert.deepEqual(
        seen.map(({ progress, total }) => [progress, total]),
        [1, 2, 3].map((progress) => [progress, 3]),
      );
    });
  });

  suite(`${title} with server-filesystem`, { skip: whyWithout("filesystem") }, () => {
    test("files are read as text, in part, and as images", async () => {
      const path = join(servers.folder, "poem.txt");
      const whole = await downstream().call("filesystem__read_text_file", { path });
      assert.deepEqual(whole["structuredContent"], { content: "roses are red\nviolets are blue\n" });
      const head = await downstream().call("filesystem__read_text_file", { path, head: 1 });
      assert.deepEqual(head["content"], [{ type: "text", text: "roses are red" }]);
      const image = await downstream().call("filesystem__read_media_file", { path: join(servers.folder, "pixel.png") });
      assert.deepEqual(image["content"], [{ type: "image", data: png, mimeType: "image/png" }]);
    });

    test("a file out of bounds is a failed result with the server's own words", async () => {
      const { content, isError } = await downstream().call("filesystem__read_text_file", { path: "/etc/hostname" });
      assert.equal(isError, true);
      assert.match(JSON.stringify(content), /Access denied/);
    });

    test("what is written can be read", async () => {
      const path = join(servers.folder, `${title}.txt`);
      await downstream().call("filesystem__write_file", { path, content: "ink" });
      const { structuredContent } = await downstream().call("filesystem__read_text_file", { path });
      assert.deepEqual(structuredContent, { content: "ink" });
    });
  });
}

suite("log messages of server-everything", { skip: whyWithout("everything") }, () => {
  const name = "everything__toggle-simulated-logging";

  test("reach a legacy session that has set a level", async () => {
    verifies("logging.set-level");
    const client = await connectV1({ kind: "http", url: front.url });
    let logs = 0;
    client.setNotificationHandler(LoggingMessageNotificationSchema, () => {
      logs += 1;
    });
    await client.setLoggingLevel("debug");
    await client.callTool({ name });
    await until(() => logs > 0, "the message has arrived");
    await client.callTool({ name });
    await disconnectV1(client);
  });

  test("reach a modern call that asks for them", async () => {
    const client = await connectV2({ kind: "http", url: front.url });
    let logs = 0;
    client.setNotificationHandler("notifications/message", () => {
      logs += 1;
    });
    await client.callTool({ name, _meta: { "io.modelcontextprotocol/logLevel": "debug" } });
    await until(() => logs > 0, "the message has arrived");
    await client.callTool({ name });
    await client.close();
  });
});

suite("server-memory", { skip: whyWithout("memory") }, () => {
  test("every session sees the graph that the others have built", async () => {
    const names: string[] = [];
    for (const { title } of clients) {
      const downstream = downstreams.get(title);
      assert.ok(downstream);
      const entity = { name: title, entityType: "client", observations: [`wrote as ${title}`] };
      const { structuredContent } = await downstream.call("memory__create_entities", { entities: [entity] });
      assert.deepEqual(structuredContent, { entities: [entity] });
      names.push(title);
      for (const reader of downstreams.values()) assert.deepEqual(await entityNames(reader), names);
    }
  });

  test("two sessions of the same client see the same graph, and so does its resource", async () => {
    const [one, two] = [
      await sdkV1.connect({ kind: "http", url: front.url }),
      await sdkV1.connect({ kind: "http", url: front.url }),
    ];
    const relation = { from: "SDK v1", to: "AI SDK", relationType: "knows" };
    await one.call("memory__create_relations", { relations: [relation] });
    const graph = (await two.call("memory__read_graph", {}))["structuredContent"];
    assert.ok(isJsonObject(graph));
    assert.deepEqual(graph["relations"], [relation]);
    const [resource] = contentOf(await two.read("memory://knowledge-graph"), "contents");
    assert.deepEqual(JSON.parse(String(resource?.["text"])), graph);
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
  });
});

function contentOf(result: JsonObject, member = "content"): JsonObject[] {
  const items: unknown = result[member];
  return Array.isArray(items) ? items.filter(isJsonObject) : [];
}

/** What a tool is, without what this client or that leaves out of it. */
function essence({ title, description, inputSchema, annotations }: JsonObject, name: string) {
  return { name, title, description, inputSchema, annotations };
}

async function entityNames(downstream: Downstream): Promise<unknown[]> {
  const { structuredContent } = await downstream.call("memory__read_graph", {});
  assert.ok(isJsonObject(structuredContent));
  return contentOf(structuredContent, "entities").map(({ name }) => name);
}
