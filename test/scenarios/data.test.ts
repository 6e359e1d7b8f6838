import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { JsonObject } from "../../src/core/json.ts";
import type { EndedCall } from "../../src/gateway/ended-call.ts";
import { type AccessStand, type RestAnswer, type TestKey, accessStand } from "../rig/access-stand.ts";
import { dataUpstream, shopFolder } from "../rig/data-stand.ts";
import { jobIdIn } from "../rig/job-stand.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let stand: AccessStand;
const calls: EndedCall[] = [];
let ada: TestKey;

before(async () => {
  const folder = await shopFolder(rig);
  stand = await accessStand(rig, {}, { upstreams: [dataUpstream(folder)], onCallEnded: (call) => calls.push(call) });
  ada = await stand.key("user", "data");
});

function submit(operations: readonly JsonObject[], key: TestKey = ada): Promise<RestAnswer> {
  const headers = { ...key.headers, "content-type": "application/json" };
  return stand.rest("/api/jobs", headers, { method: "POST", body: JSON.stringify(operations) });
}

async function resultsOf(answer: RestAnswer): Promise<readonly JsonObject[]> {
  const id = jobIdIn(answer);
  await until(async () => {
    const { body } = await stand.rest(`/api/jobs/${id}`, ada.headers);
    return body["status"] === "completed";
  }, "the job is completed");
  const response = await fetch(`${stand.server.origin}/api/jobs/${id}/results`, { headers: ada.headers });
  return (await response.text())
    .trim()
    .split("\n")
    .map((line): JsonObject => JSON.parse(line));
}

const query = (sql: string, more: JsonObject = {}): JsonObject => ({
  type: "query",
  parameters: { source: "shop", sql },
  ...more,
});

test("a query of a job is a call of the server of sources, by the way that every call takes", async () => {
  const [result] = await resultsOf(await submit([query("SELECT sum(total) AS n FROM orders")]));
  assert.deepEqual([result?.["tool"], result?.["status"]], ["data__query", "succeeded"]);
  assert.deepEqual(Object(result?.["result"]).structuredContent, {
    columns: [{ name: "n" }],
    rows: [[104.5]],
    rowCount: 1,
  });
  assert.deepEqual(
    calls.map(({ name, origin, record }) => [name, origin.entrance, record.upstream]),
    [
      ["data__check", "job", "data"],
      ["data__query", "job", "data"],
    ],
  );
});

test("a statement that does more than read is refused before anything of its job is kept, with its line, its part and the way out", async () => {
  const earlier = await stand.rest("/api/jobs", ada.headers);
  const refused = await submit([
    query("SELECT 1"),
    query("WITH gone AS (SELECT 1) DELETE FROM orders"),
    query("ATTACH 'x.db' AS x"),
  ]);
  assert.deepEqual([refused.status, refused.code], [400, "invalid_arguments"]);
  assert.match(
    JSON.stringify(refused.body),
    /Line 2: The statement is not run\. shop: DELETE: only one SELECT that reads and changes nothing is run here; write it as such/,
  );
  assert.match(JSON.stringify(refused.body), /"line":2,"part":"DELETE"/);
  const nowhere = await submit([{ type: "query", parameters: { source: "lager", sql: "SELECT 1" } }]);
  assert.match(JSON.stringify(nowhere.body), /Line 1: .*There is no source \\"lager\\"; there are: shop, lake/);
  assert.deepEqual((await stand.rest("/api/jobs", ada.headers)).body, earlier.body);
});

test("an analysis computes with the result of an operation before it", async () => {
  const rows = { $from: "totals", pointer: "/structuredContent/rows" };
  const columnNames = { $from: "totals", pointer: "/structuredContent/columns" };
  const [, analysis] = await resultsOf(
    await submit([
      query("SELECT total, items FROM orders", { id: "totals" }),
      { type: "analysis", parameters: { kind: "correlation", rows, columnNames } },
    ]),
  );
  const { rowCount, result } = Object(analysis?.["result"]).structuredContent;
  assert.equal(rowCount, 4);
  assert.deepEqual(
    result.pairs.map((pair: JsonObject) => [pair["a"], pair["b"], pair["count"], pair["isStrong"]]),
    [["total", "items", 4, true]],
  );
});

test("a report of a job is a file for its owner and for nobody else, whatever others say of who they are", async () => {
  const chart = { kind: "line", x: "day", y: ["total"] };
  const sections = [{ heading: "Totals", source: "shop", sql: "SELECT day, total FROM orders ORDER BY day", chart }];
  const [written] = await resultsOf(
    await submit([{ type: "report", parameters: { title: "Shop", format: "html", sections } }]),
  );
  const { path, bytes, uri } = Object(written?.["result"]).structuredContent;
  const response = await fetch(`${stand.server.origin}${path}`, { headers: ada.headers });
  const page = await response.text();
  assert.deepEqual([response.status, Buffer.byteLength(page)], [200, bytes]);
  assert.match(page, /^<!doctype html>[^]*<svg [^]*<td>2026-02-17<\/td><td class="n">44<\/td>/);
  assert.deepEqual(
    ["content-type", "content-disposition", "content-security-policy", "x-content-type-options"].map((name) =>
      response.headers.get(name)?.replace(/-[0-9a-f]{8}\./, "-ID."),
    ),
    [
      "text/html; charset=utf-8",
      'attachment; filename="report-ID.html"',
      "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      "nosniff",
    ],
  );
  const bob = await stand.key("user", "data");
  for (const wish of [path, "/api/reports/nothing", `/api/reports/${"0".repeat(32)}`]) {
    const refused = await stand.rest(wish, bob.headers);
    assert.deepEqual([refused.status, refused.code], [404, "route_not_found"], wish);
  }
  const read = { jsonrpc: "2.0", id: 1, method: "resources/read" };
  const owner = calls.find(({ name }) => name === "data__report")?.principal.id;
  assert.ok(owner !== undefined);
  for (const caller of [undefined, owner]) {
    const params = {
      uri,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
        "switchyard/caller": caller,
      },
    };
    const headers = {
      ...bob.headers,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "resources/read",
      "mcp-name": uri,
    };
    const answer = await fetch(stand.url, { method: "POST", headers, body: JSON.stringify({ ...read, params }) });
    assert.match(await answer.text(), /There is no resource|not found/i);
  }
});

test("who may not use the server has no such operations", async () => {
  const bob = await stand.key("user", "other");
  const refused = await submit([query("SELECT 1")], bob);
  assert.deepEqual([refused.status, refused.code], [404, "unknown_tool"]);
});

test("DuckDB is in no process of the gateway that nobody has asked for it", async () => {
  const report: unknown = process.report.getReport();
  assert.match(JSON.stringify(report), /"sharedObjects"/);
  assert.doesNotMatch(JSON.stringify(report), /duckdb[^"]*\.(?:node|so)/);
});
