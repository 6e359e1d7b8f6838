import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { UpstreamTarget } from "../../src/upstream/options.ts";
import { startAuthorizationServer } from "../rig/authorization-server.ts";
import {
  type Front,
  type Stand,
  failureIn,
  isAnswered,
  logIn,
  newFolder,
  newFront,
  newFrontOf,
  stateOf,
} from "../rig/oauth-stand.ts";
import { protectedSse, protectedWebSocket } from "../rig/protected-server.ts";
import { fileRig } from "../rig/rig.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();

interface OwnStand extends Stand {
  readonly scripted: ScriptedServer;
  readonly target: UpstreamTarget;
  /** Ends the stream that is open, as a network does. */
  readonly cut: () => void;
}

async function overSse(): Promise<OwnStand> {
  const auth = rig.use(await startAuthorizationServer());
  const scripted = new ScriptedServer(legacyScript());
  const upstream = rig.use(await protectedSse(scripted, auth));
  return {
    auth,
    upstream,
    scripted,
    target: { kind: "sse", url: upstream.url, headers: {} },
    cut: () => {
      upstream.cutAll();
    },
  };
}

async function overWebSocket(script = legacyScript()): Promise<OwnStand> {
  const auth = rig.use(await startAuthorizationServer());
  const scripted = new ScriptedServer(script);
  const upstream = rig.use(await protectedWebSocket(scripted, auth));
  return {
    auth,
    upstream,
    scripted,
    target: { kind: "ws", url: upstream.url, headers: {} },
    cut: () => {
      upstream.cutAll();
    },
  };
}

async function whenLoggedIn(stand: OwnStand, dataDir: string): Promise<Front> {
  const front = await newFrontOf(rig, stand.target, { dataDir });
  await logIn(front);
  await front.isReady();
  return front;
}

/** The requests at the authorization server that give tokens. */
function tokensGiven({ auth }: Stand, from: number): readonly string[] {
  return auth.requests.slice(from).filter((request) => request === "POST /token");
}

for (const [title, stand] of [
  ["HTTP+SSE", overSse],
  ["WebSocket, 2025-11-25", () => overWebSocket()],
  ["WebSocket, 2026-07-28", () => overWebSocket(modernScript())],
] as const) {
  suite(`over ${title}`, () => {
    test("an upstream that wants a login waits with an address, and is ready once somebody has logged in there", async () => {
      const own = await stand();
      const { upstream, target } = own;
      const front = await newFrontOf(rig, target);
      const url = new URL(await front.address());
      assert.equal(stateOf(front).kind, "awaiting_login");
      assert.equal(url.searchParams.get("resource"), upstream.url.replace("ws:", "http:"));
      assert.equal(url.searchParams.get("scope"), "read offline_access");
      const failed = failureIn(await front.call());
      assert.equal(failed.code, "login_required");
      assert.ok(failed.text.includes(url.href));
      await logIn(front);
      await front.isReady();
      assert.ok(isAnswered(await front.call()));
      assert.equal(upstream.seen.size, 1);
      const shown = JSON.stringify(front.switchyard.status());
      assert.ok(![...upstream.seen].some((token) => shown.includes(token)));
    });

    test("a login is kept, and a token that has run out is refreshed when the stream is opened again", async () => {
      const own = await stand();
      const dataDir = await newFolder(rig);
      const first = await whenLoggedIn(own, dataDir);
      await first.switchyard.close();
      own.upstream.expireAll();
      const from = own.auth.requests.length;
      const second = await newFrontOf(rig, own.target, { dataDir });
      await second.isReady();
      assert.ok(isAnswered(await second.call()));
      assert.deepEqual(tokensGiven(own, from), ["POST /token"]);
      own.upstream.expireAll();
      const before = own.scripted.connections;
      own.cut();
      await until(() => own.scripted.connections > before, "the stream is opened again");
      await second.isReady();
      assert.ok(isAnswered(await second.call()));
      assert.equal(tokensGiven(own, from).length, 2);
    });

    test("a login of another authorization server is asked for when the stream is opened again", async () => {
      const own = await stand();
      const front = await whenLoggedIn(own, await newFolder(rig));
      const other = rig.use(await startAuthorizationServer());
      own.upstream.authorizationServer = other;
      own.cut();
      await until(() => stateOf(front).kind === "awaiting_login", "it waits for a login");
      assert.equal(new URL(await front.address()).origin, other.issuer);
      await logIn(front);
      await front.isReady();
      assert.ok(isAnswered(await front.call()));
    });

    test("without oauth, and with an Authorization of the operator's, the refusal stands", async () => {
      const { target } = await stand();
      assert.ok(target.kind === "sse" || target.kind === "ws");
      for (const without of [
        { ...target, oauth: false as const },
        { ...target, headers: { Authorization: "Bearer x" } },
      ]) {
        const front = await newFrontOf(rig, without);
        await front.switchyard.tried;
        const state = stateOf(front);
        assert.ok(state.kind === "recovering");
        assert.equal(state.problem.code, "upstream_refused_credentials");
      }
    });
  });
}

test("over HTTP+SSE a token that runs out under an open stream is refreshed once for all messages, and nobody notices", async () => {
  const own = await overSse();
  const front = await whenLoggedIn(own, await newFolder(rig));
  const from = own.auth.requests.length;
  own.upstream.expireAll();
  const results = await Promise.all(Array.from({ length: 8 }, () => front.call()));
  assert.ok(results.every(isAnswered));
  assert.deepEqual(tokensGiven(own, from), ["POST /token"]);
  assert.equal(own.scripted.connections, 1);
  assert.equal(front.status().state.kind, "ready");
});

test("over HTTP+SSE a message that is refused for good makes the upstream wait for a login; later messages say where", async () => {
  const own = await overSse();
  const front = await whenLoggedIn(own, await newFolder(rig));
  own.upstream.authorizationServer = rig.use(await startAuthorizationServer());
  const results = await Promise.all([front.call(), front.call()]);
  for (const result of results) assert.equal(failureIn(result).code, "login_required");
  await until(() => stateOf(front).kind === "awaiting_login", "it waits for a login");
  assert.ok(failureIn(await front.call()).text.includes(await front.address()));
  await logIn(front);
  await front.isReady();
  assert.ok(isAnswered(await front.call()));
});

test("over HTTP+SSE a call that needs more rights says where to get them, while the upstream stays ready", async () => {
  const own = await overSse();
  const front = await whenLoggedIn(own, await newFolder(rig));
  own.upstream.needs.set("tools/call", ["write"]);
  const failed = failureIn(await front.call());
  assert.equal(failed.code, "login_required");
  const address = new URL(await front.address());
  assert.equal(failed.data["authorizationUrl"], address.href);
  assert.equal(address.searchParams.get("scope"), "read offline_access write");
  assert.equal(stateOf(front).kind, "ready");
  await logIn(front);
  assert.ok(isAnswered(await front.call()));
  assert.equal(own.scripted.connections, 1);
});

test("over WebSocket a token that runs out matters only when the next one is opened", async () => {
  const own = await overWebSocket();
  const front = await whenLoggedIn(own, await newFolder(rig));
  own.upstream.expireAll();
  const refused = own.upstream.refused.length;
  assert.ok(isAnswered(await front.call()));
  assert.equal(own.upstream.refused.length, refused);
});

test("an upstream of HTTP+SSE that is configured as http is found out with its login", async () => {
  const own = await overSse();
  const front = await newFront(rig, own.upstream.url);
  await logIn(front);
  await front.isReady();
  assert.equal(front.status().transport, "sse");
  assert.ok(isAnswered(await front.call()));
});
