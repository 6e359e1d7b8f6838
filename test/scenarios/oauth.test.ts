import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type LoginOptions, type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import type { HttpServer } from "../../src/server/server.ts";
import type { UpstreamStatus } from "../../src/gateway/status.ts";
import { type HttpTarget, upstreamDefaults } from "../../src/upstream/options.ts";
import { type AuthorizationServer, browse, startAuthorizationServer } from "../rig/authorization-server.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { type ProtectedServer, protectedHttp } from "../rig/protected-server.ts";
import { rawModern } from "../rig/raw-client.ts";
import { Rig } from "../rig/rig.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";

const rig = new Rig();
after(() => rig.close());

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-oauth-"));
  rig.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Stand {
  readonly auth: AuthorizationServer;
  readonly upstream: ProtectedServer;
}

async function newStand(script = modernScript()): Promise<Stand> {
  const auth = rig.use(await startAuthorizationServer());
  const upstream = rig.use(await protectedHttp(new ScriptedServer(script), auth));
  return { auth, upstream };
}

interface Front {
  readonly switchyard: Switchyard;
  readonly server: HttpServer;
  status(): UpstreamStatus;
  /** Where a person is asked to log in, once one is. */
  address(): Promise<string>;
  isReady(): Promise<void>;
  call(): Promise<JsonObject>;
}

/** A gateway in front of one upstream that listens, as `switchyard serve` does. */
async function newFront(url: string, oauth: LoginOptions = {}, target: Partial<HttpTarget> = {}): Promise<Front> {
  const options = { name: "up", target: { kind: "http", url, headers: {}, ...target }, ...upstreamDefaults } as const;
  const switchyard = rig.use(startSwitchyard({ upstreams: [options], oauth }));
  const server = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const status = (): UpstreamStatus => {
    const [found] = switchyard.status().upstreams;
    assert.ok(found);
    return found;
  };
  return {
    switchyard,
    server,
    status,
    async address() {
      await until(() => status().authorizationUrl !== undefined, "somebody is asked to log in");
      return status().authorizationUrl ?? "";
    },
    isReady: () => until(() => status().state.kind === "ready", "the upstream is ready"),
    async call() {
      const { answer } = await rawModern(`${server.origin}/mcp`)("tools/call", { name: "up__echo", arguments: {} });
      return isJsonObject(answer["result"]) ? answer["result"] : answer;
    },
  };
}

/** The sentence of a call that failed on the way. */
function failureIn(result: JsonObject): { readonly code: unknown; readonly text: string; readonly data: JsonObject } {
  const meta = isJsonObject(result["_meta"]) ? result["_meta"] : {};
  const data = isJsonObject(meta["switchyard/error"]) ? meta["switchyard/error"] : {};
  return { code: data["code"], text: JSON.stringify(result["content"]), data };
}

function isAnswered(result: JsonObject): boolean {
  return result["isError"] === undefined && JSON.stringify(result["content"]).includes('"hi"');
}

async function logIn(front: Front): Promise<void> {
  const page = await browse(await front.address());
  assert.match(page.text, /Switchyard may now use up\./);
  assert.equal(page.status, 200);
}

for (const [era, script] of [["2026-07-28", modernScript] as const, ["2025-11-25", legacyScript] as const]) {
  test(`an upstream of ${era} that wants a login waits with an address, and is ready once somebody has logged in there`, async () => {
    const { upstream } = await newStand(script());
    const front = await newFront(upstream.url);
    const url = new URL(await front.address());
    const { state } = front.status();
    assert.equal(state.kind, "awaiting_login");
    assert.equal(url.searchParams.get("code_challenge_method"), "S256");
    assert.equal(url.searchParams.get("resource"), upstream.url);
    assert.equal(url.searchParams.get("redirect_uri"), `${front.server.origin}/oauth/callback`);
    assert.equal(url.searchParams.get("scope"), "read offline_access");

    const failed = failureIn(await front.call());
    assert.equal(failed.code, "login_required");
    assert.ok(failed.text.includes(url.href));

    await logIn(front);
    await front.isReady();
    assert.equal(front.status().authorizationUrl, undefined);
    assert.ok(isAnswered(await front.call()));
  });
}

