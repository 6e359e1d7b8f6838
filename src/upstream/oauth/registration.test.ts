import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisteredClient } from "./credentials.ts";
import { type RegistrationOptions, chooseClient } from "./registration.ts";
import type { ServerMetadata } from "./sdk.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

const server: ServerMetadata = {
  issuer: "https://auth.example.com",
  authorization_endpoint: "https://auth.example.com/authorize",
  token_endpoint: "https://auth.example.com/token",
  registration_endpoint: "https://auth.example.com/register",
  response_types_supported: ["code"],
  token_endpoint_auth_methods_supported: ["none", "client_secret_basic"],
};

const redirectUri = "http://127.0.0.1:8001/oauth/callback";

/** Options at a server that answers every registration with this; what it was sent is in `sent`. */
function optionsFor(answer: object, status = 201) {
  const sent: unknown[] = [];
  const options: RegistrationOptions = {
    server,
    settings: {},
    registered: undefined,
    redirectUri,
    scopes: ["read"],
    now: 1000,
    fetchFn: (_url, init) => {
      sent.push(JSON.parse(typeof init?.body === "string" ? init.body : ""));
      return Promise.resolve(Response.json(answer, { status }));
    },
  };
  return { sent, options };
}

const registered: RegisteredClient = { id: "earlier", redirectUri, scopes: ["read"], secretExpiresAt: undefined };

test("a configured client goes before a metadata document, that before a registered client, that before a new one", async () => {
  verifies("auth.registration-order", "auth.metadata-document");
  const { options, sent } = optionsFor({ client_id: "new" });
  const cimd = { ...server, client_id_metadata_document_supported: true };
  const clientMetadataUrl = "https://us.example.com/client.json";
  const all = {
    ...options,
    server: cimd,
    registered,
    settings: { clientId: "ours", clientSecret: "s", clientMetadataUrl },
  };
  assert.deepEqual(await chooseClient(all), { kind: "configured", client: { id: "ours", secret: "s" } });
  assert.deepEqual(await chooseClient({ ...all, settings: { clientMetadataUrl } }), {
    kind: "metadata_document",
    client: { id: clientMetadataUrl },
  });
  assert.deepEqual(await chooseClient({ ...all, server, settings: { clientMetadataUrl } }), {
    kind: "registered",
    client: registered,
    isNew: false,
  });
  assert.equal(sent.length, 0);
  const fresh = await chooseClient(options);
  assert.equal(fresh.client.id, "new");
  assert.equal(sent.length, 1);
});

test("a registration says that we are a native client with refresh tokens, and takes over what the server decided", async () => {
  verifies("auth.application-type", "auth.refresh-grant");
  const { options, sent } = optionsFor({
    client_id: "new",
    client_secret: "s",
    client_secret_expires_at: 3,
    token_endpoint_auth_method: "client_secret_post",
  });
  assert.deepEqual(await chooseClient(options), {
    kind: "registered",
    isNew: true,
    client: {
      id: "new",
      secret: "s",
      authMethod: "client_secret_post",
      redirectUri,
      scopes: ["read"],
      secretExpiresAt: 3000,
    },
  });
  assert.deepEqual(sent, [
    {
      client_name: "Switchyard",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: "native",
      token_endpoint_auth_method: "none",
      scope: "read",
    },
  ]);
});

test("a registered client is replaced when its secret has expired, the address differs, or more scopes are wanted", async () => {
  for (const change of [
    { registered: { ...registered, secretExpiresAt: 1000 } },
    { registered, redirectUri: "https://gateway.example.com/oauth/callback" },
    { registered, scopes: ["read", "write"] },
  ]) {
    const { options, sent } = optionsFor({ client_id: "new" });
    assert.equal((await chooseClient({ ...options, ...change })).client.id, "new");
    assert.equal(sent.length, 1);
  }
});

test("a refused registration says what to do, and shows of the answer no more than the error code", async () => {
  verifies("auth.registration-refused");
  const { options } = optionsFor({ error: "invalid_redirect_uri", error_description: "<b>hm</b>" }, 400);
  await assert.rejects(chooseClient(options), {
    code: "upstream_protocol_error",
    message:
      "The authorization server https://auth.example.com did not register us as a client (HTTP 400, invalid_redirect_uri)",
  });
  const odd = optionsFor({ error: "token=abc" }, 500);
  await assert.rejects(chooseClient(odd.options), /\(HTTP 500\)$/);
});

test("where nobody can be registered, a person is told to configure a client", async () => {
  verifies("auth.registration-refused");
  const { registration_endpoint: _, ...closed } = server;
  const { options } = optionsFor({});
  await assert.rejects(chooseClient({ ...options, server: closed }), { code: "login_required" });
});
