import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { before, suite, test } from "node:test";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import type { UpstreamState } from "../../src/upstream/state.ts";
import { type UpstreamOptions, type UpstreamTarget, upstreamDefaults } from "../../src/upstream/options.ts";
import { clients } from "../rig/clients.ts";
import type { Downstream, Progress } from "../rig/downstream.ts";
import { type Everything, everythingOver } from "../rig/everything.ts";
import { fixtureV1WebSocket } from "../rig/fixture-web-socket.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { whyWithout } from "../rig/npm-servers.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { sdkV1 } from "../rig/sdk-v1.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();
let lastDuration = 0.03;

function upstream(name: string, target: UpstreamTarget): UpstreamOptions {
  return { name, target, ...upstreamDefaults };
}

function stateOf(switchyard: Switchyard, name: string): UpstreamState | undefined {
  return switchyard.status().upstreams.find((shown) => shown.name === name)?.state;
}

suite("server-everything over HTTP+SSE", { skip: whyWithout("everything") }, () => {
  let server: Everything;
  let front: Front;
  const downstreams = new Map<string, Downstream>();

  before(async () => {
    server = rig.use(await everythingOver("sse"));
    const { url } = server;
    front = await rig.gateway([
      upstream("named", { kind: "sse", url, headers: {} }),
      upstream("found", { kind: "http", url, headers: {} }),
    ]);
    for (const kind of clients) {
      downstreams.set(kind.title, rig.use(await kind.connect({ kind: "http", url: front.url })));
    }
  });

  test("is spoken to over HTTP+SSE, whether the configuration says so or it was found out", () => {
    verifies("http-sse.client");
    const shown = front.switchyard.status().upstreams.map(({ transport, revision }) => [transport, revision]);
    assert.deepEqual(shown, [
      ["sse", "2025-11-25"],
      ["sse", "2025-11-25"],
    ]);
  });

  for (const { title, lacks } of clients) {
    for (const name of ["named", "found"]) {
      const call = (tool: string, args: JsonObject, onProgress?: (report: Progress) => void): Promise<JsonObject> => {
        const downstream = downstreams.get(title);
        assert.ok(downstream);
        return downstream.call(`${name}__${tool}`, args, onProgress === undefined ? {} : { onProgress });
      };

      test(`${title} calls its tools (${name})`, async () => {
        const sum = await call("get-sum", { a: 2, b: 3 });
        assert.deepEqual(sum["content"], [{ type: "text", text: "The sum of 2 and 3 is 5." }]);
        const weather = await call("get-structured-content", { location: "Chicago" });
        assert.equal(objectAt(weather, "structuredContent")?.["temperature"], 36);
      });

      test(`${title} sees the progress of a long operation (${name})`, { skip: lacks.progress ?? false }, async () => {
        const seen: Progress[] = [];
        // Another time for each, as what was answered once is given again at once.
        lastDuration += 0.001;
        await call("trigger-long-running-operation", { duration: lastDuration, steps: 3 }, (report) =>
          seen.push(report),
        );
        assert.deepEqual(
          seen.map(({ progress, total }) => [progress, total]),
          [1, 2, 3].map((progress) => [progress, 3]),
        );
      });
    }
  }

  test("a server that is killed loses the call under way, and is spoken to again when it is back", async () => {
    const downstream = downstreams.get(sdkV1.title);
    assert.ok(downstream);
    let hasBegun = false;
    const lost = downstream.call(
      "named__trigger-long-running-operation",
      { duration: 60, steps: 600 },
      { onProgress: () => (hasBegun = true) },
    );
    await until(() => hasBegun, "the operation has begun");
    await server.kill();
    const { isError, _meta } = await lost;
    assert.equal(isError, true);
    assert.equal(objectAt(objectAt({ _meta }, "_meta") ?? {}, "switchyard/error")?.["code"], "upstream_disconnected");
    await until(() => stateOf(front.switchyard, "named")?.kind === "recovering", "the end was noticed");
    rig.use(await everythingOver("sse", server.port));
    for (const name of ["named", "found"]) {
      await until(() => stateOf(front.switchyard, name)?.kind === "ready", `${name} is back`);
      const { content } = await downstream.call(`${name}__echo`, { message: "again" });
      assert.deepEqual(content, [{ type: "text", text: "Echo: again" }]);
    }
  });
});

