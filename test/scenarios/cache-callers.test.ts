import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ToolFailure, defineConnector, tool } from "../../src/connector/connector.ts";
import { serveConnector } from "../../src/connector/serve-connector.ts";
import { objectAt } from "../../src/core/json.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { accessStand, bearer } from "../rig/access-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();

/** A connector that says with each answer how often it has been asked, and answers nobody before it is let. */
function counting() {
  let asked = 0;
  const released = Promise.withResolvers<void>();
  const next = async (): Promise<string> => {
    asked += 1;
    const own = `answer ${asked}`;
    await released.promise;
    return own;
  };
  const fail = tool({
    name: "fail",
    description: "Fails, each in its own way.",
    input: z.object({}),
    annotations: { readOnlyHint: true, openWorldHint: false },
    run: async () => {
      throw new ToolFailure(await next());
    },
  });
  const connector = defineConnector({
    name: "counting",
    config: z.object({}),
    setup: () => ({
      tools: [fail],
      resources: [
        { name: "own", uri: "count://own", read: async () => ({ text: await next(), isPrivate: true }) },
        { name: "all", uri: "count://all", read: async () => ({ text: await next() }) },
      ],
    }),
  });
  return { open: () => serveConnector(connector, {}), asked: () => asked, release: released.resolve };
}

const ways = [
  ["a resource that is each caller's own", "resources/read", { uri: "count://own" }, ["answer 1", "answer 2"]],
  ["a resource that is everybody's", "resources/read", { uri: "count://all" }, ["answer 1", "answer 1"]],
  ["a tool that fails", "tools/call", { name: "up__fail", arguments: {} }, ["answer 1", "answer 2"]],
] as const;

for (const [what, method, params, expected] of ways) {
  test(`two callers at once are answered by one call only where that is for both: ${what}`, async () => {
    const { open, asked, release } = counting();
    const target = { kind: "channel", open } as const;
    const stand = await accessStand(rig, {}, { upstreams: [{ ...upstreamDefaults, name: "up", target }] });
    const underWay = async (): Promise<unknown> => {
      const { body } = await stand.rest("/api/overview", bearer(stand.switchyard.localKey));
      return objectAt(body, "calls")?.["underWay"];
    };
    const ask = async (): Promise<string> => {
      const key = await stand.key("user", "up");
      const { answer } = await rawModern(stand.url, key.headers)(method, params);
      return /answer \d/.exec(JSON.stringify(answer))?.[0] ?? JSON.stringify(answer);
    };
    const first = ask();
    await until(() => asked() === 1, "the first has been asked for");
    const second = ask();
    await until(async () => (await underWay()) === 2, "the second waits");
    release();
    assert.deepEqual(await Promise.all([first, second]), expected);
  });
}
