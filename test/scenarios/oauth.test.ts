import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { browse, startAuthorizationServer } from "../rig/authorization-server.ts";
import { failureIn, isAnswered, logIn, newFolder, newFront, newStand, stateOf } from "../rig/oauth-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { legacyScript, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();

for (const [era, script] of [["2026-07-28", modernScript] as const, ["2025-11-25", legacyScript] as const]) {
  test(`an upstream of ${era} that wants a login waits with an address, and is ready once somebody has logged in there`, async () => {
    verifies("auth.challenge", "auth.resource-parameter", "auth.bearer", "auth.pkce", "auth.redirect");
    const { upstream } = await newStand(rig, script());
    const front = await newFront(rig, upstream.url);
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
  verifies("auth.token-kept");
  const { auth, upstream } = await newStand(rig);
  const dataDir = await newFolder(rig);
  const first = await newFront(rig, upstream.url, { dataDir });
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
  const second = await newFront(rig, upstream.url, { dataDir });
  await second.isReady();
  assert.ok(isAnswered(await second.call()));
  assert.deepEqual(auth.requests.slice(before), []);
});

test("a token that has run out is refreshed once for all calls, and nobody notices", async () => {
  verifies("auth.refresh");
  const { auth, upstream } = await newStand(rig);
  const front = await newFront(rig, upstream.url, { dataDir: await newFolder(rig) });
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
  verifies("auth.scope-kept", "auth.step-up");
  const { upstream } = await newStand(rig);
  const front = await newFront(rig, upstream.url);
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
  verifies("auth.step-up-limit");
  const { auth, upstream } = await newStand(rig);
  const front = await newFront(rig, upstream.url);
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
  // Whoever does not want to give more has lost nothing.
  auth.person = "declines";
  upstream.needs.set("tools/call", ["write"]);
  await front.call();
  assert.match((await browse(await front.address())).text, /access_denied/);
  auth.person = "consents";
  upstream.needs.set("tools/call", ["read"]);
  assert.ok(isAnswered(await front.call()));
  upstream.expireAll();
  assert.ok(isAnswered(await front.call()), "the token that was there before can still be refreshed");

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
  const { auth, upstream } = await newStand(rig);
  const opened: URL[] = [];
  const front = await newFront(rig, upstream.url, {
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

test("when the upstream takes logins of another server, a client is registered there and nothing of the old one is sent", async () => {
  verifies("auth.credentials-per-issuer");
  const { auth, upstream } = await newStand(rig);
  const front = await newFront(rig, upstream.url);
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

test("an address to log in at is fresh at any time, and an old one serves for ten minutes from when it was made", async () => {
  const { upstream } = await newStand(rig);
  const clock = new ManualClock();
  const front = await newFront(rig, upstream.url, {}, {}, clock);
  const first = await front.address();
  const { since } = stateOf(front);
  clock.advance(5 * 60_000);
  await until(() => front.status().authorizationUrl !== first, "there is a fresh address");
  const second = await front.address();
  const state = stateOf(front);
  assert.ok(state.kind === "awaiting_login" && state.authorizationUrl === second && state.since === since);
  clock.advance(5 * 60_000);
  await until(() => front.status().authorizationUrl !== second, "there is another one");
  assert.match((await browse(first)).text, /No login waits for this answer: it was begun too long ago/);
  assert.match((await browse(second)).text, /Switchyard may now use up\./);
  await front.isReady();
});

test("two gateways that share a folder share the login, and what one has refreshed the other takes over", async () => {
  const { auth, upstream } = await newStand(rig);
  const dataDir = await newFolder(rig);
  const first = await newFront(rig, upstream.url, { dataDir });
  await logIn(first);
  await first.isReady();
  const second = await newFront(rig, upstream.url, { dataDir });
  await second.isReady();
  upstream.expireAll();
  assert.ok(isAnswered(await first.call()));
  const before = auth.requests.length;
  assert.ok(isAnswered(await second.call()));
  assert.deepEqual(auth.requests.slice(before), []);
});