test("a server over WebSocket that goes away and comes back is spoken to again", async () => {
  const server = await fixtureV1WebSocket("ws");
  const { switchyard, url } = await rig.gateway([upstream("ws", { kind: "ws", url: server.url, headers: {} })]);
  await using downstream = await sdkV1.connect({ kind: "http", url });
  await server[Symbol.asyncDispose]();
  await until(() => stateOf(switchyard, "ws")?.kind === "recovering", "the end was noticed");
  const state = stateOf(switchyard, "ws");
  assert.ok(state?.kind === "recovering");
  assert.match(state.problem.message, /^The upstream went away: the connection broke|^No connection to ws:/);
  rig.use(await fixtureV1WebSocket("ws", Number(new URL(server.url).port)));
  await until(() => stateOf(switchyard, "ws")?.kind === "ready", "it is back");
  const { content } = await downstream.call("ws__echo", { message: "again" });
  assert.deepEqual(content, [{ type: "text", text: "again" }]);
});

/** What becomes of an upstream over Streamable HTTP that answers so: its problem, and the methods of what it was sent. */
async function problemWith(answer: RequestListener): Promise<{ readonly message: string; readonly methods: string[] }> {
  const methods: string[] = [];
  await using server = await listenOnFreePort((request, response) => {
    methods.push(request.method ?? "");
    request.resume();
    answer(request, response);
  });
  await using switchyard = startSwitchyard({
    upstreams: [upstream("a", { kind: "http", url: server.url, headers: {} })],
  });
  await switchyard.tried;
  const state = stateOf(switchyard, "a");
  assert.ok(state?.kind === "recovering");
  return { message: state.problem.message, methods };
}

const rpcError = (code: number): string =>
  JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message: "no", data: { supported: ["2030-01-01"] } } });

for (const status of [400, 404, 405]) {
  test(`HTTP ${status} to every message leads to one look for an event stream, and then stands as the problem`, async () => {
    verifies("http-sse.client");
    const { message, methods } = await problemWith((_request, response) => response.writeHead(status).end());
    assert.equal(message, `The upstream answered HTTP ${status} without a message`);
    assert.deepEqual(methods, ["POST", "POST", "GET"]);
  });
}

test("an error that is no modern one leads there too where it comes with such a status", async () => {
  verifies("version.fallback-http");
  const { message, methods } = await problemWith((_request, response) => {
    response.writeHead(400, { "content-type": "application/json" }).end(rpcError(-32000));
  });
  assert.equal(message, "The upstream refused initialize: no (-32000)");
  assert.deepEqual(methods, ["POST", "POST", "GET"]);
});

test("a modern error, a refusal of credentials and a failure of the server do not", async () => {
  verifies("version.fallback-http");
  const modern = await problemWith((_request, response) => {
    response.writeHead(400, { "content-type": "application/json" }).end(rpcError(-32022));
  });
  assert.match(modern.message, /No protocol revision in common/);
  assert.deepEqual(modern.methods, ["POST"]);
  const failing = await problemWith((_request, response) => response.writeHead(503).end());
  assert.deepEqual(failing.methods, ["POST"]);
});

test("where an event stream begins and its endpoint is a stranger's, that is the problem", async () => {
  verifies("http-sse.endpoint");
  const { message } = await problemWith((request, response) => {
    if (request.method !== "GET") response.writeHead(405).end();
    else {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: endpoint\ndata: https://elsewhere.example/message\n\n");
    }
  });
  assert.match(message, /^The upstream wants messages at https:\/\/elsewhere\.example, which is not its own origin/);
});
