import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type LiveMessage, type WatchState, type Watching, watch } from "../../src/live/client.ts";
import { accessStand, fullServer } from "../rig/access-stand.ts";
import { type Front, type Rig, fileRig } from "../rig/rig.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import { until } from "../rig/until.ts";

/* `switchyard/live` against a real gateway. */

const rig = fileRig();

interface Seen {
  readonly watching: Watching;
  readonly messages: LiveMessage[];
  readonly states: WatchState[];
  readonly types: () => string[];
}

function seen(owner: Rig, watching: Watching): Seen {
  const messages: LiveMessage[] = [];
  const states: WatchState[] = [];
  watching.on("*", (message) => messages.push(message));
  watching.onState((state) => states.push(state));
  owner.defer(() => {
    watching.close();
  });
  return { watching, messages, states, types: () => messages.map(({ type }) => type) };
}

async function front(owner: Rig, port = 0): Promise<Front> {
  const switchyard = owner.use(startSwitchyard({ upstreams: [] }));
  const server = await switchyard.listen({ host: "127.0.0.1", port, allowedHosts: [], allowedOrigins: [] });
  return { switchyard, server, url: server.origin };
}

const quick = { minDelayMs: 5, maxDelayMs: 20 } as const;

test("typed handlers are told what happens until they are taken off", async () => {
  const { switchyard, url } = await front(rig);
  const { watching, types } = seen(rig, watch(url, { topics: ["upstreams"] }));
  const states: string[] = [];
  const off = watching.on("circuit_breaker_state", ({ data }) => states.push(data.newState));
  await until(() => types().includes("subscribed"), "it watches");
  switchyard.events.append({ type: "breaker.opened", upstream: "a", cycles: 0 });
  await until(() => states.length === 1, "it is told");
  off();
  watching.subscribe(["alerts"]);
  watching.unsubscribe(["upstreams"]);
  await until(() => types().includes("unsubscribed"), "it watches something else");
  switchyard.events.append({ type: "breaker.closed", upstream: "a", cycles: 0 });
  switchyard.events.append({ type: "upstream.strained", upstream: "a", message: "much", calls: [] });
  await until(() => types().includes("health_event"), "it is told of alerts");
  assert.deepEqual(states, ["open"]);
  assert.equal(types().filter((type) => type === "circuit_breaker_state").length, 1);
});

test("a client goes on where it was when the gateway is started anew, and is told that it is another", async () => {
  const first = await front(rig);
  const { port } = new URL(first.url);
  const { watching, messages, states, types } = seen(rig, watch(first.url, { topics: ["upstreams"], ...quick }));
  const cycles = (): unknown[] =>
    messages.flatMap(({ type, data }) =>
      type === "circuit_breaker_state" && "failureCycles" in data ? [data.failureCycles] : [],
    );
  await until(() => types().includes("subscribed"), "it watches");
  first.switchyard.events.append({ type: "breaker.opened", upstream: "a", cycles: 1 });
  // Told before the goodbye, although nothing was waited for.
  await first.switchyard.close();
  await until(() => states.some(({ kind }) => kind === "waiting"), "it has noticed");
  assert.deepEqual(cycles(), [1]);
  const second = await front(rig, Number(port));
  // Before anybody can be back: what happens meanwhile is not lost.
  second.switchyard.events.append({ type: "breaker.opened", upstream: "a", cycles: 2 });
  await until(() => cycles().length === 2, "it is told what happened at the new one");
  assert.deepEqual(cycles(), [1, 2]);
  const gap = messages.find(({ type }) => type === "gap")?.data;
  assert.deepEqual(gap !== undefined && "reason" in gap ? gap.reason : undefined, "restarted");
  assert.equal(watching.id, `${second.switchyard.events.epoch}-1`);
});

test("a client whose key is revoked is closed for good", async () => {
  const stand = await accessStand(rig, { mine: fullServer("mine") });
  const key = await stand.key("viewer", "mine");
  const { watching, states, types } = seen(
    rig,
    watch(stand.server.origin, { topics: ["status"], key: key.text, ...quick }),
  );
  await until(() => types().includes("subscribed"), "it watches");
  await stand.revoke(key);
  await until(() => watching.state.kind === "closed", "it is closed");
  assert.deepEqual(states.at(-1), { kind: "closed", code: 1008, reason: "the key or token is no longer valid" });
  watching.close();
});

test("the client imports nothing but types, so that browsers can load it alone", () => {
  const source = readFileSync(new URL("../../src/live/client.ts", import.meta.url), "utf8");
  const imports = source.match(/^(?:import|export)[^;]* from "[^"]+";$/gm) ?? [];
  assert.ok(imports.length >= 3);
  for (const line of imports) assert.match(line, /^(?:import|export) type /);
  assert.doesNotMatch(source, /node:|process\.|Buffer/);
});
