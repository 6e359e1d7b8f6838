import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject, objectAt } from "../../src/core/json.ts";
import { fileRig } from "../rig/rig.ts";
import { scriptedHttp } from "../rig/scripted-http.ts";
import { ScriptedServer, modernScript } from "../rig/scripted-server.ts";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { httpUpstream } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What somebody sends who means harm, to a gateway that keeps a record. What is refused is refused; the gateway goes on. */

const rig = fileRig();

async function openStand() {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-"));
  rig.defer(() => {
    rmSync(folder, { recursive: true });
  });
  const server = rig.use(await scriptedHttp(new ScriptedServer(modernScript()), "json"));
  const front = await rig.gateway([httpUpstream("up", server.url)], { dataDir: folder });
  const { origin } = front.server;
  const api = async (path: string, init: RequestInit = {}) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${origin}${path}`, { headers, ...init });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  return { front, api, url: front.url };
}

const stand = openStand();

test("an upstream that leads to where clouds tell a machine what it may do is not connected to, however it is written", async () => {
  const { front, api } = await stand;
  const urls = {
    http: "http://169.254.169.254/latest/meta-data",
    decimal: "http://2852039166/mcp",
    socket: "ws://[fe80::1]:80/mcp",
  };
  for (const [name, url] of Object.entries(urls)) {
    const body = JSON.stringify({ name, server: { url } });
    assert.equal((await api("/api/upstreams", { method: "POST", body })).status, 201);
    const problemOf = (): string => {
      const found = front.switchyard.status().upstreams.find((upstream) => upstream.name === name);
      return JSON.stringify(found?.state ?? {});
    };
    await until(() => problemOf().includes("upstream_misconfigured"), `${name} says why`);
    assert.match(problemOf(), /no link-local address/);
    assert.equal((await api(`/api/upstreams/${name}`, { method: "DELETE" })).status, 200);
  }
});

test("a path that leads elsewhere leads nowhere", async () => {
  const { api } = await stand;
  for (const path of [
    "/mcp/u/..%2F..%2Fetc%2Fpasswd",
    "/api/upstreams/..%2Fup/logs",
    "/api/calls/..%2F..%2Fstatus",
    "/api/errors/%2e%2e%2f",
    "/api/../../etc/passwd",
    "/api/upstreams/%ZZ/logs",
  ]) {
    const { status, text } = await api(path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(text, /root:/);
  }
});

test("what is nested as deep as a body can be ends no gateway, whichever way it comes", async () => {
  const { url, api } = await stand;
  const deep = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
  const post = async (headers: Record<string, string>, body: string): Promise<number> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      body,
    });
    await response.text();
    return response.status;
  };
  const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`;
  const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__echo","arguments":{"text":${deep}},${meta}}}`;
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "up__echo" };
  assert.ok((await post(headers, call)) < 500);
  assert.ok((await post({}, deep)) < 500);
  const rest = await api("/api/call", { method: "POST", body: `{"tool":"up__echo","arguments":{"text":${deep}}}` });
  assert.ok(rest.status < 500 || rest.text.includes('"code"'), rest.text.slice(0, 200));
  assert.equal((await api("/api/upstreams", { method: "POST", body: `{"name":"deep","server":${deep}}` })).status, 400);
  const { answer } = await rawModern(url)("tools/call", { name: "up__echo", arguments: { text: "alive" } });
  assert.equal(objectAt(answer, "error"), undefined);
});

test("a body that is too large is refused before it is all there", async () => {
  const { api } = await stand;
  const { status, text } = await api("/api/call", {
    method: "POST",
    body: `{"tool":"${"x".repeat(5 * 1024 * 1024)}"}`,
  });
  assert.equal(status, 413);
  assert.match(text, /"code":"body_too_large"/);
});

test("control characters of a caller reach no header and no line of a list", async () => {
  const { url, api } = await stand;
  const evil = "up__echo\r\nset-cookie: a=b\u001b[31m";
  const request = await rawLegacy(url);
  const { answer } = await request("tools/call", { name: evil, arguments: {} });
  assert.ok(isJsonObject(answer["error"]));
  const read = await request("resources/read", { uri: "up://a\r\nx: y" });
  assert.ok(isJsonObject(read.answer["error"]));
  const shown = await api(`/api/upstreams/${encodeURIComponent(evil)}/logs`);
  assert.equal(shown.headers.get("set-cookie"), null);
  const escape = "\u001b";
  assert.ok(!shown.text.includes(escape) && !shown.text.includes("\r\n"));
  const metrics = await api("/metrics");
  assert.ok(!metrics.text.includes(escape) && !metrics.text.includes("\r"));
  const listed = await api("/api/calls?kind=call");
  assert.equal(listed.status, 200);
  assert.ok(!listed.text.includes(escape) && !listed.text.includes("\r\n"));
});
