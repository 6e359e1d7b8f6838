import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { JsonObject } from "../../src/core/json.ts";
import { objectAt } from "../../src/core/json.ts";
import { type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig, httpUpstream } from "../rig/rig.ts";
import { scriptedHttp } from "../rig/scripted-http.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

/* What one era says in a way of its own is said to a client of the other in that client's way. */

const capabilities = { tools: { listChanged: true }, resources: {} };
const resources = [{ uri: "odd://one", name: "one" }];
const legacy = new ScriptedServer({
  ...legacyScript(),
  initialize: { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "scripted", version: "1" } },
  "resources/list": { resources },
});
const modern = new ScriptedServer({
  ...modernScript(),
  "server/discover": { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities },
  "resources/list": { resultType: "complete", resources },
});
const rig = fileRig();
const clients = new Map<string, RawClient>();

before(async () => {
  const { url } = await rig.gateway([
    httpUpstream("legacy", rig.use(await scriptedHttp(legacy, "stream")).url),
    httpUpstream("modern", rig.use(await scriptedHttp(modern, "json")).url),
  ]);
  for (const upstream of ["legacy", "modern"]) {
    clients.set(`legacy to ${upstream}`, await rawLegacy(`${url}/u/${upstream}`));
    clients.set(`modern to ${upstream}`, rawModern(`${url}/u/${upstream}`));
  }
});

const eras = ["legacy", "modern"] as const;
const client = (who: string): RawClient => clients.get(who) ?? assert.fail(who);

function errorIn({ answer }: { readonly answer: JsonObject }): JsonObject {
  return objectAt(answer, "error") ?? assert.fail(JSON.stringify(answer));
}

test("a resource that a legacy server does not have is -32002 to a legacy client and -32602 to a modern one", async () => {
  verifies("resources.not-found", "resources.not-found-client", "resources.not-found-legacy");
  const error = { code: -32002, message: "Resource not found", data: { uri: "odd://one" } };
  legacy.answer("resources/read", { error });
  const codes = await Promise.all(
    eras.map(async (era) => errorIn(await client(`${era} to legacy`)("resources/read", { uri: "odd://one" }))),
  );
  assert.deepEqual(codes, [error, { ...error, code: -32602 }]);
});

test("a code that 2026-07-28 forbids to emit does not reach a modern client", async () => {
  verifies("base.codes-retired");
  // 2026-07-28, basic, Error Codes: -32042 was that of a required URL elicitation in 2025-11-25.
  const error = { code: -32042, message: "Open this first", data: { elicitations: [] } };
  legacy.answer("tools/call", { error });
  const answers = await Promise.all(
    eras.map(async (era) => errorIn(await client(`${era} to legacy`)("tools/call", { name: "echo", arguments: {} }))),
  );
  assert.deepEqual(answers, [error, { ...error, code: -32603 }]);
});

test("a client capability that a server misses is told with status 400", async () => {
  verifies("base.capability-undeclared");
  // 2026-07-28, schema, MissingRequiredClientCapabilityError.
  const error = { code: -32021, message: "Sampling is needed", data: { requiredCapabilities: { sampling: {} } } };
  modern.answer("tools/call", { error });
  const answer = await client("modern to modern")("tools/call", { name: "echo", arguments: {} });
  assert.deepEqual(errorIn(answer), error);
  assert.equal(answer.status, 400);
});

for (const era of eras) {
  test(`a ${era} client's call is not told of changes that the server tells on the call's own stream; the lists are read anew`, async () => {
    verifies("http.stream-related");
    const tool = { name: `new for ${era}`, inputSchema: { type: "object" } };
    legacy.answer("tools/call", () => {
      legacy.answer("tools/list", { tools: [{ name: "echo", inputSchema: { type: "object" } }, tool] });
      legacy.notify("notifications/tools/list_changed");
      return { content: [] };
    });
    const call = await client(`${era} to legacy`)("tools/call", { name: "echo", arguments: {} });
    assert.deepEqual(call.before, []);
    await until(async () => {
      const { answer } = await client(`${era} to legacy`)("tools/list", {});
      return JSON.stringify(answer).includes(tool.name);
    }, "the list holds the new tool");
  });
}
