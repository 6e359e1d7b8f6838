import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { before, beforeEach, test } from "node:test";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";
import type { TokenOptions } from "../../src/access/options.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { type AccessStand, type RestAnswer, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { type TokenIssuer, audience, tokenIssuer } from "../rig/token-stand.ts";
import { verifies } from "../requirements/verifies.ts";

/*
 * Access tokens as a resource server takes them: which ones get in, as whom, and what is told to those that do not.
 */

const rig = fileRig();
let issuer: TokenIssuer;
let stand: AccessStand;

const rules: TokenOptions["rules"] = [
  { claim: "scope", value: "use", role: "user", grants: ["read:up"] },
  { claim: "scope", value: "change", role: "user", grants: ["up/change"] },
  { claim: "realm.groups", value: "operators", role: "operator", grants: [] },
];

function oauthOf({ issuer: name }: TokenIssuer, more: Partial<TokenOptions> = {}): TokenOptions {
  return { issuer: name, audience, jwksUrl: undefined, rules, ...more };
}

before(async () => {
  issuer = await tokenIssuer(rig);
});

// Each with its own gateway, as wrong tokens are counted.
beforeEach(async () => {
  stand = await accessStand(rig, { up: fullServer("up") }, { auth: { apiKeys: true, oauth: oauthOf(issuer) } });
});

/** What the gateway says to a token. */
function shows(token: string, path = "/api/status"): Promise<RestAnswer> {
  return stand.rest(path, bearer(token));
}

