import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import type { WrittenPolicies } from "../../src/policy/call-policy.ts";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { fileRig } from "../rig/rig.ts";
import { serveScripted } from "../rig/scripted-http.ts";
import { type Script, ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { verifies } from "../requirements/verifies.ts";

/* What a server over Streamable HTTP gets from the gateway: the requests themselves, with their headers. */

interface Seen {
  readonly verb: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: JsonObject;
}

const rig = fileRig();

/** A server by this script, the requests that reach it, and a gateway in front of it. */
async function standWith(script: Record<string, Script>, policies: WrittenPolicies = {}) {
  const server = new ScriptedServer(script);
  const seen: Seen[] = [];
  const listening = rig.use(
    await listenOnFreePort((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const message: unknown = text === "" ? {} : JSON.parse(text);
        assert.ok(isJsonObject(message));
        seen.push({ verb: request.method ?? "", headers: request.headers, message });
      });
      void serveScripted(server, "json", request, response);
    }),
  );
  const switchyard = rig.use(
    startSwitchyard({
      policies,
      upstreams: [
        {
          name: "up",
          target: { kind: "http", url: listening.url, headers: {}, oauth: false },
          timeoutMs: 10_000,
          startTimeoutMs: 10_000,
        },
      ],
    }),
  );
  await switchyard.tried;
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  return { server, seen, switchyard, origin, url: listening.url };
}

