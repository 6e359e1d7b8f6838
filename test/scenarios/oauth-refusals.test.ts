import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject } from "../../src/core/json.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { browse, startAuthorizationServer } from "../rig/authorization-server.ts";
import { listenOnFreePort } from "../rig/http-server.ts";
import { failureIn, isAnswered, logIn, newFolder, newFront, newStand } from "../rig/oauth-stand.ts";
import { fileRig, httpUpstream } from "../rig/rig.ts";
import { serveScripted } from "../rig/scripted-http.ts";
import { ScriptedServer, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();

test("an answer with an unknown, used or outdated state, from another issuer, or without one, logs nobody in", async () => {
  verifies("auth.issuer-recorded", "auth.state");
  const { auth, upstream } = await newStand(rig);
  const front = await newFront(rig, upstream.url);
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
  const { auth, upstream } = await newStand(rig);
  auth.person = "declines";
  const front = await newFront(rig, upstream.url);
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
  const { auth, upstream } = await newStand(rig);
  const front = await newFront(rig, upstream.url);
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

test("a configured client is not used at another server than the first one", async () => {
  verifies("auth.credentials-mismatch");
  const { auth, upstream } = await newStand(rig);
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
  const front = await newFront(rig, upstream.url, {}, { oauth });
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
  verifies("auth.configured-token");
  for (const target of [{ oauth: false }, { headers: { AUTHORIZATION: "Bearer of-the-operator" } }] as const) {
    const { auth, upstream } = await newStand(rig);
    const front = await newFront(rig, upstream.url, {}, target);
    await until(() => front.status().state.kind === "recovering", "it was refused");
    const { state } = front.status();
    assert.ok(state.kind === "recovering" && state.problem.code === "upstream_refused_credentials");
    assert.deepEqual(auth.requests, []);
  }
});

test("an upstream that wants something else than OAuth is told of as such", async () => {
  const upstream = rig.use(
    await listenOnFreePort((request, response) => {
      response.writeHead(request.url === "/mcp" ? 401 : 404, { "www-authenticate": 'ApiKey realm="x"' }).end();
    }),
  );
  const front = await newFront(rig, upstream.url);
  await until(() => front.status().state.kind === "recovering", "it was refused");
  const { state } = front.status();
  assert.ok(state.kind === "recovering");
  assert.equal(state.problem.code, "upstream_refused_credentials");
  assert.match(state.problem.suggestion, /headers/);
});

test("logins that cannot be read stop the upstreams that need one, and nothing else", async () => {
  const { upstream } = await newStand(rig);
  const dataDir = await newFolder(rig);
  await writeFile(join(dataDir, "logins.enc"), "half a fi");
  const open = new ScriptedServer(modernScript());
  const free = rig.use(
    await listenOnFreePort((request, response) => void serveScripted(open, "json", request, response)),
  );
  const upstreams = [httpUpstream("closed", upstream.url), httpUpstream("open", free.url)];
  const switchyard = rig.use(startSwitchyard({ upstreams, oauth: { dataDir } }));
  const states = (): unknown[] =>
    switchyard.status().upstreams.map(({ state }) => (state.kind === "recovering" ? state.problem.code : state.kind));
  await until(() => states().join() === "logins_unreadable,ready", "one is told of and the other ready");
  const [{ state } = { state: undefined }] = switchyard.status().upstreams;
  assert.match(state?.kind === "recovering" ? state.problem.suggestion : "", /delete logins\.enc/);
  assert.equal(await readFile(join(dataDir, "logins.enc"), "utf8"), "half a fi");
});

test("where nothing listens for the end of a login, the person is told of the command that does", async () => {
  const { upstream } = await newStand(rig);
  const switchyard = rig.use(startSwitchyard({ upstreams: [httpUpstream("up", upstream.url)] }));
  await switchyard.tried;
  const [status] = switchyard.status().upstreams;
  assert.ok(status?.state.kind === "recovering");
  assert.equal(status.state.problem.code, "login_required");
  assert.match(status.state.problem.suggestion, /switchyard login up/);
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
    const front = await newFront(rig, upstream.url);
    await until(() => front.status().state.kind === "recovering", "it was given up");
    const { state } = front.status();
    assert.match(state.kind === "recovering" ? state.problem.message : "", told);
    assert.ok(rounds <= 12);
  }
});
