import assert from "node:assert/strict";
import { before, test } from "node:test";
import { memoryPair } from "../../src/index.ts";
import type { Downstream, Place } from "../rig/downstream.ts";
import { fixtureV1InProcess, fixtureV2InProcess } from "../rig/fixture-in-process.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { sdkV1 } from "../rig/sdk-v1.ts";
import { sdkV2 } from "../rig/sdk-v2.ts";
import { usesEveryFeature } from "./features.contract.ts";

/*
 * Servers of either era that run inside the gateway's own process, by what the package exports for that, with clients of either era over
 * everything that clients come by. A channel of this process stands for stdio, which is served by the same code.
 */

const rig = fileRig();
const names = ["legacy-in-process", "modern-in-process"] as const;
const clients = [sdkV1, sdkV2] as const;
let front: Front;

function inProcess(): Place {
  const [ours, theirs] = memoryPair();
  const served = front.switchyard.serve(theirs);
  rig.defer(() => served);
  return { kind: "channel", channel: ours };
}

const ways: Readonly<Record<string, () => Place>> = {
  "Streamable HTTP": () => ({ kind: "http", url: front.url }),
  WebSocket: () => ({ kind: "ws", url: front.url.replace("http:", "ws:") }),
  "a channel": inProcess,
};

/** A connection for each client, way and server. */
const downstreams = new Map<string, Downstream>();

before(async () => {
  front = await rig.gateway([fixtureV1InProcess(names[0]), fixtureV2InProcess(names[1])]);
  for (const kind of clients) {
    for (const [way, place] of Object.entries(ways)) {
      for (const name of names) {
        downstreams.set(`${kind.title} over ${way} to ${name}`, rig.use(await kind.connect(place())));
      }
    }
  }
});

test("a server in this process is spoken to in its own revision", () => {
  const shown = front.switchyard.status().upstreams.map(({ transport, revision }) => [transport, revision]);
  assert.deepEqual(shown, [
    ["channel", "2025-11-25"],
    ["channel", "2026-07-28"],
  ]);
});

for (const { title, lacks } of clients) {
  for (const way of Object.keys(ways)) {
    for (const upstream of names) {
      const downstream = (): Downstream => {
        const connected = downstreams.get(`${title} over ${way} to ${upstream}`);
        assert.ok(connected, `${title} is connected`);
        return connected;
      };
      usesEveryFeature({ title: `${title} over ${way}`, upstream, downstream, lacks });
    }
  }
}