/** Begins a session and calls a tool in it, with further headers. */
async function call(origin: string, name: string, args: JsonObject = {}, more: Record<string, string> = {}) {
  const post = (body: JsonObject, headers: Record<string, string>): Promise<Response> =>
    fetch(`${origin}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...more,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", ...body }),
    });
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const begun = await post({ id: 0, method: "initialize", params }, {});
  await begun.text();
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  const response = await post({ id: 1, method: "tools/call", params: { name, arguments: args } }, session);
  return response.text();
}

function sent(seen: readonly Seen[], method: string): Seen[] {
  return seen.filter(({ message }) => message["method"] === method);
}

test("a modern server gets each message as a POST that says what it accepts and repeats revision, method and name", async () => {
  verifies("http.post", "http.accept", "http.metadata-headers", "http.base64-sent", "http.session-id-not-sent");
  const named = [
    { name: "echo", inputSchema: { type: "object" } },
    { name: "žluť", inputSchema: { type: "object" } },
  ];
  const { seen, origin } = await standWith({ ...modernScript(), "tools/list": { tools: named } });
  await call(origin, "up__echo");
  await call(origin, "up__žluť");
  for (const { verb, headers, message } of seen) {
    assert.equal(verb, "POST");
    assert.match(String(headers["content-type"]), /^application\/json/);
    assert.equal(headers.accept, "application/json, text/event-stream");
    assert.equal(headers["mcp-protocol-version"], "2026-07-28");
    assert.equal(headers["mcp-method"], message["method"]);
    assert.equal(headers["mcp-session-id"], undefined);
  }
  const names = sent(seen, "tools/call").map(({ headers }) => headers["mcp-name"]);
  assert.deepEqual(names, ["echo", `=?base64?${Buffer.from("žluť").toString("base64")}?=`]);
  assert.equal(sent(seen, "tools/list")[0]?.headers["mcp-name"], undefined);
});

test("no header of a caller reaches a server: what it shows us to let it in is for us alone", async () => {
  verifies("auth.no-passthrough");
  for (const script of [modernScript, legacyScript]) {
    const { seen, origin } = await standWith(script());
    await call(origin, "up__echo", {}, { authorization: "Bearer of-the-caller", cookie: "a=1", "x-api-key": "k" });
    assert.equal(sent(seen, "tools/call").length, 1);
    for (const { headers } of seen) {
      assert.deepEqual(
        [headers.authorization, headers.cookie, headers["x-api-key"]],
        [undefined, undefined, undefined],
      );
    }
  }
});

test("a legacy server gets its session and the agreed revision with every message after initialize, and a DELETE at the end", async () => {
  verifies("lifecycle.shutdown-http", "session.id-sent", "session.version-header-sent");
  const { seen, origin, switchyard } = await standWith({
    ...legacyScript(),
    initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} } },
  });
  await call(origin, "up__echo");
  await switchyard.close();
  const at = seen.findIndex(({ message }) => message["method"] === "initialize");
  assert.equal(seen[at]?.headers["mcp-session-id"], undefined);
  assert.equal(seen[at]?.headers["mcp-protocol-version"], undefined);
  const later = seen.slice(at + 1);
  assert.ok(later.length >= 4);
  for (const { headers } of later) {
    assert.equal(headers["mcp-session-id"], "the-only-session");
    assert.equal(headers["mcp-protocol-version"], "2025-06-18");
  }
  assert.match(String(later.find(({ verb }) => verb === "GET")?.headers.accept), /text\/event-stream/);
  assert.equal(later.at(-1)?.verb, "DELETE");
});

const region = { type: "object", properties: { region: { type: "string", "x-mcp-header": "Region" } } };

test("an argument that a tool wants repeated is repeated, and left out where it is absent or null", async () => {
  verifies("x-mcp-header.repeated", "x-mcp-header.absent", "x-mcp-header.encoded");
  const script = { ...modernScript(), "tools/list": { tools: [{ name: "echo", inputSchema: region }] } };
  // The schema takes no null, but what is null all the same has no header.
  const { seen, origin } = await standWith(script, { upstreams: { up: { validate: false } } });
  for (const args of [{ region: "Köln" }, { region: null }, {}]) await call(origin, "up__echo", args);
  const repeated = sent(seen, "tools/call").map(({ headers }) => headers["mcp-param-region"]);
  assert.deepEqual(repeated, [`=?base64?${Buffer.from("Köln").toString("base64")}?=`, undefined, undefined]);
});

test("a tool whose annotation is wrong is left out of the list, and the status says which and why", async () => {
  verifies("x-mcp-header.excluded", "x-mcp-header.logged");
  const wrong = { type: "object", properties: { a: { type: "number", "x-mcp-header": "A" } } };
  const { switchyard, origin } = await standWith({
    ...modernScript(),
    "tools/list": {
      tools: [
        { name: "wrong", inputSchema: wrong },
        { name: "echo", inputSchema: region },
      ],
    },
  });
  assert.match(await call(origin, "up__wrong"), /Unknown tool/);
  assert.match(JSON.stringify(oddities(switchyard)), /the tool \\"wrong\\" is left out: x-mcp-header/);
});

function oddities(switchyard: Switchyard): unknown {
  return switchyard.status().upstreams.map((upstream) => upstream.oddities);
}

test("a server that misses a repeated argument is listed again, and called again with it", async () => {
  verifies("base.request-id-unique", "x-mcp-header.relist");
  let calls = 0;
  const { server, seen, origin } = await standWith({
    ...modernScript(),
    "tools/call": () => {
      calls += 1;
      return calls === 1
        ? { error: { code: -32020, message: "Header mismatch: Mcp-Param-Region is missing" } }
        : { resultType: "complete", content: [{ type: "text", text: "at last" }] };
    },
  });
  server.answer("tools/list", { tools: [{ name: "echo", inputSchema: region }] });
  assert.match(await call(origin, "up__echo", { region: "west" }), /at last/);
  const repeated = sent(seen, "tools/call").map(({ headers }) => headers["mcp-param-region"]);
  assert.deepEqual(repeated, [undefined, "west"]);
  const ids = sent(seen, "tools/call").map(({ message }) => message["id"]);
  assert.equal(new Set(ids).size, 2);
});

test("what a schema refers to is not fetched, and the schema is passed on as it is", async () => {
  verifies("base.schema-refs");
  const { seen, switchyard, server, url, origin } = await standWith(modernScript());
  const inputSchema = { type: "object", properties: { a: { $ref: url.replace("/mcp", "/schema.json") } } };
  server.answer("tools/list", { tools: [{ name: "refers", inputSchema }] });
  await switchyard.reconfigure([
    {
      name: "up",
      target: { kind: "http", url, headers: { "x-again": "1" }, oauth: false },
      timeoutMs: 10_000,
      startTimeoutMs: 10_000,
    },
  ]);
  assert.match(await call(origin, "up__refers", { a: 1 }), /"hi"/);
  assert.ok(seen.every(({ verb }) => verb === "POST"));
});
