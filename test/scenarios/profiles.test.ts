import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import type { CatalogOptions, ProfileOptions } from "../../src/gateway/catalog-options.ts";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { clients } from "../rig/clients.ts";
import { inFolder, main, runCommand, startCommand } from "../rig/command-line.ts";
import { type Downstream, type Place, codeOf } from "../rig/downstream.ts";
import { npmServers, scriptOf, whyWithout } from "../rig/npm-servers.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { connectV1, disconnectV1, sdkV1 } from "../rig/sdk-v1.ts";
import { sdkV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";

/*
 * Profiles in front of the reference servers, by every client over every transport that it has: what one shows, and that what it hides
 * is not there.
 */

const rig = fileRig();
const skip = whyWithout("everything") || whyWithout("filesystem") || whyWithout("memory");
let front: Front;
let folder: string;

const whole = { tools: ["*"], prompts: ["*"], resources: ["*"], overrides: { tools: {}, prompts: {} } };
const base = { readOnly: false, instructions: undefined, search: { mode: "off", alwaysListed: [] } } as const;

function catalogOf(poem: string): CatalogOptions {
  const notes: ProfileOptions = {
    ...base,
    name: "notes",
    prefix: false,
    upstreams: [
      {
        ...whole,
        name: "filesystem",
        tools: ["read_text_file", "list_*"],
        overrides: {
          tools: {
            read_text_file: {
              name: "read_poem",
              description: "Reads the poem.",
              parameters: { path: { value: poem }, head: { default: 1 } },
            },
          },
          prompts: {},
        },
      },
      {
        ...whole,
        name: "everything",
        tools: ["echo", "get-sum"],
        prompts: ["args-prompt", "completable-prompt"],
        resources: ["demo://resource/static/document/features.md", "demo://resource/dynamic/text/{resourceId}"],
        overrides: { tools: { "get-sum": { name: "add" } }, prompts: { "completable-prompt": { name: "team" } } },
      },
    ],
  };
  const reading: ProfileOptions = { ...base, name: "reading", prefix: true, readOnly: true, upstreams: "all" };
  const found: ProfileOptions = {
    ...base,
    name: "found",
    prefix: true,
    upstreams: "all",
    search: { mode: "instead", alwaysListed: ["everything__echo"] },
  };
  return { profiles: [notes, reading, found], search: { mode: "beside", alwaysListed: [] } };
}

before(async () => {
  if (skip !== false) return;
  const servers = npmServers(rig);
  ({ folder } = servers);
  front = await rig.gateway(servers.upstreams, { catalog: catalogOf(join(folder, "poem.txt")) });
});

function addressOf(profile: string, scheme: "http" | "ws" = "http"): string {
  return `${front.url.replace(/^http/, scheme)}/p/${profile}`;
}

function namesOf(entries: readonly JsonObject[]): unknown[] {
  return entries.map(({ name }) => name);
}

function textOf({ content }: JsonObject): unknown {
  const [first] = Array.isArray(content) ? content.filter(isJsonObject) : [];
  return first?.["text"];
}

function toolsFound({ structuredContent }: JsonObject): JsonObject[] {
  const list = isJsonObject(structuredContent) ? structuredContent["tools"] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

const ways = [
  ...clients.map((kind) => ({ kind, transport: "http" as const })),
  ...[sdkV1, sdkV2].map((kind) => ({ kind, transport: "ws" as const })),
];

for (const { kind, transport } of ways) {
  suite(`${kind.title} at a profile over ${transport}`, { skip }, () => {
    test("what it shows is listed and used under the names it gives", async () => {
      await using downstream = await kind.connect({ kind: transport, url: addressOf("notes", transport) });
      await usesNotes(downstream);
    });

    test("a profile for reading has no tool that writes", async () => {
      await using downstream = await kind.connect({ kind: transport, url: addressOf("reading", transport) });
      const names = namesOf(await downstream.tools());
      assert.ok(names.includes("filesystem__read_text_file"));
      assert.ok(names.includes("memory__read_graph"));
      assert.ok(!names.includes("filesystem__write_file"));
      const args = { path: join(folder, "new.txt"), content: "x" };
      await assert.rejects(downstream.call("filesystem__write_file", args), (thrown) => codeOf(thrown) === -32602);
    });

    test("a tool is found by what it does, and called although it is not listed", async () => {
      await using downstream = await kind.connect({ kind: transport, url: addressOf("found", transport) });
      await findsAndCalls(downstream);
    });
  });
}

async function usesNotes(downstream: Downstream): Promise<void> {
  const tools = await downstream.tools();
  assert.deepEqual(namesOf(tools), [
    "add",
    "echo",
    "list_allowed_directories",
    "list_directory",
    "list_directory_with_sizes",
    "read_poem",
  ]);
  const poem = tools.find(({ name }) => name === "read_poem");
  assert.equal(poem?.["description"], "Reads the poem.");
  assert.ok(!JSON.stringify(poem?.["inputSchema"]).includes('"path"'));
  assert.equal(textOf(await downstream.call("read_poem", {})), "roses are red");
  assert.equal(textOf(await downstream.call("read_poem", { head: 2 })), "roses are red\nviolets are blue");
  const refused = await downstream.call("read_poem", { path: "/etc/passwd" });
  assert.equal(refused["isError"], true);
  assert.match(String(textOf(refused)), /There is no parameter "path"; leave it out/);
  assert.equal(textOf(await downstream.call("add", { a: 2, b: 3 })), "The sum of 2 and 3 is 5.");
  for (const hidden of ["get-sum", "read_text_file", "write_file", "everything__echo", "memory__read_graph"]) {
    await assert.rejects(downstream.call(hidden, {}), (thrown) => codeOf(thrown) === -32602);
  }
  assert.deepEqual(namesOf(await downstream.prompts()), ["args-prompt", "team"]);
  assert.ok(JSON.stringify(await downstream.prompt("team", { department: "Sales", name: "Ed" })).includes("Sales"));
  const completed = await downstream.complete({ type: "ref/prompt", name: "team" }, { name: "department", value: "S" });
  assert.ok(JSON.stringify(completed).includes("Sales"));
  await usesResources(downstream);
}

async function usesResources(downstream: Downstream): Promise<void> {
  const shown = "demo://resource/static/document/features.md";
  assert.deepEqual(
    (await downstream.resources()).map(({ uri }) => uri),
    [shown],
  );
  assert.deepEqual(
    (await downstream.templates()).map(({ uriTemplate }) => uriTemplate),
    ["demo://resource/dynamic/text/{resourceId}"],
  );
  await downstream.read(shown);
  await downstream.read("demo://resource/dynamic/text/1");
  for (const hidden of ["demo://resource/dynamic/blob/1", "demo://resource/static/document/architecture.md"]) {
    await assert.rejects(downstream.read(hidden));
  }
}

async function areThere(downstream: Downstream): Promise<boolean> {
  const [file] = toolsFound(await downstream.call("search_tools", { query: "read text file" }));
  const listed = namesOf(await downstream.tools());
  return file?.["name"] === "filesystem__read_text_file" && listed.includes("everything__echo");
}

async function findsAndCalls(downstream: Downstream): Promise<void> {
  assert.deepEqual(namesOf(await downstream.tools()), ["everything__echo", "search_tools"]);
  const found = toolsFound(await downstream.call("search_tools", { query: "read text file", limit: 3 }));
  assert.equal(found[0]?.["name"], "filesystem__read_text_file");
  const read = await downstream.call("filesystem__read_text_file", { path: join(folder, "poem.txt"), head: 1 });
  assert.equal(textOf(read), "roses are red");
  const wrong = await downstream.call("search_tools", { query: "" });
  assert.equal(wrong["isError"], true);
}

suite("a profile", { skip }, () => {
  test("that there is not is not found, as an upstream that there is not", async () => {
    for (const url of [addressOf("nobody"), addressOf("filesystem"), `${front.url}/u/notes`]) {
      const { status } = await fetch(url, { method: "POST", body: "{}" });
      assert.equal(status, 404);
    }
    await assert.rejects(connectV1({ kind: "ws", url: addressOf("nobody", "ws") }));
  });

  test("tells of changes of resources that it shows, and of no others", async () => {
    const client = await connectV1({ kind: "http", url: addressOf("notes") });
    await client.subscribeResource({ uri: "demo://resource/dynamic/text/1" });
    await assert.rejects(client.subscribeResource({ uri: "demo://resource/dynamic/blob/1" }));
    await client.unsubscribeResource({ uri: "demo://resource/dynamic/text/1" });
    await disconnectV1(client);
  });

  test("is of the status, with what does not do what was meant", () => {
    const { profiles } = front.switchyard.status();
    assert.deepEqual(
      profiles.map(({ name, counts: { tools }, search, oddities }) => [name, tools > 0, search, oddities.length]),
      [
        ["notes", true, "off", 0],
        ["reading", true, "off", 0],
        ["found", true, "instead", 0],
      ],
    );
  });
});

suite("the route to everything", { skip }, () => {
  test("has the search beside all tools where the configuration says so, and an upstream's own has none", async () => {
    await using all = await sdkV2.connect({ kind: "http", url: front.url });
    const names = namesOf(await all.tools());
    assert.ok(names.includes("search_tools") && names.includes("everything__echo"));
    assert.ok(toolsFound(await all.call("search_tools", { query: "knowledge graph" })).length > 0);
    await using one = await sdkV1.connect({ kind: "http", url: `${front.url}/u/memory` });
    assert.ok(!namesOf(await one.tools()).includes("search_tools"));
  });
});

function script(path: string, ...args: readonly string[]): JsonObject {
  return { command: process.execPath, args: [path, ...args] };
}

/** A configuration of the three servers, working in a folder. */
function configText(where: string, profiles: object): string {
  return JSON.stringify({
    mcpServers: {
      filesystem: script(scriptOf("filesystem"), where),
      everything: script(scriptOf("everything")),
      memory: { ...script(scriptOf("memory")), env: { MEMORY_FILE_PATH: join(where, "memory.jsonl") } },
    },
    profiles,
  });
}

suite("the command", { skip }, () => {
  for (const kind of clients) {
    test(`serves a profile to ${kind.title} over stdio`, async () => {
      await inFolder(async (where) => {
        const search = { mode: "instead", alwaysListed: ["everything__echo"] };
        writeFileSync(join(where, "switchyard.json"), configText(folder, { found: { search } }));
        const config = join(where, "switchyard.json");
        const place: Place = {
          kind: "stdio",
          command: process.execPath,
          args: [main, "serve", "--stdio", "--profile", "found", "--config", config],
        };
        await using downstream = await kind.connect(place);
        // Lists wait two seconds for servers that start, no longer.
        await until(() => areThere(downstream), "the servers have started");
        await findsAndCalls(downstream);
      });
    });
  }

  test("says which profiles there are where one is not, and that the option goes with --stdio", async () => {
    await inFolder(async (where) => {
      writeFileSync(join(where, "switchyard.json"), configText(where, { a: {}, b: {} }));
      const unknown = await runCommand(["serve", "--stdio", "--profile", "c"], where);
      assert.equal(unknown.status, 5);
      assert.match(unknown.stderr, /There is no profile "c"; there are a, b/);
      const alone = await runCommand(["serve", "--profile", "a"], where);
      assert.equal(alone.status, 2);
      assert.match(alone.stderr, /--profile goes with --stdio/);
    });
  });

  test("prints the address of each profile, shows how it stands, and takes changes up live", async () => {
    await inFolder(async (where) => {
      const file = join(where, "switchyard.json");
      writeFileSync(file, configText(where, { a: { upstreams: { memory: { tools: ["read_graph", "no_such"] } } } }));
      await using gateway = startCommand(["serve", "--port", "0"], where);
      await gateway.says(/profile a +http:\/\/127\.0\.0\.1:\d+\/mcp\/p\/a/);
      const url = /profile a +(\S+)/.exec(gateway.stdout())?.[1] ?? "";
      await gateway.says("memory is ready");
      const { stdout } = await runCommand(["status"], where);
      assert.match(stdout, /PROFILE +UPSTREAMS +TOOLS +PROMPTS +RESOURCES +SEARCH\n *a +memory +1 +0 +\d +off/);
      assert.match(stdout, /profile a: memory has no tools that fit "no_such"\n {2}→ /);
      const client = await connectV1({ kind: "http", url });
      let told = 0;
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        told += 1;
      });
      writeFileSync(file, configText(where, { a: { upstreams: { memory: { tools: ["open_nodes"] } } } }));
      await until(() => told > 0, "the change of the profile was told");
      assert.deepEqual(namesOf((await client.listTools()).tools), ["open_nodes"]);
      await disconnectV1(client);
      writeFileSync(file, configText(where, {}));
      await until(async () => (await fetch(url, { method: "POST", body: "{}" })).status === 404, "the profile is gone");
      gateway.kill("SIGINT");
      assert.equal(await gateway.exited, 0);
    });
  });
});
