import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { z } from "zod";
import { type EntityChange, defineConnector, tool } from "../../src/connector/connector.ts";
import { serveConnector } from "../../src/connector/serve-connector.ts";
import { watch } from "../../src/live/client.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { type AccessStand, type TestKey, accessStand, fullServer } from "../rig/access-stand.ts";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What is for higher roles, asked for by ways round the lists: by its address, as another tool's stand-in, and what its server says unasked. */

const rig = fileRig();

function only(role: string): object {
  return { _meta: { "switchyard/role": role } };
}

/** What somebody of a role who was granted everything is answered. */
async function answerOf(stand: AccessStand, role: string, method: string, params: Record<string, string>) {
  const { headers } = await stand.key(role, "*");
  const modern = (await rawModern(stand.url, headers)(method, params)).answer;
  const legacy = (await (await rawLegacy(stand.url, headers))(method, params)).answer;
  assert.equal(modern["error"] === undefined, legacy["error"] === undefined, `${method} in both eras`);
  return JSON.stringify(modern["error"] ?? modern["result"]);
}

suite("what a server says is for a role", () => {
  const server = fullServer("s", {
    "resources/list": {
      resources: [
        { uri: "s://pay/list", name: "a", ...only("operator") },
        { uri: "s://b", name: "b" },
      ],
    },
    "resources/templates/list": {
      resourceTemplates: [
        { uriTemplate: "s://{+path}", name: "any" },
        { uriTemplate: "s://docs/secret/{x}", name: "t", ...only("operator") },
      ],
    },
  });

  test("is read by its address no more than it is listed, however the address is written", async () => {
    const stand = await accessStand(rig, { s: server });
    for (const uri of [
      "s://pay/list",
      "s://docs/secret/1",
      "s://docs/open/../secret/1",
      "s://docs/secret%2F1",
      "S://pay/list",
    ]) {
      const refused = await answerOf(stand, "user", "resources/read", { uri });
      assert.match(refused, /No resource/, uri);
    }
    for (const uri of ["s://pay/list", "s://docs/secret/1"]) {
      assert.match(await answerOf(stand, "operator", "resources/read", { uri }), /of s/, uri);
    }
    for (const uri of ["s://b", "s://docs/1"]) {
      assert.match(await answerOf(stand, "user", "resources/read", { uri }), /of s/, uri);
    }
    const session = await rawLegacy(stand.url, (await stand.key("user", "*")).headers);
    assert.match(JSON.stringify((await session("resources/subscribe", { uri: "s://pay/list" })).answer), /No resource/);
  });

  test("is opened by the configuration, which has the last word", async () => {
    const stand = await accessStand(rig, { s: server }, { policies: { upstreams: { s: { role: "viewer" } } } });
    assert.match(await answerOf(stand, "viewer", "resources/read", { uri: "s://docs/secret/1" }), /of s/);
  });

  test("stands in for no tool of lower roles", async () => {
    const inputSchema = { type: "object" };
    const spare = fullServer("spare", {
      "tools/list": {
        tools: [{ name: "look", inputSchema, annotations: { readOnlyHint: true }, ...only("operator") }],
      },
      "tools/call": { content: [{ type: "text", text: "from the spare" }] },
    });
    const first = fullServer("first");
    const fallback = { kind: "tool", upstream: "spare", tool: "look", arguments: {} } as const;
    const policies = { upstreams: { first: { tools: { look: { fallback } } } } };
    const stand = await accessStand(rig, { first, spare }, { policies });
    const operator = (await stand.key("operator")).headers;
    await stand.rest("/api/upstreams/first/isolate", operator, { method: "POST", body: "{}" });
    const call = { name: "first__look" };
    assert.match(await answerOf(stand, "operator", "tools/call", call), /from the spare/);
    assert.doesNotMatch(await answerOf(stand, "user", "tools/call", call), /from the spare/);
    assert.doesNotMatch(await answerOf(stand, "viewer", "tools/call", call), /from the spare/);
  });
});

