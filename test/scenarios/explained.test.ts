import assert from "node:assert/strict";
import { before, test } from "node:test";
import { isJsonObject, objectAt } from "../../src/core/json.ts";
import { modelAdvice } from "../../src/core/model-advice.ts";
import { causeTable } from "../../src/explain/cause-table.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { inFolder, runCommand } from "../rig/command-line.ts";
import { type RawClient, rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { type Scripted, ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";

/* What is said beside an upstream's own failure, in every pair of eras, and from the command line. */

const rig = fileRig();
const servers = {
  legacy: new ScriptedServer(legacyScript()),
  modern: new ScriptedServer(modernScript()),
} as const;
const eras = ["legacy", "modern"] as const;
const clients = new Map<string, RawClient>();

before(async () => {
  const { url } = await rig.gateway(
    eras.map((name) => ({ name, target: { kind: "channel", open: servers[name].open }, ...upstreamDefaults })),
  );
  clients.set("legacy", await rawLegacy(url));
  clients.set("modern", rawModern(url));
});

const { retryable, forModel: suggestion } = causeTable.permission_denied;
const explained = { "switchyard/explained": { code: "permission_denied", retryable, suggestion } };
const content = [{ type: "text", text: "Traceback (most recent call last):\nfrappe.exceptions.PermissionError" }];

for (const downstream of eras) {
  for (const upstream of eras) {
    const called = async (scripted: Scripted) => {
      servers[upstream].answer("tools/call", scripted);
      const request = clients.get(downstream) ?? assert.fail(downstream);
      const { answer } = await request("tools/call", { name: `${upstream}__echo`, arguments: {} });
      return answer;
    };
    const dress = upstream === "modern" ? { resultType: "complete" } : {};

    test(`a ${downstream} client sees what a ${upstream} server's failed result means, beside it`, async () => {
      const plain = objectAt(await called({ ...dress, content, isError: true, n: 1 }), "result") ?? {};
      assert.deepEqual([plain["content"], plain["isError"], plain["n"]], [content, true, 1]);
      assert.deepEqual(explanationIn(plain), explained);
      const marked = objectAt(await called({ ...dress, _meta: { own: 1 }, content, isError: true }), "result") ?? {};
      assert.deepEqual(explanationIn(marked), { own: 1, ...explained });
    });

    test(`a ${downstream} client sees what a ${upstream} server's error means, in its data`, async () => {
      const answer = await called({ error: { code: -32_603, message: "EACCES: permission denied, open 'x'" } });
      const { data, ...rest } = objectAt(answer, "error") ?? {};
      assert.deepEqual(rest, { code: -32_603, message: "EACCES: permission denied, open 'x'" });
      assert.deepEqual(withoutId(isJsonObject(data) ? data : {}), explained);
    });

    test(`a ${downstream} client sees nothing beside what is no failure of a ${upstream} server, or says nothing known`, async () => {
      for (const result of [{ content }, { content, isError: false }, { content: [], isError: true }]) {
        const answer = objectAt(await called({ ...dress, ...result }), "result") ?? {};
        assert.deepEqual(explanationIn(answer), {}, JSON.stringify(result));
      }
      const answer = await called({ error: { code: -32_603, message: "Oh no" } });
      assert.deepEqual(objectAt(answer, "error"), { code: -32_603, message: "Oh no" });
    });
  }
}

/** `_meta` without what the gateway says of itself to modern clients, and without the id of the call. */
function explanationIn(result: Readonly<Record<string, unknown>>): object {
  const { "io.modelcontextprotocol/serverInfo": _, ...meta } = objectAt(result, "_meta") ?? {};
  return withoutId(meta);
}

function withoutId(holder: Readonly<Record<string, unknown>>): object {
  const words = objectAt(holder, "switchyard/explained");
  if (words === undefined) return holder;
  const { errorId, ...rest } = words;
  assert.ok(typeof errorId === "string" && errorId !== "");
  return { ...holder, "switchyard/explained": rest };
}

test("switchyard errors says what a code means, lists all, and knows what a wrong one is near to", async () => {
  await inFolder(async (folder) => {
    const ours = await runCommand(["errors", "deadline_exceeded"], folder);
    assert.equal(ours.status, 0);
    assert.ok(ours.stdout.includes(`The model is told: ${modelAdvice.deadline_exceeded}`), ours.stdout);
    const theirs = await runCommand(["errors", "permission_denied", "--json"], folder);
    assert.deepEqual(JSON.parse(theirs.stdout), {
      code: "permission_denied",
      of: { kind: "upstream" },
      severity: "HIGH",
      category: "security",
      retryable: false,
      suggestion: causeTable.permission_denied.suggestion,
      modelSuggestion: suggestion,
    });
    const all = await runCommand(["errors"], folder);
    assert.ok(all.stdout.includes("\nbreaker_open") && all.stdout.includes("\nlocked"));
    const wrong = await runCommand(["errors", "permision_denied"], folder);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /did you mean permission_denied\?/);
  });
});
