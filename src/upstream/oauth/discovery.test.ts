import assert from "node:assert/strict";
import { test } from "node:test";
import { discover } from "./discovery.ts";
import type { Fetch } from "./guarded-fetch.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const upstream = new URL("https://mcp.example.com/mcp");

function metadataOf(issuer: string, more: object = {}): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    ...more,
  };
}

const auth = "https://auth.example.com";
const wellKnown = "/.well-known/oauth-authorization-server";
const ofUpstream = "https://mcp.example.com/.well-known/oauth-protected-resource";

/** Finds out where to log in, in a web that consists of these documents. */
async function found(
  documents: Readonly<Record<string, object>>,
  options: { metadataUrl?: string; known?: string[] } = {},
) {
  const asked: string[] = [];
  const fetchFn: Fetch = (url) => {
    asked.push(String(url));
    const document = documents[String(url)];
    return Promise.resolve(document === undefined ? new Response(null, { status: 404 }) : Response.json(document));
  };
  const { metadataUrl, known = [] } = options;
  const discovery = await discover({ upstream, metadataUrl, known, fetchFn });
  if (discovery === undefined) return { issuer: undefined, asked };
  const { server, resource, scopes } = discovery;
  return { issuer: server.issuer, resource, scopes, asked };
}

const resource = { resource: "https://mcp.example.com", authorization_servers: [auth], scopes_supported: ["read"] };

test("the metadata that the challenge names is used, and its resource is kept byte for byte", async () => {
  verifies("auth.resource-metadata", "auth.resource-parameter");
  const metadataUrl = "https://mcp.example.com/elsewhere.json";
  const documents = { [metadataUrl]: resource, [auth + wellKnown]: metadataOf(auth) };
  assert.deepEqual(await found(documents, { metadataUrl }), {
    issuer: auth,
    resource: "https://mcp.example.com",
    scopes: ["read"],
    asked: [metadataUrl, auth + wellKnown],
  });
});

test("without a challenge the well-known addresses are tried, that of the path first", async () => {
  verifies("auth.resource-metadata-fallback");
  const { asked } = await found({ [ofUpstream]: resource, [auth + wellKnown]: metadataOf(auth) });
  assert.deepEqual(asked, [`${ofUpstream}/mcp`, ofUpstream, auth + wellKnown]);
});

test("an issuer with a path is looked for by OAuth and then by OpenID Connect, inserted and appended", async () => {
  verifies("auth.server-metadata");
  const tenant = `${auth}/tenant1`;
  const openId = {
    jwks_uri: `${auth}/jwks`,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  const { asked, issuer } = await found({
    [`${ofUpstream}/mcp`]: { ...resource, authorization_servers: [tenant] },
    [`${tenant}/.well-known/openid-configuration`]: metadataOf(tenant, openId),
  });
  assert.equal(issuer, tenant);
  assert.deepEqual(asked.slice(1), [
    `${auth}${wellKnown}/tenant1`,
    `${auth}/.well-known/openid-configuration/tenant1`,
    `${tenant}/.well-known/openid-configuration`,
  ]);
});

test("of several authorization servers one that is known is preferred, else the first", async () => {
  const other = "https://other.example.com";
  const documents = {
    [ofUpstream]: { ...resource, authorization_servers: [auth, other] },
    [auth + wellKnown]: metadataOf(auth),
    [other + wellKnown]: metadataOf(other),
  };
  assert.equal((await found(documents)).issuer, auth);
  assert.equal((await found(documents, { known: [other] })).issuer, other);
});

test("an upstream without resource metadata has its authorization server at its own origin", async () => {
  const origin = "https://mcp.example.com";
  const { issuer, resource: asked } = await found({ [origin + wellKnown]: metadataOf(origin) });
  assert.equal(issuer, origin);
  assert.equal(asked, "https://mcp.example.com/mcp");
});

test("a secret in the query of an upstream's address goes into no login", async () => {
  verifies("auth.bearer");
  const origin = "https://mcp.example.com";
  const fetchFn: Fetch = (url) =>
    Promise.resolve(
      String(url) === origin + wellKnown ? Response.json(metadataOf(origin)) : new Response(null, { status: 404 }),
    );
  const discovery = await discover({
    upstream: new URL(`${origin}/?key=s3cret`),
    metadataUrl: undefined,
    known: [],
    fetchFn,
  });
  assert.equal(discovery?.resource, origin);
});

test("an upstream that says nothing about any authorization server wants something else", async () => {
  assert.equal((await found({})).issuer, undefined);
  await assert.rejects(found({}, { metadataUrl: "https://mcp.example.com/gone.json" }), /has no metadata$/);
});

const refused: Readonly<Record<string, readonly [documents: Readonly<Record<string, object>>, told: RegExp]>> = {
  "an authorization server without metadata": [{ [ofUpstream]: resource }, /has no metadata$/],
  "metadata of another issuer": [
    { [ofUpstream]: resource, [auth + wellKnown]: metadataOf("https://honest.example") },
    /is that of another one$/,
  ],
  "an issuer that differs by a slash": [
    { [ofUpstream]: resource, [auth + wellKnown]: metadataOf(`${auth}/`) },
    /is that of another one$/,
  ],
  "no word on PKCE": [
    { [ofUpstream]: resource, [auth + wellKnown]: metadataOf(auth, { code_challenge_methods_supported: undefined }) },
    /does not offer PKCE with S256/,
  ],
  "only plain PKCE": [
    { [ofUpstream]: resource, [auth + wellKnown]: metadataOf(auth, { code_challenge_methods_supported: ["plain"] }) },
    /does not offer PKCE with S256/,
  ],
  "a resource of somebody else": [
    { [ofUpstream]: { ...resource, resource: "https://evil.example.com/mcp" } },
    /which is another resource$/,
  ],
  "a login page without TLS": [
    {
      [ofUpstream]: resource,
      [auth + wellKnown]: metadataOf(auth, { authorization_endpoint: "http://auth.example.com/authorize" }),
    },
    /is not at an https address$/,
  ],
  "metadata without endpoints": [{ [ofUpstream]: resource, [auth + wellKnown]: { issuer: auth } }, /cannot be used$/],
};

for (const [name, [documents, told]] of Object.entries(refused)) {
  test(`an upstream with ${name} is not logged in to`, async () => {
    verifies("auth.server-metadata-issuer", "auth.resource-foreign", "auth.pkce-required", "auth.https");
    await assert.rejects(found(documents), (thrown) => {
      assert.equal(Object(thrown).code, "upstream_protocol_error");
      assert.match(thrown instanceof Error ? thrown.message : "", told);
      return true;
    });
  });
}
