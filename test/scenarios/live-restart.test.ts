import assert from "node:assert/strict";
import { test } from "node:test";
import { type LiveMessage, watch } from "../../src/live/client.ts";
import { Restartable } from "../rig/restartable.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What somebody is told who watches one gateway after another at one address, with one data folder. */

const rig = fileRig();

interface Watched {
  readonly messages: LiveMessage[];
  /** What became of the breaker, in order. */
  readonly breakers: () => string[];
  readonly ids: () => number[];
  readonly id: () => string | undefined;
  readonly leave: () => void;
}

function watchOne(gateways: Restartable, since?: string): Watched {
  const messages: LiveMessage[] = [];
  const watching = watch(gateways.url.origin, {
    topics: ["upstreams"],
    minDelayMs: 20,
    maxDelayMs: 50,
    ...(since !== undefined && { since }),
  });
  watching.on("*", (message) => messages.push(message));
  rig.defer(() => {
    watching.close();
  });
  return {
    messages,
    breakers: () =>
      messages.flatMap(({ type, data }) =>
        type === "circuit_breaker_state" && "newState" in data ? [data.newState] : [],
      ),
    ids: () =>
      messages.flatMap(({ id, topic }) => (id === undefined || topic === undefined ? [] : [Number(id.split("-")[1])])),
    id: () => watching.id,
    leave: () => {
      watching.close();
    },
  };
}

async function operate(gateways: Restartable, operation: "isolate" | "release"): Promise<void> {
  const headers = { "content-type": "application/json" };
  const url = `${gateways.url.origin}/api/upstreams/up/${operation}`;
  const response = await fetch(url, { method: "POST", headers, body: "{}" });
  assert.equal(response.status, 200, await response.text());
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
}

test("who watches is told everything once across a gateway that stops and the next, also what happened while it was away", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    const staying = watchOne(gateways);
    const leaving = watchOne(gateways);
    await until(() => [staying, leaving].every(({ id }) => id() !== undefined), "both watch");
    await operate(gateways, "isolate");
    await until(() => leaving.breakers().length === 1, "it is told");
    leaving.leave();
    await operate(gateways, "release");
    await gateways.kill("SIGTERM");
    await gateways.startReady();
    await operate(gateways, "isolate");
    const back = watchOne(gateways, leaving.id());
    for (const [watched, states] of [
      [back, ["closed", "isolated"]],
      [staying, ["isolated", "closed", "isolated"]],
    ] as const) {
      await until(() => watched.breakers().length >= states.length, "it is told what it missed");
      assert.deepEqual(watched.breakers(), states);
      assert.ok(isRising(watched.ids()), watched.ids().join());
      assert.ok(!watched.messages.some(({ type }) => type === "gap"));
    }
  });
});

test("after a kill who comes back is told that some may be missing, all that was kept, and nothing twice", async () => {
  await Restartable.run(async (gateways) => {
    await gateways.startReady();
    const watched = watchOne(gateways);
    await until(() => watched.id() !== undefined, "it watches");
    await operate(gateways, "isolate");
    await until(() => watched.breakers().length === 1, "it is told");
    const early = watched.id();
    await operate(gateways, "release");
    await until(() => watched.breakers().length === 2, "it is told");
    const isKept = (): boolean =>
      gateways.rows("SELECT fact FROM events").some(({ fact }) => String(fact).includes("breaker.closed"));
    await until(isKept, "it is in the file");
    await operate(gateways, "isolate");
    await until(() => watched.breakers().length === 3, "it is told, whether or not that is in the file");
    await gateways.kill("SIGKILL");
    await gateways.startReady();
    const back = watchOne(gateways, early);
    await operate(gateways, "isolate");
    for (const each of [watched, back]) {
      await until(
        () => each.breakers().at(-1) === "isolated" && each.messages.some(({ type }) => type === "gap"),
        "it is told",
      );
      const gap = each.messages.find(({ type }) => type === "gap")?.data;
      assert.equal(gap !== undefined && "reason" in gap ? gap.reason : undefined, "restarted");
    }
    await until(() => watched.breakers().length === 4, "what happens at the second is told");
    assert.deepEqual(watched.breakers(), ["isolated", "closed", "isolated", "isolated"]);
    assert.equal(back.breakers()[0], "closed", "what was kept is told");
    assert.ok(isRising(back.ids()), back.ids().join());
  });
});
