import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startSimulator } from "../../connectors/checkmk/simulator/simulator.ts";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { type LiveMessage, watch } from "../../src/live/client.ts";
import { checkmkUpstream } from "../rig/checkmk-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { Rig, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

fileRig();

const questions = {
  "hosts that are up": { name: "list_hosts", arguments: { state_filter: ["UP"], include_status: false } },
  "db001's services": { name: "list_host_services", arguments: { host_name: "db001" } },
  "web001's services": { name: "list_host_services", arguments: { host_name: "web001" } },
  "all services": { name: "list_all_services", arguments: { limit: 5 } },
  "critical services": { name: "list_all_services", arguments: { state_filter: ["CRITICAL"] } },
  "services in warning": { name: "list_all_services", arguments: { state_filter: ["WARNING"] } },
  "services in order": { name: "list_all_services", arguments: { state_filter: ["OK"], limit: 1 } },
} as const;

function mark(result: JsonObject): unknown {
  const cache = objectAt(objectAt(result, "_meta") ?? {}, "switchyard/cache");
  return cache?.["state"];
}

async function stand(rig: Rig) {
  const simulator = rig.use(await startSimulator({ hosts: 20, problems: 0, nowMs: () => Date.now() }));
  const livestatus = { demo: { host: "127.0.0.1", port: simulator.livestatusPort } };
  const policies = { upstreams: { checkmk: { cache: { ttl: 600_000 } } } };
  const front = await rig.gateway([checkmkUpstream(simulator, { livestatus, changesEveryMs: 20 })], { policies });
  const ask = rawModern(front.url);
  const call = async (name: string, args: JsonObject): Promise<JsonObject> => {
    const { answer } = await ask("tools/call", { name: `checkmk__${name}`, arguments: args });
    return objectAt(answer, "result") ?? {};
  };
  return { estate: simulator.site.estate, origin: front.server.origin, call };
}

function isOfShop({ data }: LiveMessage): boolean {
  return JSON.stringify(data).includes("web002");
}

suite("what changes at a monitored site", () => {
  test("drops the kept answers that it touches, and no others", async () => {
    await using rig = new Rig();
    const { estate, call } = await stand(rig);
    const states = async (): Promise<ReadonlyMap<string, unknown>> => {
      const found = new Map<string, unknown>();
      for (const [what, { name, arguments: args }] of Object.entries(questions))
        found.set(what, mark(await call(name, args)));
      return found;
    };
    const askedAnew = async (change: () => void): Promise<readonly string[]> => {
      await until(async () => [...(await states()).values()].every((state) => state === "hit"), "everything is kept");
      change();
      const anew = new Set<string>();
      await until(async () => {
        for (const [what, state] of await states()) if (state !== "hit") anew.add(what);
        return anew.size > 0;
      }, "something is asked anew");
      for (const [what, state] of await states()) if (state !== "hit") anew.add(what);
      return [...anew].toSorted();
    };
    const memory = { host: "db001", service: "Memory" };
    const result = (state: 0 | 1 | 2) => () => {
      estate.result(memory, { state, output: "", perfData: "" });
    };
    const always = ["all services", "db001's services"];
    assert.deepEqual(await askedAnew(result(1)), [...always, "services in order", "services in warning"].toSorted());
    assert.deepEqual(await askedAnew(result(2)), [...always, "critical services", "services in warning"].toSorted());
    const words = {
      author: "ada",
      comment: "mine",
      sticky: true,
      persistent: false,
      notify: false,
      expiresAt: undefined,
    };
    const acknowledged = await askedAnew(() => estate.acknowledge(memory, words));
    assert.deepEqual(acknowledged, [...always, "critical services"].toSorted());
    const down = await askedAnew(() =>
      estate.result({ host: "web001", service: undefined }, { state: 1, output: "", perfData: "" }),
    );
    assert.deepEqual(down, ["hosts that are up", "web001's services"]);
  });

  test("is told to who watches, in words", async () => {
    await using rig = new Rig();
    const { estate, origin } = await stand(rig);
    const told: LiveMessage[] = [];
    const watching = watch(origin, { topics: ["entities"] });
    rig.defer(() => {
      watching.close();
    });
    watching.on("*", (message) => told.push(message));
    await until(() => told.some(({ type }) => type === "subscribed"), "somebody watches");
    const changes = (): LiveMessage[] => told.filter(({ type }) => type === "entity_change");
    // What is there at the first look is no change.
    let state: 0 | 1 = 0;
    await until(() => {
      state = state === 0 ? 1 : 0;
      estate.result({ host: "app001", service: undefined }, { state, output: "", perfData: "" });
      return changes().length > 0;
    }, "changes are looked for");
    estate.result({ host: "web002", service: "HTTPS shop" }, { state: 2, output: "refused", perfData: "" });
    await until(() => changes().some(isOfShop), "it is told");
    assert.deepEqual(
      changes()
        .filter(isOfShop)
        .map(({ data }) => data),
      [
        {
          upstream: "checkmk",
          change: "modified",
          uri: "checkmk://hosts/web002/services/HTTPS%20shop",
          says: "web002, HTTPS shop: is CRITICAL – refused",
        },
      ],
    );
  });

  test("is more than can be told one by one, where it is: then that there is more", async () => {
    await using rig = new Rig();
    const { estate, origin } = await stand(rig);
    const types: string[] = [];
    const watching = watch(origin, { topics: ["entities"] });
    rig.defer(() => {
      watching.close();
    });
    watching.on("*", ({ type }) => types.push(type));
    await until(() => types.includes("subscribed"), "somebody watches");
    let state: 0 | 1 = 0;
    await until(() => {
      state = state === 0 ? 1 : 0;
      estate.result({ host: "app001", service: undefined }, { state, output: "", perfData: "" });
      return types.includes("entity_change");
    }, "changes are looked for");
    for (const { host, description: service } of Array.from(estate.services())) {
      estate.result({ host, service }, { state: 1, output: "", perfData: "" });
    }
    await until(() => types.includes("entity_list_update"), "that there is more is told");
    await until(() => types.filter((type) => type === "entity_change").length >= 100, "the first are told");
    assert.ok(types.filter((type) => type === "entity_change").length <= 200);
  });
});