test("a login outlives the gateway, is not readable in its folder, and shows nowhere", async () => {
  const { auth, upstream } = await newStand();
  const dataDir = await newFolder();
  const first = await newFront(upstream.url, { dataDir });
  await logIn(first);
  await first.isReady();
  const shown = JSON.stringify(first.switchyard.status());
  await first.switchyard.close();

  const [token] = upstream.seen;
  assert.ok(token);
  assert.ok(!shown.includes(token));
  const names = await readdir(dataDir);
  assert.deepEqual(names.toSorted(), ["logins.enc", "logins.key"]);
  for (const name of names) {
    const text = await readFile(join(dataDir, name), "utf8");
    for (const secret of [token, Buffer.from(token).toString("base64").slice(0, 20), upstream.url, auth.issuer]) {
      assert.ok(!text.includes(secret), name);
    }
  }

  const before = auth.requests.length;
  const second = await newFront(upstream.url, { dataDir });
  await second.isReady();
  assert.ok(isAnswered(await second.call()));
  assert.deepEqual(auth.requests.slice(before), []);
});

test("a token that has run out is refreshed once for all calls, and nobody notices", async () => {
  const { auth, upstream } = await newStand();
  const front = await newFront(upstream.url, { dataDir: await newFolder() });
  await logIn(front);
  await front.isReady();
  for (let round = 1; round <= 2; round += 1) {
    const before = auth.requests.length;
    upstream.expireAll();
    const results = await Promise.all(Array.from({ length: 8 }, () => front.call()));
    assert.ok(results.every(isAnswered));
    assert.deepEqual(
      auth.requests.slice(before).filter((request) => request === "POST /token"),
      ["POST /token"],
    );
    assert.equal(front.status().state.kind, "ready");
  }
});

test("a call that needs more rights says where to get them, while the upstream stays ready; what was granted stays", async () => {
  const { upstream } = await newStand();
  const front = await newFront(upstream.url);
  await logIn(front);
  await front.isReady();
  upstream.needs.set("tools/call", ["write"]);

  const failed = failureIn(await front.call());
  assert.equal(failed.code, "login_required");
  const address = new URL(await front.address());
  assert.equal(failed.data["authorizationUrl"], address.href);
  assert.equal(address.searchParams.get("scope"), "read offline_access write");
  assert.equal(front.status().state.kind, "ready");
  // Asked again, it is the same login and not another one.
  assert.equal(failureIn(await front.call()).data["authorizationUrl"], address.href);

  await logIn(front);
  assert.ok(isAnswered(await front.call()));
  assert.equal(front.status().authorizationUrl, undefined);
  assert.equal(front.status().state.kind, "ready");
});

test("rights that a login does not give are not asked for again, and what was granted still serves", async () => {
  const { auth, upstream } = await newStand();
  const front = await newFront(upstream.url);
  await logIn(front);
  await front.isReady();
  upstream.needs.set("tools/call", ["audit"]);
  assert.equal(failureIn(await front.call()).code, "login_required");
  await logIn(front);
  for (let round = 0; round < 2; round += 1) {
    const failed = failureIn(await front.call());
    assert.equal(failed.code, "upstream_refused_credentials");
    assert.match(failed.text, /for want of audit, which the login was asked for and did not give/);
  }
  upstream.needs.set("tools/call", ["unheard-of"]);
  const before = auth.requests.length;
  for (let round = 0; round < 3; round += 1)
    assert.equal(failureIn(await front.call()).code, "upstream_protocol_error");
  assert.deepEqual(auth.requests.slice(before), ["POST /reg"]);
  assert.equal(front.status().authorizationUrl, undefined);
  upstream.needs.set("tools/call", ["read"]);
  assert.ok(isAnswered(await front.call()));
});

test("without a person, whoever starts the gateway may follow the address, and every call finds its rights", async () => {
  const { auth, upstream } = await newStand();
  const opened: URL[] = [];
  const front = await newFront(upstream.url, {
    redirectUri: "http://127.0.0.1:1/oauth/callback",
    async openAuthorizationUrl(url) {
      opened.push(url);
      return new URL((await browseUntil(url.href, "http://127.0.0.1:1/")) ?? "");
    },
  });
  await front.isReady();
  upstream.needs.set("tools/call", ["write"]);
  const results = await Promise.all([front.call(), front.call(), front.call()]);
  assert.ok(results.every(isAnswered));
  assert.equal(opened.length, 2);
  assert.equal(auth.requests.filter((request) => request === "POST /reg").length, 2);
});

