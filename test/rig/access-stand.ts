import assert from "node:assert/strict";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { type Switchyard, type SwitchyardOptions, startSwitchyard } from "../../src/gateway.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import type { HttpServer } from "../../src/server/server.ts";
import type { Rig } from "./rig.ts";
import { type Script, ScriptedServer, legacyScript } from "./scripted-server.ts";
import { until } from "./until.ts";

/** Headers that say who asks. */
export type Credentials = Readonly<Record<string, string>>;

/** A key, and what may be done with it. */
export interface TestKey {
  readonly id: string;
  readonly text: string;
  readonly headers: Credentials;
}

/** A gateway that asks who calls, in front of scripted servers. */
export interface AccessStand {
  readonly switchyard: Switchyard;
  readonly server: HttpServer;
  readonly url: string;
  /** Makes a key, over REST. */
  key(role: string, ...grants: string[]): Promise<TestKey>;
  /** Revokes a key, over REST. */
  revoke(key: TestKey): Promise<void>;
  /** Sends a request to the REST side, and says what came back. */
  rest(path: string, credentials?: Credentials, request?: RequestInit): Promise<RestAnswer>;
}

/** An answer over REST. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
  /** The code of an error. */
  readonly code: unknown;
}

/** A scripted server with two tools, one that changes nothing, and something of everything else. */
export function fullServer(name: string, more: Record<string, Script> = {}): ScriptedServer {
  const inputSchema = { type: "object" };
  return new ScriptedServer({
    ...legacyScript(),
    initialize: {
      protocolVersion: "2025-11-25",
      capabilities: {
        tools: { listChanged: true },
        prompts: {},
        resources: { subscribe: true },
        completions: {},
        logging: {},
      },
      serverInfo: { name, version: "1" },
      instructions: `Instructions of ${name}`,
    },
    "tools/list": {
      tools: [
        { name: "look", description: `Looks at ${name}`, inputSchema, annotations: { readOnlyHint: true } },
        { name: "change", description: `Changes ${name}`, inputSchema },
      ],
    },
    "prompts/list": { prompts: [{ name: "ask", arguments: [{ name: "about" }] }] },
    "resources/list": { resources: [{ uri: `${name}://a`, name: "a" }] },
    "resources/templates/list": { resourceTemplates: [{ uriTemplate: `${name}://t/{x}`, name: "t" }] },
    "resources/read": ({ uri }) =>
      String(uri).startsWith(`${name}://`)
        ? { contents: [{ uri, text: `of ${name}` }] }
        : { error: { code: -32002, message: "Resource not found" } },
    "resources/subscribe": {},
    "resources/unsubscribe": {},
    "prompts/get": { messages: [] },
    "completion/complete": { completion: { values: ["yes"] } },
    ...more,
  });
}

/** Starts one in front of these servers, each under its name. */
export async function accessStand(
  rig: Rig,
  servers: Readonly<Record<string, ScriptedServer>>,
  options: Partial<SwitchyardOptions> = {},
  port = 0,
): Promise<AccessStand> {
  const switchyard = rig.use(
    startSwitchyard({
      upstreams: Object.entries(servers).map(([name, { open }]) => ({
        name,
        target: { kind: "channel", open },
        timeoutMs: upstreamDefaults.timeoutMs,
        startTimeoutMs: upstreamDefaults.startTimeoutMs,
      })),
      auth: { apiKeys: true, oauth: undefined },
      ...options,
    }),
  );
  const server = await switchyard.listen({ host: "127.0.0.1", port, allowedHosts: [], allowedOrigins: [] });
  await until(() => switchyard.status().upstreams.every(({ state }) => state.kind === "ready"), "all are ready");
  const admin = bearer(switchyard.localKey);
  const rest: AccessStand["rest"] = async (path, credentials = {}, request = {}) => {
    const headers = { "content-type": "application/json", ...credentials };
    const response = await fetch(`${server.origin}${path}`, { ...request, headers });
    const text = await response.text();
    const body: unknown = text === "" ? {} : JSON.parse(text);
    assert.ok(isJsonObject(body));
    const code = objectAt(objectAt(body, "error") ?? {}, "data")?.["code"];
    return { status: response.status, headers: response.headers, body, code };
  };
  return {
    switchyard,
    server,
    url: `${server.origin}/mcp`,
    rest,
    async key(role, ...grants) {
      const made = await rest("/api/keys", admin, {
        method: "POST",
        body: JSON.stringify({ name: "of a test", role, grants }),
      });
      const [id, text] = [stringAt(made.body, "id"), stringAt(made.body, "key")];
      assert.ok(id !== undefined && text !== undefined, JSON.stringify(made.body));
      return { id, text, headers: bearer(text) };
    },
    async revoke({ id }) {
      const revoked = await rest(`/api/keys/${id}`, admin, { method: "DELETE" });
      assert.equal(revoked.status, 200);
    },
  };
}

/** The header that carries a key or token. */
export function bearer(text: string): Credentials {
  return { authorization: `Bearer ${text}` };
}
