import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import { type TestContext, test } from "node:test";
import { until } from "../../test/rig/until.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { type HookTaker, Hooks, maxHooksOpenFrom } from "../gateway/hooks.ts";
import { hookCapability } from "../protocol/hook.ts";
import { upstreamDefaults } from "../upstream/options.ts";
import { HookEndpoint } from "./hook-endpoint.ts";
import { refuse } from "./reply.ts";

const path = "/hooks/slow";

/** An endpoint in front of a connector that judges nothing, and how many posts it was handed that nobody has given up. */
async function standOf(t: TestContext) {
  const clock = new ManualClock();
  const judging = new Set<symbol>();
  const slow: HookTaker = {
    name: "slow",
    options: {
      ...upstreamDefaults,
      name: "slow",
      target: { kind: "connector", connector: "slow", folder: "/", config: {} },
    },
    profile: {
      serverInfo: undefined,
      capabilities: { experimental: { [hookCapability]: { headers: [] } } },
      instructions: undefined,
    },
    hand: (_, signal) => {
      const one = Symbol();
      judging.add(one);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          judging.delete(one);
          reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
        });
      });
    },
  };
  const hooks = new Hooks({ clock, events: undefined, upstreams: () => [slow] });
  const endpoint = new HookEndpoint({ clock, hooks, addressOf: () => "192.0.2.1" });
  const come: (readonly [IncomingMessage, ServerResponse])[] = [];
  const server = createServer((incoming, response) => {
    come.push([incoming, response]);
    if (incoming.headers["x-later"] === undefined) handle(incoming, response);
  }).listen(0, "127.0.0.1");
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    try {
      endpoint.handle(incoming, response, path);
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  };
  await once(server, "listening");
  t.after(() => {
    endpoint.close();
    server.close();
    server.closeAllConnections();
  });
  const { port } = Object(server.address());
  const begin = (headers: Record<string, string> = {}) => {
    const sent = request({ port, path, method: "POST", agent: false, headers });
    sent.on("error", () => undefined);
    sent.end("{}");
    return sent;
  };
  const isHeldOff = (): boolean => {
    try {
      hooks.admit("slow", "192.0.2.1").over();
      return false;
    } catch (thrown) {
      return thrown instanceof GatewayError && thrown.code === "rate_limited";
    }
  };
  return { clock, endpoint, judging, come, handle, begin, isHeldOff };
}

test("senders that hang up leave no more behind than may be judged at once, and nothing after four seconds", async (t) => {
  const { clock, judging, come, begin, isHeldOff } = await standOf(t);
  const sent = Array.from({ length: maxHooksOpenFrom }, () => begin());
  await until(() => judging.size === maxHooksOpenFrom, "all are being judged");
  for (const each of sent) each.destroy();
  await until(() => come.every(([, response]) => response.destroyed), "all have left");
  const answered = await once(begin(), "response");
  assert.equal(Object(answered[0]).statusCode, 429);
  assert.equal(judging.size, maxHooksOpenFrom);
  clock.advance(4000);
  await until(() => !isHeldOff(), "there is room again");
  assert.equal(judging.size, 0);
});

test("who has left before it is looked at takes no place", async (t) => {
  const { clock, come, handle, begin, isHeldOff } = await standOf(t);
  const sent = Array.from({ length: maxHooksOpenFrom }, () => begin({ "x-later": "yes" }));
  await until(() => come.length === maxHooksOpenFrom, "all have come");
  for (const each of sent) each.destroy();
  await until(() => come.every(([, response]) => response.destroyed), "all have left");
  for (const [incoming, response] of come) handle(incoming, response);
  assert.equal(isHeldOff(), false);
  assert.equal(clock.pending, 0);
});

test("what is being judged when the gateway stops is answered, and leaves nothing", async (t) => {
  const { clock, endpoint, judging, begin } = await standOf(t);
  const sent = begin();
  await until(() => judging.size === 1, "it is being judged");
  endpoint.close();
  const [response] = await once(sent, "response");
  assert.equal(Object(response).statusCode, 503);
  await until(() => judging.size === 0, "it is given up");
  assert.equal(clock.pending, 0);
});
