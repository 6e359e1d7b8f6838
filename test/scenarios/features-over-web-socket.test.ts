import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { type UpstreamOptions, type UpstreamTarget, upstreamDefaults } from "../../src/upstream/options.ts";
import type { Downstream } from "../rig/downstream.ts";
import { fixtureV1Http } from "../rig/fixture-http.ts";
import { fixtureV1Sse } from "../rig/fixture-sse.ts";
import { fixtureV1WebSocket, fixtureV2WebSocket } from "../rig/fixture-web-socket.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { connectV1, sdkV1 } from "../rig/sdk-v1.ts";
import { connectV2, sdkV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";
import { usesEveryFeature } from "./features.contract.ts";

/*
 * The clients that can be joined to a WebSocket, with servers that are reached over WebSocket and HTTP+SSE. The other way round, the
 * servers over HTTP tell whether the clients' side is right by itself.
 */

const rig = fileRig();
/** A connection for each client and server: one alone would send more messages than one may. */
const downstreams = new Map<string, Downstream>();
const clients = [sdkV1, sdkV2] as const;
let front: Front;
let url: string;

/** What carries each server's messages, and the revision that is spoken with it. */
const spoken = {
  "legacy-http": { transport: "http", revision: "2025-11-25" },
  "legacy-ws": { transport: "ws", revision: "2025-11-25" },
  "modern-ws": { transport: "ws", revision: "2026-07-28" },
  "legacy-sse": { transport: "sse", revision: "2025-11-25" },
  "found-to-be-sse": { transport: "sse", revision: "2025-11-25" },
} as const;
const names = ["legacy-http", "legacy-ws", "modern-ws", "legacy-sse", "found-to-be-sse"] as const;

function upstream(name: string, target: UpstreamTarget): UpstreamOptions {
  return { name, target, ...upstreamDefaults };
}

before(async () => {
  const http = rig.use(await fixtureV1Http("legacy-http"));
  const legacy = rig.use(await fixtureV1WebSocket("legacy-ws"));
  const modern = rig.use(await fixtureV2WebSocket("modern-ws"));
  const sse = rig.use(await fixtureV1Sse("legacy-sse"));
  const found = rig.use(await fixtureV1Sse("found-to-be-sse"));
  front = await rig.gateway([
    upstream("legacy-http", { kind: "http", url: http.url, headers: {} }),
    upstream("legacy-ws", { kind: "ws", url: legacy.url, headers: {} }),
    upstream("modern-ws", { kind: "ws", url: modern.url, headers: {} }),
    upstream("legacy-sse", { kind: "sse", url: sse.url, headers: {} }),
    upstream("found-to-be-sse", { kind: "http", url: found.url, headers: {} }),
  ]);
  url = front.url.replace("http:", "ws:");
  for (const kind of clients) {
    for (const name of names) {
      downstreams.set(`${kind.title} ${name}`, rig.use(await kind.connect({ kind: "ws", url })));
    }
  }
});

test("the status says what carries the messages of each server", () => {
  const shown = front.switchyard
    .status()
    .upstreams.map(({ name, transport, revision }) => [name, { transport, revision }]);
  assert.deepEqual(Object.fromEntries(shown), spoken);
});

for (const { title, lacks } of clients) {
  for (const name of names) {
    const downstream = (): Downstream => {
      const connected = downstreams.get(`${title} ${name}`);
      assert.ok(connected, `${title} is connected`);
      return connected;
    };
    usesEveryFeature({ title: `${title} over WebSocket`, upstream: name, downstream, lacks });
  }
}

for (const name of names) {
  suite(`a change of the tools of the ${name} server is told over WebSocket`, () => {
    test("to a legacy client, unasked", async () => {
      const client = await connectV1({ kind: "ws", url: `${url}/u/${name}` });
      let changes = 0;
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changes += 1;
      });
      await client.callTool({ name: "extra_tool", arguments: { present: true } });
      await until(() => changes === 1, "the change was told");
      const { tools } = await client.listTools();
      assert.ok(tools.some((tool) => tool.name === "extra"));
      await client.callTool({ name: "extra_tool", arguments: { present: false } });
      await until(() => changes === 2, "the second change was told");
      await client.close();
    });

    test("to a modern client that listens", async () => {
      const client = await connectV2({ kind: "ws", url: `${url}/u/${name}` });
      let changes = 0;
      client.setNotificationHandler("notifications/tools/list_changed", () => {
        changes += 1;
      });
      const subscription = await client.listen({ toolsListChanged: true });
      await client.callTool({ name: "extra_tool", arguments: { present: true } });
      await until(() => changes === 1, "the change was told");
      await client.callTool({ name: "extra_tool", arguments: { present: false } });
      await until(() => changes === 2, "the second change was told");
      await subscription.close();
      await client.close();
    });
  });
}
