import assert from "node:assert/strict";
import { test } from "node:test";
import { startSwitchyard } from "../../src/gateway.ts";
import { isJsonObject, objectAt } from "../../src/core/json.ts";
import { memoryPair } from "../../src/transport/memory.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { ScriptedServer } from "../rig/scripted-server.ts";
import { fileRig } from "../rig/rig.ts";

fileRig();

test("a modern client's probe is answered at once, also while an upstream does not answer", async () => {
  // The AI SDK takes a stdio server for a legacy one when its probe was not answered within a second of the start.
  const silent = new ScriptedServer({ "server/discover": "silence", initialize: "silence" });
  await using switchyard = startSwitchyard({
    upstreams: [{ name: "silent", target: { kind: "channel", open: silent.open }, ...upstreamDefaults }],
  });
  const [ours, theirs] = memoryPair();
  void switchyard.serve(theirs);
  const answered = Promise.withResolvers<unknown>();
  ours.start({
    frame: (frame) => {
      answered.resolve(JSON.parse(frame.toString("utf8")));
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  ours.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta: meta } }));
  const first = await Promise.race([answered.promise, switchyard.settled.then(() => "the upstream was waited for")]);
  assert.ok(isJsonObject(first), String(first));
  assert.deepEqual(objectAt(first, "result")?.["supportedVersions"], ["2026-07-28"]);
  await ours.close();
});
