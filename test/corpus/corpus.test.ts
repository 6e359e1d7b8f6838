import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { type IncomingHttpHeaders, request as openRequest } from "node:http";
import { after, before, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type Switchyard, startSwitchyard } from "../../src/gateway.ts";
import { metaKeys } from "../../src/protocol/rev-2026-07-28/meta.ts";
import { SseReader } from "../../src/transport/sse.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";

/*
 * Plays the raw requests of the data files against a gateway and compares what comes back with what they say.
 *
 * A case is one request, or several `steps` one after another. Its request is a method, a path, headers over those of the file (null
 * leaves one out), and a body: `body` as JSON, `text` as it is, or as many blanks as `bytes` says. In it `{session}` stands for a session
 * begun for the case, and `{meta}` for what every modern request carries: as a value, or as a member that brings further ones. What is
 * expected is a status, headers, and a body that holds at least what is listed: `{any}` for anything, `{absent}` for nothing, `{/…/}` for
 * a text that fits. A body of `{empty}` is no body at all.
 */

interface Exchange {
  readonly request: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: unknown;
    readonly text?: string;
    readonly bytes?: number;
  };
  readonly expect: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

interface Case extends Partial<Exchange> {
  readonly name: string;
  /** Where the specification says so, or why it is so where that leaves a choice. */
  readonly why?: string;
  /** The requirements that it shows to be met. */
  readonly verifies?: readonly string[];
  readonly steps?: readonly Exchange[];
}

interface DataFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

const meta = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {} };

function upstream(name: string, server: ScriptedServer): UpstreamOptions {
  return { name, target: { kind: "channel", open: server.open }, timeoutMs: 60_000, startTimeoutMs: 60_000 };
}

const capabilities = { tools: {}, prompts: {}, resources: {}, completions: {}, logging: {} };
const features = {
  "prompts/list": { prompts: [{ name: "greet" }] },
  "prompts/get": { messages: [] },
  "resources/list": { resources: [{ uri: "x://known", name: "known" }] },
  "resources/templates/list": { resourceTemplates: [] },
  "resources/read": ({ uri }: JsonObject) =>
    uri === "x://known"
      ? { contents: [{ uri, text: "known" }] }
      : { error: { code: -32002, message: "Resource not found" } },
  "completion/complete": { completion: { values: ["a"] } },
};
const old = new ScriptedServer({
  ...legacyScript(),
  initialize: { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "old", version: "1" } },
  "tools/list": {
    tools: [
      ...["echo", "refuse", "žluť"].map((name) => ({ name, inputSchema: { type: "object" } })),
      { name: "region", inputSchema: { properties: { region: { type: "string", "x-mcp-header": "Region" } } } },
    ],
  },
  "tools/call": ({ name }) =>
    name === "refuse"
      ? { error: { code: -32099, message: "The upstream's own error" } }
      : { content: [{ type: "text", text: String(name) }] },
  ...features,
});
const fresh = new ScriptedServer(modernScript());

let switchyard: Switchyard;
let origin: string;

before(async () => {
  switchyard = startSwitchyard({ upstreams: [upstream("old", old), upstream("fresh", fresh)] });
  const listening = { host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: ["https://app.example.com"] };
  ({ origin } = await switchyard.listen(listening));
  await switchyard.settled;
});
after(() => switchyard.close());

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function exchange(
  { method = "POST", path = "/mcp", headers, body, text, bytes }: Exchange["request"],
  base: DataFile["headers"],
): Promise<Answered> {
  const sent = Object.entries({ ...base, ...headers }).filter((pair): pair is [string, string] => pair[1] !== null);
  return new Promise((resolve, reject) => {
    const request = openRequest(`${origin}${path}`, { method, agent: false, headers: Object.fromEntries(sent) });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      const done = (): void => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      };
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", done);
      // A stream that stays open has said all that is looked at.
      if (method === "GET" && isStream(response.headers)) {
        done();
        response.destroy();
      }
    });
    request.end(
      bytes === undefined ? (text ?? (body === undefined ? undefined : JSON.stringify(body))) : " ".repeat(bytes),
    );
  });
}