async function reasonFor(token: string): Promise<string> {
  const { status, code, body, headers } = await shows(token);
  assert.deepEqual([status, code], [401, "unauthenticated"]);
  assert.match(headers.get("www-authenticate") ?? "", /^Bearer error="invalid_token", resource_metadata="/);
  assert.ok(token.length < 10 || !JSON.stringify(body).includes(token), "a token is not repeated");
  return JSON.stringify(body);
}

test("a good token gets in, as whom its claims say, and is checked once", async () => {
  const ask = rawModern(stand.url, bearer(await issuer.token()));
  const listed = JSON.stringify((await ask("tools/list", {})).answer);
  assert.match(listed, /up__look/);
  assert.doesNotMatch(listed, /up__change/);
  const fetches = issuer.fetches();
  issuer.fail(true);
  await ask("tools/list", {});
  issuer.fail(false);
  assert.equal(issuer.fetches(), fetches);
  const more = rawModern(stand.url, bearer(await issuer.token({ scope: "use change" })));
  assert.match(JSON.stringify((await more("tools/list", {})).answer), /up__change.*up__look/);
  const operator = await issuer.token({ scope: "", realm: { groups: ["people", "operators"] } });
  assert.equal((await shows(operator, "/api/upstreams/up/logs")).status, 200);
});

test("a token that is not good gets in nowhere, and is told why", async () => {
  verifies("auth.token-audience");
  const now = Math.floor(Date.now() / 1000);
  const stranger = await generateKeyPair("ES256");
  const forged = await new SignJWT({ iss: issuer.issuer, aud: audience, sub: "ada", scope: "use", exp: now + 300 })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .sign(stranger.privateKey);
  assert.match(await reasonFor(forged), /its form or its signature is wrong/);
  assert.match(await reasonFor(await issuer.token({ exp: now - 60 })), /it has run out/);
  assert.match(await reasonFor(await issuer.token({ nbf: now + 300 })), /it is not valid yet/);
  assert.match(await reasonFor(await issuer.token({ aud: "https://other.example.com/mcp" })), /for another audience/);
  assert.match(await reasonFor(await issuer.token({ aud: `${audience}/` })), /for another audience/);
  assert.match(await reasonFor(await issuer.token({ iss: "https://other.example.com" })), /another issuer's/);
  assert.match(await reasonFor(await issuer.token({ iss: `${issuer.issuer}/` })), /another issuer's/);
  assert.match(
    await reasonFor(await issuer.token({}, { kid: "../../dev/null" })),
    /a key that the issuer does not have/,
  );
  assert.match(await reasonFor(await issuer.token({ sub: "" })), /for whom it is/);
  assert.match(await reasonFor(`${await issuer.token()}x`), /its form or its signature/);
  for (const nonsense of ["a", "a.b.c", "..", "x".repeat(9000)]) await reasonFor(nonsense);
});

test("a token without an end gets in nowhere", async () => {
  const endless = await new SignJWT({ iss: issuer.issuer, aud: audience, sub: "ada", scope: "use" })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .sign(issuer.key);
  assert.match(await reasonFor(endless), /a claim of it is missing or wrong/);
});

test("clocks may differ by half a minute", async () => {
  const now = Math.floor(Date.now() / 1000);
  assert.equal((await shows(await issuer.token({ exp: now - 10, jti: "late" }))).status, 200);
  assert.equal((await shows(await issuer.token({ nbf: now + 10, jti: "early" }))).status, 200);
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

test("a token whose algorithm is none, or takes the public key for a secret, gets in nowhere", async () => {
  const now = Math.floor(Date.now() / 1000);
  const body = part({ iss: issuer.issuer, aud: audience, sub: "ada", scope: "use", exp: now + 300 });
  for (const alg of ["none", "None", "NONE"]) assert.match(await reasonFor(`${part({ alg })}.${body}.`), /not valid/);
  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  const signed = `${part({ alg: "HS256", kid: "k1" })}.${body}`;
  const mac = createHmac("sha256", await exportSPKI(publicKey))
    .update(signed)
    .digest("base64url");
  assert.match(await reasonFor(`${signed}.${mac}`), /an algorithm that is not taken/);
});

test("nothing of a token comes back in a header", async () => {
  for (const token of ['a"b', "a,b", "a\tb", 'x", error="y', "é"]) {
    const response = await stand.rest("/api/status", { authorization: `Bearer ${token}` });
    assert.equal(response.status, 401);
    const challenge = response.headers.get("www-authenticate") ?? "";
    assert.match(challenge, /^Bearer error="invalid_token", resource_metadata="[^"]+", scope="use change"$/);
  }
});

test("a token that no rule fits is refused with the scopes that would", async () => {
  verifies("auth.insufficient-scope");
  const { status, code, headers } = await shows(await issuer.token({ scope: "other" }));
  assert.deepEqual([status, code], [403, "forbidden"]);
  assert.equal(
    headers.get("www-authenticate"),
    `Bearer error="insufficient_scope", resource_metadata="${stand.server.origin}/.well-known/oauth-protected-resource/mcp", scope="use change"`,
  );
});

test("clients learn from the gateway where to get a token, without one", async () => {
  verifies("auth.metadata-served", "auth.challenge-scope");
  for (const path of ["", "/mcp", "/mcp/p/dev"]) {
    const { status, body } = await stand.rest(`/.well-known/oauth-protected-resource${path}`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      resource: stand.url,
      authorization_servers: [issuer.issuer],
      bearer_methods_supported: ["header"],
      scopes_supported: ["use", "change"],
    });
  }
  const { headers } = await stand.rest("/mcp", {}, { method: "POST", body: "{}" });
  assert.equal(
    headers.get("www-authenticate"),
    `Bearer resource_metadata="${stand.server.origin}/.well-known/oauth-protected-resource/mcp", scope="use change"`,
  );
});

test("what a proxy says of the address counts only where it is trusted", async () => {
  const forwarded = { "x-forwarded-host": "127.0.0.1", "x-forwarded-proto": "https" };
  const path = "/.well-known/oauth-protected-resource";
  assert.equal((await stand.rest(path, forwarded)).body["resource"], stand.url);
  const switchyard = rig.use(startSwitchyard({ upstreams: [], auth: { apiKeys: false, oauth: oauthOf(issuer) } }));
  const listen = { host: "127.0.0.1", port: 0, allowedHosts: ["gateway.example.com"], allowedOrigins: [] };
  const { origin } = await switchyard.listen({ ...listen, trustedProxies: ["127.0.0.0/8"] });
  const resourceFor = async (headers: Record<string, string>): Promise<unknown> => {
    const value: unknown = await (await fetch(`${origin}${path}`, { headers })).json();
    return typeof value === "object" && value !== null && "resource" in value ? value.resource : value;
  };
  assert.equal(
    await resourceFor({ "x-forwarded-host": "gateway.example.com", "x-forwarded-proto": "https" }),
    "https://gateway.example.com/mcp",
  );
  assert.equal(
    await resourceFor({ forwarded: 'for=192.0.2.1;proto=https;host="gateway.example.com"' }),
    "https://gateway.example.com/mcp",
  );
  assert.match(JSON.stringify(await resourceFor({ "x-forwarded-host": "evil.example.com" })), /forbidden_host/);
  const named = rig.use(startSwitchyard({ upstreams: [], auth: { apiKeys: false, oauth: oauthOf(issuer) } }));
  const front = await named.listen({ ...listen, publicUrl: "https://gateway.example.com/" });
  const { headers } = await fetch(`${front.origin}/mcp`, { headers: { "x-forwarded-host": "evil.example.com" } });
  assert.match(
    headers.get("www-authenticate") ?? "",
    /resource_metadata="https:\/\/gateway\.example\.com\/\.well-known\/oauth-protected-resource\/mcp"/,
  );
});

test("a key that the issuer changes for another is found, and tokens of the old one are no longer good", async () => {
  const own = await tokenIssuer(rig);
  const at = await accessStand(rig, {}, { auth: { apiKeys: false, oauth: oauthOf(own) } });
  const status = async (token: string): Promise<number> => (await at.rest("/api/status", bearer(token))).status;
  // A key that nobody has seen yet is looked for at most every 30 seconds, also right after the first time.
  await own.rotate();
  const fresh = await own.token();
  assert.equal(await status(fresh), 200);
  const { privateKey } = await generateKeyPair("ES256");
  const old = await new SignJWT({ iss: own.issuer, aud: audience, sub: "ada", scope: "use" })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setExpirationTime("5m")
    .sign(privateKey);
  assert.equal(await status(old), 401);
  assert.equal(own.fetches(), 1);
});

test("without the issuer's keys no token gets in, whatever it says; with them again, they do", async () => {
  const own = await tokenIssuer(rig);
  own.fail(true);
  const at = await accessStand(rig, {}, { auth: { apiKeys: true, oauth: oauthOf(own) } });
  const token = await own.token();
  const { status, code, body } = await at.rest("/api/status", bearer(token));
  assert.deepEqual([status, code], [503, "auth_unavailable"]);
  assert.match(
    JSON.stringify(body),
    /the authorization server http:\/\/127\.0\.0\.1:\d+ does not give its keys \(HTTP 500\)/,
  );
  assert.equal((await at.rest("/api/status", (await at.key("user")).headers)).status, 200, "keys are not concerned");
  own.fail(false);
  assert.equal((await at.rest("/api/status", bearer(token))).status, 200);
});

test("metadata of another issuer, or keys at an address that others could change, are not taken", async () => {
  for (const metadata of [
    { issuer: "https://other.example.com" },
    { jwks_uri: "http://keys.example.com/" },
    { jwks_uri: 1 },
  ]) {
    const own = await tokenIssuer(rig, metadata);
    const at = await accessStand(rig, {}, { auth: { apiKeys: false, oauth: oauthOf(own) } });
    assert.equal((await at.rest("/api/status", bearer(await own.token()))).code, "auth_unavailable");
  }
});

test("a WebSocket opened with a token is closed when that runs out", async () => {
  const now = Math.floor(Date.now() / 1000);
  // Half a minute is allowed for clocks that differ: this one has a second left of it.
  const token = await issuer.token({ exp: now - 28, jti: randomBytes(4).toString("hex") });
  const socket = rig.use(await rawWebSocket(stand.url.replace(/^http/, "ws"), ["mcp", `bearer.${token}`]));
  assert.deepEqual(await socket.closed, [1008, "the key or token is no longer valid"]);
  assert.equal((await shows(token)).status, 401);
});