/** Follows a login to the address that starts so, without going there. */
async function browseUntil(address: string, end: string): Promise<string | undefined> {
  let found: string | undefined;
  const { fetch: real } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(end)) return real(input, init);
    found = url;
    return new Response("there");
  };
  try {
    await browse(address);
  } finally {
    globalThis.fetch = real;
  }
  return found;
}

test("an answer with an unknown, used or outdated state, from another issuer, or without one, logs nobody in", async () => {
  const { auth, upstream } = await newStand();
  const front = await newFront(upstream.url);
  const callback = `${front.server.origin}/oauth/callback`;
  const answer = async (query: Record<string, string>): Promise<string> => {
    const response = await fetch(`${callback}?${new URLSearchParams(query).toString()}`);
    assert.equal(response.status, 400);
    assert.match(response.headers.get("cache-control") ?? "", /no-store/);
    return response.text();
  };
  const stateNow = async (): Promise<string> => new URL(await front.address()).searchParams.get("state") ?? "";
  const tokenRequests = (): number => auth.requests.filter((request) => request === "POST /token").length;

  assert.match(await answer({ code: "c", state: "x".repeat(43), iss: auth.issuer }), /No login waits for this answer/);
  assert.match(await answer({ code: "c" }), /No login waits for this answer/);
  for (const iss of ["https://evil.example.com", `${auth.issuer}/`, auth.issuer.toUpperCase(), undefined]) {
    const state = await stateNow();
    const query = { code: "stolen-code", state, ...(iss === undefined ? {} : { iss }) };
    const page = await answer({ ...query, error: "<script>alert(1)</script>" });
    assert.match(page, /The answer to the login does not/);
    assert.doesNotMatch(page, /evil|<script>|stolen-code/);
    assert.match(await answer(query), /No login waits for this answer/);
    await until(async () => (await stateNow()) !== state, "there is a fresh address");
  }
  assert.equal(tokenRequests(), 0);

  const refused = await answer({
    error: "access_denied",
    error_description: "<b>no</b>",
    state: await stateNow(),
    iss: auth.issuer,
  });
  assert.match(refused, /refused the login \(access_denied\)/);
  assert.doesNotMatch(refused, /<b>/);
  await until(() => front.status().state.kind === "awaiting_login", "it waits for a login again");

  const state = await stateNow();
  await logIn(front);
  await front.isReady();
  assert.match(await answer({ code: "c", state, iss: auth.issuer }), /No login waits for this answer/);
  assert.equal((await fetch(callback, { method: "POST" })).status, 405);
  assert.equal((await fetch(callback, { headers: { host: "rebound.example.com" } })).status, 400);
});

test("a person who declines is asked again, and nothing is lost", async () => {
  const { auth, upstream } = await newStand();
  auth.person = "declines";
  const front = await newFront(upstream.url);
  const page = await browse(await front.address());
  assert.equal(page.status, 400);
  assert.match(page.text, /refused the login \(access_denied\)/);
  assert.doesNotMatch(page.text, /not today/);
  auth.person = "consents";
  await until(() => front.status().state.kind === "awaiting_login", "it waits for a login again");
  await logIn(front);
  await front.isReady();
});

test("an authorization server that fails asks nobody to log in: the login is tried again, and nothing of its answer shows", async () => {
  const { auth, upstream } = await newStand();
  const front = await newFront(upstream.url);
  await logIn(front);
  await front.isReady();
  upstream.expireAll();
  auth.failWith(503);
  const failed = await front.call();
  assert.doesNotMatch(JSON.stringify(failed), /refresh-token-of-yours/);
  await until(() => front.status().state.kind === "recovering", "it recovers");
  const { state } = front.status();
  assert.ok(state.kind === "recovering" && state.problem.stage === "login");
  assert.doesNotMatch(JSON.stringify(front.switchyard.status()), /refresh-token-of-yours/);
  auth.failWith(undefined);
  await front.isReady();
  assert.ok(isAnswered(await front.call()));
});

