import assert from "node:assert/strict";
import { test } from "node:test";
import { objectAt } from "../../src/core/json.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { inFolder } from "../rig/command-line.ts";
import { rawModern } from "../rig/raw-client.ts";
import { Rig, fileRig } from "../rig/rig.ts";
import { ScriptedServer, modernScript } from "../rig/scripted-server.ts";

fileRig();

function askingServer(): ScriptedServer {
  const server = new ScriptedServer(modernScript());
  server.answer("tools/call", ({ requestState }) =>
    requestState === "the server's own"
      ? { resultType: "complete", content: [{ type: "text", text: "done" }] }
      : { resultType: "input_required", inputRequests: {}, requestState: "the server's own" },
  );
  return server;
}

async function answerOf(dataDir: string, params: object): Promise<Readonly<Record<string, unknown>>> {
  await using rig = new Rig();
  const upstream = { name: "up", target: { kind: "channel", open: askingServer().open }, ...upstreamDefaults } as const;
  const { url } = await rig.gateway([upstream], { dataDir });
  const { answer } = await rawModern(url)("tools/call", { name: "up__echo", arguments: {}, ...params });
  return answer;
}

test("what a modern server asked before a restart can be answered after it, at a gateway of the same folder and no other", async () => {
  await inFolder(async (folder) => {
    const asked = await answerOf(folder, {});
    const { requestState } = objectAt(asked, "result") ?? {};
    assert.ok(typeof requestState === "string");
    assert.match(JSON.stringify(await answerOf(folder, { requestState })), /"text":"done"/);
    await inFolder(async (other) => {
      assert.match(JSON.stringify(await answerOf(other, { requestState })), /params\.requestState is altered/);
    });
  });
});