suite("a server that is for a role", () => {
  const policies = { upstreams: { s: { role: "operator" } } } as const;

  test("is not there for those below: no address of its own, no status, no instructions", async () => {
    const stand = await accessStand(rig, { s: fullServer("s"), open: fullServer("open") }, { policies });
    const seenBy = async ({ headers }: TestKey) => {
      const route = await stand.rest("/mcp/u/s", headers, { method: "POST", body: "{}" });
      const { body } = await stand.rest("/api/upstreams", headers);
      const said = (await rawModern(stand.url, headers)("server/discover", {})).answer;
      const isNamed = JSON.stringify(body).includes('"name":"s"');
      return [route.status !== 404, isNamed, JSON.stringify(said).includes("Instructions of s")];
    };
    assert.deepEqual(await seenBy(await stand.key("operator")), [true, true, true]);
    assert.deepEqual(await seenBy(await stand.key("user", "*")), [false, false, false]);
    const forAdmins = await accessStand(
      rig,
      { s: fullServer("s") },
      { policies: { upstreams: { s: { role: "admin" } } } },
    );
    const { headers } = await forAdmins.key("operator");
    assert.equal((await forAdmins.rest("/mcp/u/s", headers, { method: "POST", body: "{}" })).status, 404);
  });

  test("goes from the lists of who is connected when it becomes so, and comes back, and they are told", async () => {
    const s = fullServer("s");
    const upstreams = [{ ...upstreamDefaults, name: "s", target: { kind: "channel", open: s.open } } as const];
    const stand = await accessStand(rig, {}, { upstreams });
    const connected = async (role: string, ...grants: readonly string[]) => {
      const { headers } = await stand.key(role, ...grants);
      const socket = await sessionOf(stand, headers);
      const list = async (id: number): Promise<number> => {
        socket.send({ jsonrpc: "2.0", id, method: "tools/list", params: {} });
        return JSON.stringify(await socket.answer(id)).match(/"name":"s__/g)?.length ?? 0;
      };
      const told = (): number =>
        socket.messages.filter(({ method }) => method === "notifications/tools/list_changed").length;
      assert.ok((await list(2)) > 0, role);
      return { role, list, told };
    };
    const [operator, user, viewer] = [
      await connected("operator"),
      await connected("user", "*"),
      await connected("viewer", "s"),
    ];
    await stand.switchyard.reconfigure(upstreams, undefined, { upstreams: { s: { role: "admin" } } });
    for (const { role, list, told } of [operator, user, viewer]) {
      assert.equal(await list(3), 0, role);
      await until(() => told() === 1, `the ${role} is told`);
    }
    await stand.switchyard.reconfigure(upstreams, undefined, { upstreams: { s: { role: "operator" } } });
    assert.deepEqual([await operator.list(4), await user.list(4), await viewer.list(4)], [2, 0, 0]);
    await until(() => operator.told() === 2, "the operator is told");
  });

  test("sends those below nothing of its log", async () => {
    const s = fullServer("s");
    const stand = await accessStand(rig, { s }, { policies });
    const [user, operator] = [
      await sessionOf(stand, (await stand.key("user", "*")).headers),
      await sessionOf(stand, (await stand.key("operator")).headers),
    ];
    for (const socket of [user, operator]) {
      socket.send({ jsonrpc: "2.0", id: 2, method: "logging/setLevel", params: { level: "debug" } });
      await socket.answer(2);
    }
    s.notify("notifications/message", { level: "error", data: "said by s" });
    // Sessions are told in the order in which they began.
    await until(() => JSON.stringify(operator.messages).includes("said by s"), "the operator is told");
    user.send({ jsonrpc: "2.0", id: 3, method: "ping" });
    await user.answer(3);
    assert.doesNotMatch(JSON.stringify(user.messages), /said by s/);
  });

  test("is there for those for whom some tool of it is", async () => {
    const some = { upstreams: { s: { role: "admin", tools: { look: { role: "user" } } } } } as const;
    const stand = await accessStand(rig, { s: fullServer("s") }, { policies: some });
    const { headers } = await stand.key("user", "*");
    assert.match(JSON.stringify((await stand.rest("/api/upstreams", headers)).body), /"tools":1/);
    assert.equal(
      (await stand.rest("/api/upstreams", (await stand.key("viewer", "*")).headers)).body["upstreams"]?.toString(),
      "",
    );
  });

  test("tells those below of no changes, live or in MCP, also where it became so while they watch", async () => {
    const said: ((entities: readonly EntityChange[]) => void)[] = [];
    const connector = defineConnector({
      name: "told",
      config: z.object({}),
      setup: (_, { changed }) => {
        said.push((entities) => {
          changed([], [], entities);
        });
        return { tools: [tool({ name: "a", description: "a", input: z.object({}), run: () => "a" })] };
      },
    });
    const target = { kind: "channel", open: () => serveConnector(connector, {}) } as const;
    const told = { ...upstreamDefaults, name: "told", target };
    const s = fullServer("s");
    const scripted = { ...upstreamDefaults, name: "s", target: { kind: "channel", open: s.open } } as const;
    const upstreams = [told, scripted];
    const stand = await accessStand(rig, {}, { upstreams, policies: {} });
    const [user, operator] = [
      await listener(stand, await stand.key("user", "*")),
      await listener(stand, await stand.key("operator")),
    ];
    const tell = (words: string): void => {
      for (const run of said) run([{ uri: "told://x", change: "modified", says: words }]);
      s.notify("notifications/resources/updated", { uri: "s://a" });
    };
    tell("for all");
    await until(() => user.heard("for all") && user.updates() === 1, "the user is told");
    const roles = { told: { role: "operator" }, s: { role: "operator" } } as const;
    await stand.switchyard.reconfigure(upstreams, undefined, { upstreams: roles });
    tell("for operators");
    await until(() => operator.heard("for operators") && operator.updates() === 2, "the operator is told");
    await stand.switchyard.reconfigure(upstreams, undefined, {});
    tell("for all again");
    await until(() => user.heard("for all again") && operator.updates() === 3, "the user is told again");
    await until(() => user.updates() >= 2, "of the resource too");
    assert.equal(user.heard("for operators"), false);
    assert.equal(user.updates(), 2);
  });
});

/** Somebody who watches what changes live, and the resource `s://a` by MCP. */
async function listener(stand: AccessStand, { text, headers }: TestKey) {
  const told: string[] = [];
  const watching = watch(stand.server.origin, { topics: ["entities"], key: text });
  rig.defer(() => {
    watching.close();
  });
  watching.on("*", ({ type, data }) => told.push(`${type} ${JSON.stringify(data)}`));
  const socket = await sessionOf(stand, headers);
  socket.send({ jsonrpc: "2.0", id: 2, method: "resources/subscribe", params: { uri: "s://a" } });
  await socket.answer(2);
  await until(() => told.some((each) => each.startsWith("subscribed")), "it watches");
  return {
    heard: (words: string) => told.some((each) => each.includes(`"${words}"`)),
    updates: () => socket.messages.filter(({ method }) => method === "notifications/resources/updated").length,
  };
}

async function sessionOf(stand: AccessStand, headers: Readonly<Record<string, string>>) {
  const socket = rig.use(await rawWebSocket(stand.url.replace("http", "ws"), ["mcp"], headers));
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
  socket.send({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  await socket.answer(1);
  socket.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  return socket;
}
