import assert from "node:assert/strict";
import { test } from "node:test";
import { authDefaults } from "../../src/access/options.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { startAuthorizationServer } from "../rig/authorization-server.ts";
import { logIn, newFront } from "../rig/oauth-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";

const rig = fileRig();

/** A port that was free a moment ago: what tokens are for must be known before the gateway listens. */
async function freePort(): Promise<number> {
  await using switchyard = startSwitchyard({ upstreams: [], auth: authDefaults });
  return Number(
    new URL((await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] })).origin)
      .port,
  );
}

test("a client that knows nothing but the address logs in at a real authorization server, and may do what its scopes allow", async () => {
  const auth = rig.use(await startAuthorizationServer("jwt"));
  const port = await freePort();
  const oauth = {
    issuer: auth.issuer,
    audience: `http://127.0.0.1:${port}/mcp`,
    jwksUrl: undefined,
    rules: [
      { claim: "scope", value: "read", role: "user", grants: ["up/look"] },
      { claim: "sub", value: "grace", role: "admin", grants: [] },
    ],
  } as const;
  const stand = await accessStand(rig, { up: fullServer("up") }, { auth: { apiKeys: false, oauth } }, port);
  const front = await newFront(rig, stand.url);
  await logIn(front);
  await front.isReady();
  const tools = await rawModern(`${front.server.origin}/mcp`)("tools/list", {});
  const text = JSON.stringify(tools.answer);
  assert.match(text, /up__up__look/);
  assert.doesNotMatch(text, /change/);
  const called = await rawModern(`${front.server.origin}/mcp`)("tools/call", { name: "up__up__look", arguments: {} });
  assert.match(JSON.stringify(called.answer), /"text":"hi"/);
  assert.equal((await stand.rest("/api/keys", bearer("nobody"))).status, 401);
});
