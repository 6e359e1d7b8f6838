import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { identity } from "../../src/identity.ts";
import type { Era } from "../../src/protocol/revision.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { type RawAnswer, type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { type Front, fileRig, httpUpstream } from "../rig/rig.ts";
import { type AnswerStyle, scriptedHttp } from "../rig/scripted-http.ts";
import { ScriptedServer } from "../rig/scripted-server.ts";
import { verifies } from "../requirements/verifies.ts";

/*
 * What servers send that no specification knows must arrive, and what clients send likewise. Here both ends are plain JSON, with no SDK
 * that could add to it or take away.
 */

/** Members that nobody knows, with every kind of JSON value and names that are traps in JavaScript. */
const odd: JsonObject = Object.freeze(
  parse(`{
    "x-vendor": { "deep": [1, -0.5, 1e21, "", null, true, { "a": { "b": { "c": [] } } }], "empty": {} },
    "": "no name", "constructor": 1, "toString": null, "resultTypes": ["complete"],
    "text": "\\u0000 \\u2028 \\ud83d\\ude82 \\"quoted\\" \\\\ / \\n\\t <script>"
  }`),
);

const definitions = {
  tool: {
    name: "echo",
    title: "Echo",
    description: "says it again",
    icons: [{ src: "data:image/png;base64,AA==", sizes: ["1x1"], ...odd }],
    inputSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { message: { $ref: "#/$defs/text", ...odd }, n: { type: "integer", minimum: 0 } },
      $defs: { text: { type: "string", minLength: 1 } },
      allOf: [{ if: { required: ["n"] }, else: { required: ["message"] } }],
      additionalProperties: false,
      "x-order": ["message", "n"],
    },
    outputSchema: { type: "object", properties: {}, ...odd },
    annotations: { readOnlyHint: true, "x-hint": odd },
    execution: { taskSupport: "forbidden" },
    _meta: { "vendor.example/tool": odd },
    ...odd,
  },
  prompt: {
    name: "greet",
    arguments: [{ name: "who", required: true, ...odd }],
    _meta: { "vendor.example/prompt": odd },
    ...odd,
  },
  resource: {
    uri: "odd://one",
    name: "one",
    size: 3,
    annotations: { audience: ["user"], priority: 0.1, ...odd },
    _meta: odd,
    ...odd,
  },
  template: { uriTemplate: "odd://many/{id}", name: "many", _meta: odd, ...odd },
};

const results = {
  "tools/call": {
    content: [
      { type: "text", text: "hi", annotations: odd, _meta: odd, ...odd },
      { type: "image", data: "AA==", mimeType: "image/png", ...odd },
      { type: "audio", data: "AA==", mimeType: "audio/wav", ...odd },
      { type: "resource_link", uri: "odd://one", name: "one", ...odd },
      { type: "resource", resource: { uri: "odd://one", text: "t", ...odd }, ...odd },
      { type: "hologram", "x-data": odd },
    ],
    structuredContent: { ...odd, list: [[], {}, null] },
    isError: false,
    _meta: { "vendor.example/result": odd },
    ...odd,
  },
  "resources/read": {
    contents: [
      { uri: "odd://one", text: "t", mimeType: "text/plain", _meta: odd, ...odd },
      { uri: "odd://one", blob: "AA==", ...odd },
    ],
    ...odd,
  },
  "prompts/get": {
    description: "d",
    messages: [{ role: "user", content: { type: "text", text: "hi", ...odd }, ...odd }],
    _meta: { "vendor.example/result": odd },
    ...odd,
  },
  "completion/complete": { completion: { values: ["a", ""], total: 2, hasMore: false, ...odd }, ...odd },
} satisfies Record<string, JsonObject>;

type CallMethod = keyof typeof results;
const callMethods = ["tools/call", "resources/read", "prompts/get", "completion/complete"] as const;

