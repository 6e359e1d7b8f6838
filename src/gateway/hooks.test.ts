import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { Fact } from "../events/fact.ts";
import { hookCapability } from "../protocol/hook.ts";
import { upstreamDefaults } from "../upstream/options.ts";
import { type HookTaker, Hooks, hookLimit, maxHooksOpen, maxHooksOpenFrom } from "./hooks.ts";

const { signal } = new AbortController();

/** A connector that takes nothing for genuine. */
const doubting: HookTaker = {
  name: "there",
  options: {
    ...upstreamDefaults,
    name: "there",
    target: { kind: "connector", connector: "frappe", folder: "/", config: {} },
  },
  profile: {
    serverInfo: undefined,
    capabilities: { experimental: { [hookCapability]: { headers: [] } } },
    instructions: undefined,
  },
  hand: () => Promise.resolve("refused"),
};

function hooksOf(upstreams: readonly HookTaker[] = []) {
  const clock = new ManualClock();
  const told: Fact[] = [];
  const hooks = new Hooks({ clock, events: { append: (fact) => told.push(fact) }, upstreams: () => upstreams });
  const post = async (name: string, address: string): Promise<string> => {
    try {
      const one = hooks.admit(name, address);
      const verdict = await one.judged({}, Buffer.from("{}"), signal);
      one.over();
      return verdict;
    } catch (thrown) {
      if (thrown instanceof GatewayError) return thrown.code;
      throw thrown;
    }
  };
  return { clock, told, hooks, post };
}

test("an address that posts too often waits, whatever names it makes up; others do not", async () => {
  const { clock, hooks, post } = hooksOf();
  for (let at = 0; at < hookLimit.burst; at += 1) assert.equal(await post(`name ${at}`, "192.0.2.1"), "refused");
  assert.equal(await post("another", "192.0.2.1"), "rate_limited");
  assert.equal(await post("another", "192.0.2.2"), "refused");
  clock.advance(60_000 / hookLimit.perMinute);
  assert.equal(await post("another", "192.0.2.1"), "refused");
  hooks.close();
});

test("which names there are, nobody learns from how much of each is taken", async () => {
  const { hooks, post } = hooksOf([doubting]);
  for (let at = 0; at < hookLimit.burst; at += 1) assert.equal(await post("not there", "192.0.2.1"), "refused");
  assert.equal(await post("not there either", "192.0.2.1"), "rate_limited");
  assert.equal(await post("there", "192.0.2.1"), "rate_limited");
  assert.equal(await post("there", "192.0.2.2"), "refused");
  hooks.close();
});

test("no more is read at once than may be", () => {
  const { hooks } = hooksOf();
  const open = Array.from({ length: maxHooksOpen }, (_, at) => hooks.admit("a", `address ${at}`));
  assert.throws(
    () => hooks.admit("a", "192.0.2.1"),
    (thrown) =>
      thrown instanceof GatewayError && thrown.code === "rate_limited" && thrown.data?.["retryAfterMs"] === 1000,
  );
  open[0]?.over();
  hooks.admit("a", "192.0.2.1");
  hooks.close();
});

test("one address has some of the places, and the others are for others", () => {
  const { hooks } = hooksOf();
  const open = Array.from({ length: maxHooksOpenFrom }, (_, at) => hooks.admit(`name ${at}`, "192.0.2.1"));
  assert.throws(
    () => hooks.admit("a", "192.0.2.1"),
    (thrown) => thrown instanceof GatewayError && thrown.data?.["retryAfterMs"] === 1000,
  );
  hooks.admit("a", "192.0.2.2").over();
  open[0]?.over();
  hooks.admit("a", "192.0.2.1");
  hooks.close();
});

test("the first is told at once, and those of the next minute together, without the names that strangers made up", async () => {
  const { clock, told, hooks, post } = hooksOf();
  await post("made up", "192.0.2.1");
  assert.deepEqual(told, [{ type: "hook.refused", count: 1, address: "192.0.2.1" }]);
  await post("made up", "192.0.2.2");
  for (let at = 0; at < 8; at += 1) await post(`also ${at}`, "192.0.2.3");
  assert.equal(told.length, 1);
  clock.advance(60_000);
  assert.deepEqual(told[1], { type: "hook.refused", count: 9, address: "192.0.2.2" });
  clock.advance(600_000);
  assert.equal(told.length, 2);
  await post("later", "192.0.2.4");
  assert.equal(told.length, 3);
  hooks.close();
  assert.equal(clock.pending, 0);
});