test("when the upstream takes logins of another server, a client is registered there and nothing of the old one is sent", async () => {
  const { auth, upstream } = await newStand();
  const front = await newFront(upstream.url);
  await logIn(front);
  await front.isReady();
  const [old] = upstream.seen;
  const other = rig.use(await startAuthorizationServer());
  upstream.authorizationServer = other;
  assert.equal(failureIn(await front.call()).code, "login_required");
  await until(() => front.status().state.kind === "awaiting_login", "it waits for a login");
  assert.equal(new URL(await front.address()).origin, other.issuer);
  assert.deepEqual(
    other.requests.filter((request) => request.startsWith("POST")),
    ["POST /reg"],
  );
  const before = auth.requests.length;
  await logIn(front);
  await front.isReady();
  assert.ok(isAnswered(await front.call()));
  assert.notEqual([...upstream.seen].at(-1), old);
  assert.equal(auth.requests.length, before);
});

test("a configured client is not used at another server than the first one", async () => {
  const { auth, upstream } = await newStand();
  const registration = await fetch(`${auth.issuer}/reg`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      redirect_uris: ["http://127.0.0.1/oauth/callback"],
      application_type: "native",
      scope: "read",
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "client_secret_basic",
    }),
  });
  const registered: unknown = await registration.json();
  assert.ok(isJsonObject(registered));
  const oauth = {
    clientId: String(registered["client_id"]),
    clientSecret: String(registered["client_secret"]),
    scopes: ["read"],
  };
  const front = await newFront(upstream.url, {}, { oauth });
  await logIn(front);
  await front.isReady();
  const other = rig.use(await startAuthorizationServer());
  upstream.authorizationServer = other;
  const failed = failureIn(await front.call());
  assert.equal(failed.code, "upstream_refused_credentials");
  assert.match(failed.text, /where oauth\.clientId is not known/);
  assert.ok(other.requests.every((request) => request.startsWith("GET /.well-known/")));
});

test("an upstream with a token of its own, or with oauth turned off, is never logged in to", async () => {
  for (const target of [{ oauth: false }, { headers: { AUTHORIZATION: "Bearer of-the-operator" } }] as const) {
    const { auth, upstream } = await newStand();
    const front = await newFront(upstream.url, {}, target);
    await until(() => front.status().state.kind === "recovering", "it was refused");
    const { state } = front.status();
    assert.ok(state.kind === "recovering" && state.problem.code === "upstream_refused_credentials");
    assert.deepEqual(auth.requests, []);
  }
});

test("logins that cannot be read stop the upstreams that need one, and nothing else", async () => {
  const { upstream } = await newStand();
  const open = rig.use(await listenOnFreePort((_request, response) => response.writeHead(404).end()));
  const dataDir = await newFolder();
  await writeFile(join(dataDir, "logins.enc"), "half a fi");
  const front = await newFront(upstream.url, { dataDir });
  await until(() => front.status().state.kind === "recovering", "it was told of");
  const { state } = front.status();
  assert.ok(state.kind === "recovering" && state.problem.code === "logins_unreadable");
  assert.match(state.problem.suggestion, /delete logins\.enc/);
  assert.equal(await readFile(join(dataDir, "logins.enc"), "utf8"), "half a fi");
  assert.ok(open);
});

test("metadata without end, and redirects without end, are given up", async () => {
  for (const [path, told] of [
    ["/endless", /longer than 262144 bytes/],
    ["/round", /has no metadata|cannot be used/],
  ] as const) {
    let rounds = 0;
    const upstream = rig.use(
      await listenOnFreePort((request, response) => {
        const { origin } = new URL(`http://${request.headers.host ?? ""}`);
        if (request.url === "/mcp") {
          response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${origin}${path}"` }).end();
        } else if (request.url?.startsWith("/endless") === true) {
          response.writeHead(200, { "content-type": "application/json" });
          response.write(" ".repeat(300_000));
        } else if (request.url?.startsWith("/round") === true) {
          rounds += 1;
          response.writeHead(302, { location: `/round?${rounds}` }).end();
        } else response.writeHead(404).end();
      }),
    );
    const front = await newFront(upstream.url);
    await until(() => front.status().state.kind === "recovering", "it was given up");
    const { state } = front.status();
    assert.match(state.kind === "recovering" ? state.problem.message : "", told);
    assert.ok(rounds <= 12);
  }
});