/** What a client sends with each call, without `_meta`. */
const requests: Readonly<Record<CallMethod, JsonObject>> = {
  "tools/call": { name: "echo", arguments: { message: "hi", ...odd }, ...odd },
  "resources/read": { uri: "odd://one", ...odd },
  "prompts/get": { name: "greet", arguments: { who: "Ada" }, ...odd },
  "completion/complete": {
    ref: { type: "ref/prompt", name: "greet", ...odd },
    argument: { name: "who", value: "A", ...odd },
    context: { arguments: { tone: "formal" }, ...odd },
    ...odd,
  },
};

const requestMeta = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "vendor.example/request": odd,
};

const capabilities = {
  tools: { listChanged: true },
  prompts: {},
  resources: {},
  completions: {},
  logging: {},
  "x-capability": odd,
};

/** What a modern server adds of its own. */
const modernDress = { resultType: "complete", ttlMs: 60_000, cacheScope: "public" };
const ownServerInfo = { "io.modelcontextprotocol/serverInfo": { name: "odd", version: "1", ...odd } };

function scripted(era: Era): ScriptedServer {
  const dress = (result: JsonObject): JsonObject => (era === "legacy" ? result : { ...modernDress, ...result });
  const lists = {
    "tools/list": dress({ tools: [definitions.tool] }),
    "prompts/list": dress({ prompts: [definitions.prompt] }),
    "resources/list": dress({ resources: [definitions.resource] }),
    "resources/templates/list": dress({ resourceTemplates: [definitions.template] }),
  };
  const serverInfo = { name: "odd", version: "1" };
  return era === "legacy"
    ? new ScriptedServer({ initialize: { protocolVersion: "2025-11-25", capabilities, serverInfo }, ...lists })
    : new ScriptedServer({
        "server/discover": dress({ supportedVersions: ["2026-07-28"], capabilities }),
        "subscriptions/listen": "silence",
        ...lists,
      });
}

const rig = fileRig();
const servers = new Map<string, ScriptedServer>();
const clients = new Map<string, RawClient>();
let front: Front;

const eras = ["legacy", "modern"] as const;
const styles = ["json", "stream", "channel"] as const;

before(async () => {
  const upstreams: UpstreamOptions[] = [];
  for (const era of eras) {
    for (const style of styles) {
      const name = `${era}-${style}`;
      const server = scripted(era);
      servers.set(name, server);
      upstreams.push(await upstreamOf(name, style, server));
    }
  }
  // What is sent here is odd on purpose.
  const unchecked = upstreams.map(({ name }) => [name, { validate: false }]);
  // Each result is to come from its server, not from what is kept of the one before.
  front = await rig.gateway(upstreams, {
    policies: { upstreams: Object.fromEntries(unchecked) },
    cache: { maxBytes: 0 },
  });
  for (const name of servers.keys()) {
    const url = `${front.url}/u/${name}`;
    clients.set(`legacy ${name}`, await rawLegacy(url));
    clients.set(`modern ${name}`, rawModern(url));
  }
});

async function upstreamOf(
  name: string,
  style: AnswerStyle | "channel",
  server: ScriptedServer,
): Promise<UpstreamOptions> {
  if (style === "channel") return { name, target: { kind: "channel", open: server.open }, ...upstreamDefaults };
  return httpUpstream(name, rig.use(await scriptedHttp(server, style)).url);
}

