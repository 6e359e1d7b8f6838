import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { type AccessStand, type Credentials, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { rawWebSocket, refusedOpening } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { verifies } from "../requirements/verifies.ts";

/*
 * A gateway in front of two servers that offer the same, of which a caller may use one: the other, and what of the one is not granted, looks in
 * every answer as if it did not exist.
 */

const rig = fileRig();
let stand: AccessStand;
let some: Credentials;

const whole = { tools: ["*"], prompts: ["*"], resources: ["*"], overrides: { tools: {}, prompts: {} } };
const base = {
  readOnly: false,
  prefix: true,
  instructions: undefined,
  search: { mode: "off", alwaysListed: [] },
} as const;

before(async () => {
  const catalog = {
    profiles: [
      { ...base, name: "mine", upstreams: [{ ...whole, name: "mine" }] },
      { ...base, name: "hidden", upstreams: [{ ...whole, name: "hidden" }] },
      {
        ...base,
        name: "fixed",
        upstreams: [
          {
            ...whole,
            name: "hidden",
            tools: ["look", "change"],
            prompts: [],
            resources: [],
            overrides: { tools: { change: { parameters: { what: { value: "nothing" } } } }, prompts: {} },
          },
        ],
      },
    ],
    search: { mode: "beside", alwaysListed: [] },
  } as const;
  stand = await accessStand(rig, { mine: fullServer("mine"), hidden: fullServer("hidden") }, { catalog });
  some = (await stand.key("user", "mine/look", "read:mine")).headers;
});

/** What a caller is told, without what it named itself. */
function told(answer: JsonObject, ...named: string[]): string {
  const { id: _, ...rest } = answer;
  // Each failure has an id of its own.
  const text = JSON.stringify(rest).replaceAll(/"errorId":"[^"]*"/g, '"errorId":"…"');
  return named.reduce((shorter, name) => shorter.replaceAll(name, "…"), text);
}

/** What a call of a tool is answered with. */
async function toldOf(ask: RawClient, name: string): Promise<string> {
  const { answer, status } = await ask("tools/call", { name, arguments: {} });
  return `${status} ${told(answer, name)}`;
}

function namesIn(answer: JsonObject, list: string, key: string): unknown[] {
  const entries = objectAt(answer, "result")?.[list];
  assert.ok(Array.isArray(entries), JSON.stringify(answer));
  return entries.filter(isJsonObject).map((entry) => entry[key]);
}

async function webSocketClient(): Promise<RawClient> {
  const socket = rig.use(await rawWebSocket(stand.url.replace(/^http/, "ws"), ["mcp"], some));
  let last = 0;
  return async (method, params) => {
    last += 1;
    socket.request(last, method, params);
    return { status: 200, before: [], answer: await socket.answer(last) };
  };
}

for (const [title, connect] of [
  ["a client of 2025-11-25", () => rawLegacy(stand.url, some)],
  ["a client of 2026-07-28", () => Promise.resolve(rawModern(stand.url, some))],
  ["a client over WebSocket", webSocketClient],
] as const) {
  suite(title, () => {
    let ask: RawClient;

    before(async () => {
      ask = await connect();
    });

    test("is shown what is granted to it, and nothing else", async () => {
      const [tools, prompts, resources, templates] = await Promise.all([
        ask("tools/list", {}),
        ask("prompts/list", {}),
        ask("resources/list", {}),
        ask("resources/templates/list", {}),
      ]);
      assert.deepEqual(namesIn(tools.answer, "tools", "name"), ["mine__look", "search_tools"]);
      assert.deepEqual(namesIn(prompts.answer, "prompts", "name"), ["mine__ask"]);
      assert.deepEqual(namesIn(resources.answer, "resources", "uri"), ["mine://a"]);
      assert.deepEqual(namesIn(templates.answer, "resourceTemplates", "uriTemplate"), ["mine://t/{x}"]);
    });

    test("calls, reads and completes what is granted to it", async () => {
      for (const [method, params] of [
        ["tools/call", { name: "mine__look", arguments: {} }],
        ["prompts/get", { name: "mine__ask" }],
        ["resources/read", { uri: "mine://a" }],
        ["resources/read", { uri: "mine://t/1" }],
        [
          "completion/complete",
          { ref: { type: "ref/prompt", name: "mine__ask" }, argument: { name: "about", value: "" } },
        ],
        [
          "completion/complete",
          { ref: { type: "ref/resource", uri: "mine://t/{x}" }, argument: { name: "x", value: "" } },
        ],
      ] as const) {
        const { answer } = await ask(method, params);
        assert.ok(objectAt(answer, "result"), `${method}: ${JSON.stringify(answer)}`);
      }
    });

    test("is told the same of a tool that it may not use as of one that nobody has", async () => {
      const unknown = await toldOf(ask, "mine__nobody");
      assert.match(unknown, /Unknown tool/);
      for (const name of ["mine__change", "hidden__look", "hidden__change", "nobody__nothing"]) {
        assert.equal(await toldOf(ask, name), unknown, name);
      }
    });

    test("is told the same of prompts, references and resources", async () => {
      const argument = { name: "x", value: "" };
      for (const [method, of] of [
        ["prompts/get", (name: string) => ({ name })],
        ["completion/complete", (name: string) => ({ ref: { type: "ref/prompt", name }, argument })],
      ] as const) {
        const [hidden, unknown] = await Promise.all([ask(method, of("hidden__ask")), ask(method, of("nobody__ask"))]);
        assert.equal(told(hidden.answer, "hidden__ask"), told(unknown.answer, "nobody__ask"), method);
        assert.equal(hidden.status, unknown.status);
      }
      for (const [hiddenUri, unknownUri] of [
        ["hidden://a", "nobody://a"],
        ["hidden://t/1", "nobody://t/1"],
        ["hidden://t/{x}", "nobody://t/{x}"],
      ] as const) {
        const reads = await Promise.all([
          ask("resources/read", { uri: hiddenUri }),
          ask("resources/read", { uri: unknownUri }),
        ]);
        assert.equal(told(reads[0].answer, hiddenUri), told(reads[1].answer, unknownUri));
        const completes = await Promise.all(
          [hiddenUri, unknownUri].map((uri) =>
            ask("completion/complete", { ref: { type: "ref/resource", uri }, argument }),
          ),
        );
        assert.equal(told(completes[0]?.answer ?? {}, hiddenUri), told(completes[1]?.answer ?? {}, unknownUri));
      }
    });

    test("does not find by searching what it may not use", async () => {
      const { answer } = await ask("tools/call", {
        name: "search_tools",
        arguments: { query: "look change hidden mine" },
      });
      const text = JSON.stringify(answer);
      assert.match(text, /mine__look/);
      assert.doesNotMatch(text, /hidden|change/i);
    });
  });
}

test("what a server says of itself is told only to those who may use something of it", async () => {
  const modern = await rawModern(stand.url, some)("server/discover", {});
  assert.match(JSON.stringify(modern.answer), /Instructions of mine/);
  assert.doesNotMatch(JSON.stringify(modern.answer), /hidden/);
});

test("who has no grant is shown nothing and may use nothing", async () => {
  const { headers } = await stand.key("user");
  const ask = rawModern(stand.url, headers);
  assert.deepEqual(namesIn((await ask("tools/list", {})).answer, "tools", "name"), ["search_tools"]);
  const { answer } = await ask("tools/call", { name: "mine__look", arguments: {} });
  assert.match(JSON.stringify(answer), /Unknown tool/);
});

test("admins and operators may use everything; a viewer only what changes nothing", async () => {
  for (const role of ["admin", "operator"]) {
    const { headers } = await stand.key(role);
    const { answer } = await rawModern(stand.url, headers)("tools/call", { name: "hidden__change", arguments: {} });
    assert.ok(objectAt(answer, "result"), role);
  }
  const { headers } = await stand.key("viewer", "mine");
  const ask = rawModern(stand.url, headers);
  assert.deepEqual(namesIn((await ask("tools/list", {})).answer, "tools", "name"), ["mine__look", "search_tools"]);
});

/** What a POST to an address is answered with. */
async function posted(path: string): Promise<string> {
  const answer = await stand.rest(path, some, { method: "POST", body: "{}" });
  return `${answer.status} ${told(answer.body, path)}`;
}

test("addresses of upstreams and profiles that hold nothing for a caller do not exist for it", async () => {
  const nothing = await posted("/mcp/u/nobody");
  assert.match(nothing, /^404 .*There is nothing at/);
  for (const path of ["/mcp/u/hidden", "/mcp/p/hidden", "/mcp/p/fixed", "/mcp/p/nobody"]) {
    assert.equal(await posted(path), nothing, path);
  }
  assert.match(await posted("/mcp/u/mine"), /^400 /);
  assert.match(await posted("/mcp/p/mine"), /^400 /);
});

test("a grant of a profile holds at its address; elsewhere, for what it sends on as it is", async () => {
  const { headers } = await stand.key("user", "profile:fixed");
  const tools = async (url: string): Promise<unknown[]> =>
    namesIn((await rawModern(url, headers)("tools/list", {})).answer, "tools", "name");
  assert.deepEqual(await tools(`${stand.url}/p/fixed`), ["hidden__change", "hidden__look"]);
  assert.deepEqual(await tools(stand.url), ["hidden__look", "search_tools"]);
  const { answer } = await rawModern(stand.url, headers)("tools/call", { name: "hidden__change", arguments: {} });
  assert.match(JSON.stringify(answer), /Unknown tool/);
});

async function call(tool: string): Promise<string> {
  const answer = await stand.rest("/api/call", some, { method: "POST", body: JSON.stringify({ tool }) });
  return `${answer.status} ${told(answer.body, tool)}`;
}

async function callAt(profile: string): Promise<string> {
  const body = JSON.stringify({ tool: "x", profile });
  return told((await stand.rest("/api/call", some, { method: "POST", body })).body, profile);
}

test("over REST, a call of what may not be used looks like one of what nobody has", async () => {
  const unknown = await call("mine__nobody");
  for (const tool of ["mine__change", "hidden__look"]) assert.equal(await call(tool), unknown);
  assert.match(await call("mine__look"), /^200/);
  assert.equal(await callAt("hidden"), await callAt("nobody"));
});

test("the status shows what a caller may use; the whole of it is for operators", async () => {
  const own = JSON.stringify((await stand.rest("/api/status", some)).body);
  assert.match(own, /"name":"mine"/);
  assert.doesNotMatch(own, /hidden/);
  assert.match(own, /"counts":\{"tools":1,"prompts":1,"resources":1,"templates":1\}/);
  const operator = await stand.key("operator");
  assert.match(JSON.stringify((await stand.rest("/api/status", operator.headers)).body), /hidden/);
});

test("each part of the REST side is for the roles that include it", async () => {
  const keys = Object.fromEntries(
    await Promise.all(
      ["admin", "operator", "user", "viewer"].map(
        async (role) => [role, (await stand.key(role, "mine")).headers] as const,
      ),
    ),
  );
  const allowed = async (path: string, request: RequestInit = {}): Promise<string[]> => {
    const found: string[] = [];
    for (const [role, headers] of Object.entries(keys)) {
      const { status, code } = await stand.rest(path, headers, request);
      if (status === 403) assert.equal(code, "forbidden");
      else found.push(role);
    }
    return found;
  };
  const post = { method: "POST", body: "{}" };
  assert.deepEqual(await allowed("/api/status"), ["admin", "operator", "user", "viewer"]);
  for (const name of ["mine", "nobody"]) {
    assert.deepEqual(await allowed(`/api/upstreams/${name}/logs`), ["admin", "operator"]);
    assert.deepEqual(await allowed(`/api/upstreams/${name}/quarantine`), ["admin", "operator"]);
    assert.deepEqual(await allowed(`/api/upstreams/${name}/approve`, post), ["admin", "operator"]);
    assert.deepEqual(await allowed(`/api/upstreams/${name}/try`, post), ["admin", "operator"]);
  }
  for (const path of ["/api/metrics", "/api/cache", "/api/calls", "/api/calls/0", "/api/audit/summary"]) {
    assert.deepEqual(await allowed(path), ["admin", "operator"], path);
  }
  assert.deepEqual(await allowed("/api/cache/purge", post), ["admin", "operator"]);
  assert.deepEqual(await allowed("/api/upstreams", post), ["admin"]);
  assert.deepEqual(await allowed("/api/keys"), ["admin"]);
  assert.deepEqual(await allowed("/api/keys", post), ["admin"]);
  assert.deepEqual(await allowed("/api/keys/0", { method: "DELETE" }), ["admin"]);
});

test("whoever says nothing of who it is gets in nowhere but where everybody does", async () => {
  for (const path of [
    "/mcp",
    "/mcp/u/mine",
    "/api/status",
    "/api/call",
    "/api/keys",
    "/metrics",
    "/api/calls",
    "/api/nothing",
    "/nothing",
  ]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await stand.rest(path, {}, { method, ...(method === "POST" ? { body: "{}" } : {}) });
      assert.deepEqual([answer.status, answer.code], [401, "unauthenticated"], `${method} ${path}`);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
  }
  assert.equal((await stand.rest("/health")).status, 200);
  const opening = await refusedOpening(stand.url.replace(/^http/, "ws"), ["mcp"]);
  assert.equal(opening.status, 401);
});

test("a key counts in the Authorization header, and nowhere else", async () => {
  const { text } = await stand.key("admin");
  const wrong: readonly (readonly [string, Credentials, RequestInit?])[] = [
    ["/api/status", { cookie: `key=${text}` }],
    ["/api/status", { "x-api-key": text }],
    ["/api/status", { authorization: text }],
    ["/api/status", { authorization: `Basic ${Buffer.from(`key:${text}`).toString("base64")}` }],
    ["/api/status", { authorization: `Bearer ${text}, Bearer x` }],
    ["/api/status", { authorization: "Bearer " }],
    ["/api/status", { "proxy-authorization": `Bearer ${text}` }],
    ["/api/status", { "sec-websocket-protocol": `mcp, bearer.${text}` }],
    ["/api/call", {}, { method: "POST", body: JSON.stringify({ tool: "mine__look", key: text, access_token: text }) }],
  ];
  for (const [path, headers, request] of wrong) {
    assert.equal((await stand.rest(path, headers, request)).code, "unauthenticated", JSON.stringify(headers));
  }
});

test("an address with a key or token in it is refused, and not repeated", async () => {
  verifies("auth.token-not-in-url");
  const { text, headers } = await stand.key("admin");
  for (const path of [
    `/mcp?key=${text}`,
    `/mcp?access_token=x`,
    `/api/status?TOKEN=x`,
    `/api/status?harmless=${text}`,
    `/mcp/u/${text}`,
    `/${text}`,
  ]) {
    const answer = await stand.rest(path, headers);
    assert.deepEqual([answer.status, answer.code], [400, "credentials_in_url"], path);
    assert.ok(!JSON.stringify(answer.body).includes(text));
  }
  const opening = await refusedOpening(`${stand.url.replace(/^http/, "ws")}?key=${text}`, ["mcp"], { headers });
  assert.equal(opening.status, 400);
});

test("a web page, which cannot set headers, says in a subprotocol who opens a WebSocket", async () => {
  const { text } = await stand.key("user", "mine");
  const socket = rig.use(await rawWebSocket(stand.url.replace(/^http/, "ws"), ["mcp", `bearer.${text}`]));
  assert.equal(socket.socket.protocol, "mcp", "the key is not sent back");
  socket.request(1, "tools/list");
  assert.deepEqual(namesIn(await socket.answer(1), "tools", "name"), ["mine__change", "mine__look", "search_tools"]);
  const wrong = await refusedOpening(stand.url.replace(/^http/, "ws"), ["mcp", "bearer.nonsense"]);
  assert.equal(wrong.status, 401);
});

test("the key of this machine may do everything, and is another at each start", async () => {
  const { localKey } = stand.switchyard;
  assert.equal((await stand.rest("/api/keys", bearer(localKey))).status, 200);
  const other = localKey.slice(0, -4) + (localKey.endsWith("AAAA") ? "BBBB" : "AAAA");
  assert.equal((await stand.rest("/api/keys", bearer(other))).status, 401);
});

test("who guesses too often waits, while whoever has a key gets in", async () => {
  const own = await accessStand(rig, { mine: fullServer("mine") });
  const key = await own.key("user");
  const guess = (): ReturnType<AccessStand["rest"]> =>
    own.rest("/api/status", bearer(`swy_000000000000_${"x".repeat(43)}`));
  for (let at = 0; at < 20; at += 1) assert.equal((await guess()).code, "unauthenticated");
  const late = await guess();
  assert.deepEqual([late.status, late.code], [429, "too_many_guesses"]);
  assert.match(late.headers.get("retry-after") ?? "", /^[1-9]\d?$/);
  assert.equal((await own.rest("/api/status", key.headers)).status, 200);
  assert.equal((await own.rest("/api/status")).code, "unauthenticated", "nobody guesses who says nothing");
});