function isStream(headers: IncomingHttpHeaders): boolean {
  return headers["content-type"]?.startsWith("text/event-stream") === true;
}

/** The JSON of an answer; of an event stream that of the last event. */
function bodyOf({ headers, text }: Answered): unknown {
  if (!isStream(headers)) return JSON.parse(text);
  const events: string[] = [];
  const reader = new SseReader({
    event: ({ data }) => events.push(data.toString()),
    retry: () => undefined,
    tooLong: () => undefined,
  });
  reader.push(Buffer.from(text));
  return JSON.parse(events.at(-1) ?? "");
}

async function beginSession(): Promise<string> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "corpus", version: "1" } };
  const body = { jsonrpc: "2.0", id: "begin", method: "initialize", params };
  const { headers } = await exchange({ body }, { "content-type": "application/json" });
  const id = headers["mcp-session-id"];
  assert.ok(typeof id === "string");
  return id;
}

/** Puts values in the place of `{session}` and `{meta}`. */
function filled(value: unknown, session: string): unknown {
  if (value === "{meta}") return meta;
  if (typeof value === "string") return value.replace("{session}", session);
  if (Array.isArray(value)) return value.map((inner) => filled(inner, session));
  if (!isJsonObject(value)) return value;
  const { "{meta}": dressed, ...own } = value;
  const entries = Object.entries(own).map(([key, inner]) => [key, filled(inner, session)]);
  return { ...(dressed === undefined ? {} : meta), ...Object.fromEntries(entries) };
}

function agrees(found: unknown, wanted: unknown, where: string): void {
  if (wanted === "{any}") assert.notEqual(found, undefined, `${where} is absent`);
  else if (wanted === "{absent}") assert.equal(found, undefined, where);
  else if (typeof wanted === "string" && wanted.startsWith("{/") && wanted.endsWith("/}")) {
    assert.ok(typeof found === "string", `${where} is no text`);
    assert.match(found, new RegExp(wanted.slice(2, -2)), where);
  } else if (Array.isArray(wanted)) {
    assert.ok(Array.isArray(found), `${where} is no list`);
    assert.equal(found.length, wanted.length, `the length of ${where}`);
    for (const [at, each] of wanted.entries()) agrees(found[at], each, `${where}[${at}]`);
  } else if (isJsonObject(wanted)) {
    assert.ok(isJsonObject(found), `${where} is no object but ${JSON.stringify(found)}`);
    for (const [key, each] of Object.entries(wanted)) agrees(found[key], each, `${where}.${key}`);
  } else assert.deepEqual(found, wanted, where);
}

async function play({ request, expect }: Exchange, base: DataFile["headers"]): Promise<void> {
  const answered = await exchange(request, base);
  assert.equal(answered.status, expect.status, answered.text.slice(0, 500));
  for (const [name, wanted] of Object.entries(expect.headers ?? {})) {
    agrees(answered.headers[name], wanted, `the header ${name}`);
  }
  if (expect.body === "{empty}") assert.equal(answered.text, "");
  else if (expect.body !== undefined) agrees(bodyOf(answered), expect.body, "the body");
}

function isExchange(value: Partial<Exchange>): value is Exchange {
  return value.request !== undefined && value.expect !== undefined;
}

function readData(name: string): DataFile {
  const data: unknown = JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
  assert.ok(isDataFile(data), `${name} has no headers or no cases`);
  return data;
}

function isDataFile(data: unknown): data is DataFile {
  return isJsonObject(data) && isJsonObject(data["headers"]) && Array.isArray(data["cases"]);
}

for (const file of readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".json"))) {
  const { headers, cases } = readData(file);
  for (const each of cases) {
    test(`${file.replace(".json", "")}: ${each.name}`, async () => {
      const needsSession = JSON.stringify(each).includes("{session}");
      const session = needsSession ? await beginSession() : "";
      const steps = each.steps ?? [each];
      for (const step of steps) {
        const whole = filled(step, session);
        assert.ok(isJsonObject(whole) && isExchange(whole), "a case has a request and what is expected");
        await play(whole, headers);
      }
    });
  }
}