for (const downstream of eras) {
  for (const upstream of eras) {
    for (const style of styles) {
      const name = `${upstream}-${style}`;
      const server = (): ScriptedServer => servers.get(name) ?? assert.fail(name);
      const request = (method: string, params: JsonObject): Promise<RawAnswer> =>
        (clients.get(`${downstream} ${name}`) ?? assert.fail(name))(method, params);

      suite(`a ${downstream} client and a ${upstream} server that answers by ${style}`, () => {
        test("definitions arrive with every member they have", async () => {
          verifies("base.icons-untouched", "tools.definitions");
          const { tool, prompt, resource, template } = definitions;
          assert.deepEqual(listIn(await request("tools/list", {}), "tools"), [tool]);
          assert.deepEqual(listIn(await request("prompts/list", {}), "prompts"), [prompt]);
          assert.deepEqual(listIn(await request("resources/list", {}), "resources"), [resource]);
          const templates = await request("resources/templates/list", {});
          assert.deepEqual(listIn(templates, "resourceTemplates"), [template]);
        });

        for (const method of callMethods) {
          test(`the result of ${method} arrives with every member it has`, async () => {
            verifies("base.meta-opaque", "http.both-answers", "tools.result");
            const sent = sentResult(upstream, method);
            server().answer(method, sent);
            const { answer } = await request(method, requests[method]);
            assert.deepEqual(answer["result"], expectedResult(downstream, upstream, method, sent));
          });

          test(`the params of ${method} reach the server with every member they have`, async () => {
            verifies("base.meta-opaque", "base.utf8", "tools.call");
            server().answer(method, sentResult(upstream, method));
            server().received.length = 0;
            await request(method, { ...requests[method], _meta: requestMeta });
            const received = server().received.find((each) => each.method === method);
            assert.deepEqual(withoutReserved(received?.params), { ...requests[method], _meta: requestMeta });
          });
        }

        test("an error arrives with its code, its words and its data", async () => {
          verifies("base.codes-relayed");
          for (const data of [undefined, null, "text", [1, { two: odd }], odd]) {
            const error = { code: 4711, message: 'not "today" 🚂', ...(data === undefined ? {} : { data }) };
            server().answer("tools/call", { error });
            const { answer } = await request("tools/call", requests["tools/call"]);
            assert.deepEqual(answer["error"], error);
            assert.equal("result" in answer, false);
          }
        });
      });
    }

    for (const style of ["stream", "channel"] as const) {
      test(`notifications of a call from a ${upstream} server by ${style} reach a ${downstream} client whole`, async () => {
        verifies("http.both-answers");
        const name = `${upstream}-${style}`;
        const server = servers.get(name) ?? assert.fail(name);
        const client = clients.get(`${downstream} ${name}`) ?? assert.fail(name);
        const report = { progress: 0.5, total: 2, message: "half", _meta: odd, ...odd };
        server.answer("tools/call", (params) => {
          const { progressToken } = objectAt(params, "_meta") ?? {};
          server.notify("notifications/progress", { progressToken, ...report });
          return sentResult(upstream, "tools/call");
        });
        const params = { ...requests["tools/call"], _meta: { progressToken: "mine" } };
        const { before: notifications } = await client("tools/call", params);
        assert.deepEqual(
          notifications.map(({ method, params: told }) => ({ method, params: told })),
          [{ method: "notifications/progress", params: { progressToken: "mine", ...report } }],
        );
      });
    }
  }
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  assert.ok(isJsonObject(value));
  return value;
}

function listIn({ answer }: RawAnswer, member: string): unknown {
  return objectAt(answer, "result")?.[member];
}

function sentResult(upstream: Era, method: CallMethod): JsonObject {
  const result: JsonObject = results[method];
  if (upstream === "legacy") return result;
  const { resultType, ...freshness } = modernDress;
  const dressed = { resultType, ...(method === "resources/read" ? freshness : {}), ...result };
  return { ...dressed, _meta: { ...ownServerInfo, ...objectAt(result, "_meta") } };
}

/** The result as it must arrive: what was sent, and what the client's revision asks for in addition. */
function expectedResult(downstream: Era, upstream: Era, method: CallMethod, sent: JsonObject): JsonObject {
  if (downstream === upstream) return sent;
  if (downstream === "legacy") {
    const { resultType: _resultType, ttlMs: _ttlMs, cacheScope: _cacheScope, ...rest } = sent;
    return rest;
  }
  const freshness = method === "resources/read" ? { ttlMs: 0, cacheScope: "private" } : {};
  const meta = { "io.modelcontextprotocol/serverInfo": { ...identity }, ...objectAt(sent, "_meta") };
  return { resultType: "complete", ...freshness, ...sent, _meta: meta };
}

/** A request's params without what the revision between the gateway and the server puts into `_meta`. */
function withoutReserved(params: JsonObject | undefined): JsonObject {
  const meta = Object.entries(objectAt(params ?? {}, "_meta") ?? {});
  const own = meta.filter(([key]) => !key.startsWith("io.modelcontextprotocol/"));
  return { ...params, _meta: Object.fromEntries(own) };
}
