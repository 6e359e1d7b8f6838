import assert from "node:assert/strict";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { forecast as engineForecast } from "../../connectors/cashflow/engine/forecast.ts";
import { loadModel } from "../../connectors/cashflow/model.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { cashflowStand } from "../rig/cashflow-stand.ts";
import { rawModern } from "../rig/raw-client.ts";
import { Rig, fileRig } from "../rig/rig.ts";
import { connectV1, disconnectV1 } from "../rig/sdk-v1.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";

fileRig();

const team = "cashflow://borealis/files/entities/team.yaml";
const findings = "cashflow://borealis/findings";

/** What a subscriber was told, in order, and when. */
interface Told {
  readonly what: string;
  readonly at: number;
}

/** Changes a file, and says how many ms later each of these was told. */
async function toldAfter(told: Told[], wanted: readonly string[], change: () => Promise<void>): Promise<number[]> {
  told.length = 0;
  await change();
  const changedAt = performance.now();
  await until(() => wanted.every((what) => told.some((one) => one.what === what)), `${wanted.join(", ")} are told`);
  return wanted.map((what) => (told.find((one) => one.what === what)?.at ?? 0) - changedAt);
}

/** Of several changes: a machine that is busy with something else may be late with one. */
async function soonest(rounds: number, run: () => Promise<number[]>): Promise<number> {
  const latest: number[] = [];
  for (let round = 0; round < rounds; round += 1) latest.push(Math.max(...(await run())));
  return Math.min(...latest);
}

async function raise(file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(/salary: (\d+)/, (_, salary: string) => `salary: ${Number(salary) + 100}`),
  );
}

function cash(result: JsonObject): unknown {
  return objectAt(objectAt(result, "structuredContent") ?? {}, "summary")?.["final_cash"];
}

function mark(result: JsonObject): unknown {
  const cache = objectAt(result, "_meta")?.["switchyard/cache"];
  return isJsonObject(cache) ? cache["state"] : undefined;
}

suite("a file that changes", () => {
  test("is told to a client of 2026-07-28 that watches it, within 300 ms", async () => {
    await using rig = new Rig();
    const { url, folder } = await cashflowStand(rig);
    const client = await connectV2({ kind: "http", url });
    try {
      const told: Told[] = [];
      client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
        told.push({ what: params.uri, at: performance.now() });
      });
      client.setNotificationHandler("notifications/resources/list_changed", () => {
        told.push({ what: "list", at: performance.now() });
      });
      const watching = { resourcesListChanged: true, resourceSubscriptions: [team, findings] };
      const subscription = await client.listen(watching);
      const change = (): Promise<void> => raise(join(folder, "entities", "team.yaml"));
      assert.ok((await soonest(5, () => toldAfter(told, [team, findings, "list"], change))) < 300);
      await subscription.close();
    } finally {
      await client.close();
    }
  });

  test("is told to a client of 2025-11-25 that watches it, within 300 ms", async () => {
    await using rig = new Rig();
    const { url, folder } = await cashflowStand(rig);
    const client = await connectV1({ kind: "http", url });
    try {
      const told: Told[] = [];
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        told.push({ what: params.uri, at: performance.now() });
      });
      client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
        told.push({ what: "list", at: performance.now() });
      });
      await client.subscribeResource({ uri: team });
      const file = join(folder, "entities", "team.yaml");
      assert.ok((await soonest(5, () => toldAfter(told, [team, "list"], () => raise(file)))) < 300);
      const moved = join(folder, "entities", "people.yaml");
      await toldAfter(told, [team, "list"], () => rename(file, moved));
      const uris = new Set((await client.listResources()).resources.map(({ uri }) => uri));
      assert.ok(uris.has("cashflow://borealis/files/entities/people.yaml") && !uris.has(team));
    } finally {
      await disconnectV1(client);
    }
  });

  test("drops the results that it is a part of, and no others", async () => {
    await using rig = new Rig();
    const { url, folder, switchyard } = await cashflowStand(rig);
    const ask = rawModern(url);
    const questions = {
      baseline: { name: "forecast", arguments: { months: 6 } },
      growth: { name: "forecast", arguments: { months: 6, scenario: "growth" } },
      "no second closing": { name: "kpis", arguments: { months: 6, scenario: "no_second_closing" } },
      "cap table": { name: "cap_table", arguments: { as_of: "2026-06-30" } },
      scenarios: { name: "scenarios_list", arguments: {} },
      sales: { name: "entities_list", arguments: { type: "sale" } },
      sale: { name: "entity_get", arguments: { id: "sale:pilot-batch" } },
      facility: { name: "entity_get", arguments: { id: "facility:test-field" } },
      schema: { name: "entity_schema", arguments: { type: "sale" } },
    };
    const states = async (): Promise<Map<string, unknown>> => {
      const found = new Map<string, unknown>();
      for (const [what, { name, arguments: given }] of Object.entries(questions)) {
        const { answer } = await ask("tools/call", { name: `cashflow__${name}`, arguments: given });
        found.set(what, mark(objectAt(answer, "result") ?? {}));
      }
      return found;
    };
    /** What was asked anew after a change, once something was; by name. */
    const askedAnew = async (change: () => Promise<void>): Promise<string[]> => {
      await until(async () => [...(await states()).values()].every((state) => state === "hit"), "everything is kept");
      await change();
      const anew = new Set<string>();
      await until(async () => {
        for (const [what, state] of await states()) if (state !== "hit") anew.add(what);
        return anew.size > 0;
      }, "something is asked anew");
      for (const [what, state] of await states()) if (state !== "hit") anew.add(what);
      return [...anew].toSorted();
    };
    const file = (name: string): string => join(folder, name);
    // At once: a file that is being written is empty for a moment, and so is a model without it.
    const replace = async (name: string, text: string): Promise<void> => {
      await writeFile(file(`${name}.draft`), text);
      await rename(file(`${name}.draft`), file(name));
    };
    const edit = (name: string, from: string, to: string) => async (): Promise<void> => {
      const text = await readFile(file(name), "utf8");
      assert.ok(text.includes(from));
      await replace(name, text.replace(from, to));
    };
    assert.deepEqual(await askedAnew(edit("scenarios/growth.yaml", "0.2", "0.25")), ["growth", "scenarios"]);
    const forecasts = ["baseline", "growth", "no second closing"];
    const revenue = edit("entities/revenue.yaml", "name: Second batch", "name: Third batch");
    assert.deepEqual(await askedAnew(revenue), [...forecasts, "sale", "sales"]);
    const costs = edit("entities/costs.yaml", "monthly_cost: 450", "monthly_cost: 460");
    assert.deepEqual(await askedAnew(costs), ["baseline", "facility", "growth", "no second closing"]);
    const more = "type: sale\nname: Late order\namount: 1000\nstart_date: 2026-05-01\ndelivery_date: 2026-05-31\n";
    const added = async (): Promise<void> => replace("entities/late.yaml", more);
    assert.deepEqual(await askedAnew(added), [...forecasts, "sales"]);
    await replace("entities/late.yaml", "type: sale\nname: [");
    await until(async () => {
      const { answer } = await ask("tools/call", { name: "cashflow__cap_table", arguments: { as_of: "2026-06-30" } });
      return objectAt(answer, "result")?.["isError"] === true;
    }, "what has errors answers nothing, whatever was kept");
    const told = switchyard.events
      .after(0)
      .events.flatMap((event) => (event.type === "content.invalid" ? [event] : []));
    assert.equal(told.length, 1, "who watches is told once");
    assert.match(told[0]?.problems.join("\n") ?? "", /entities\/late\.yaml:2:\d+ error yaml_syntax/);
  });

  test("drops the results that were kept of it, and nothing has to be called twice for that", async () => {
    await using rig = new Rig();
    const { url, folder } = await cashflowStand(rig);
    const ask = rawModern(url);
    const forecast = async (): Promise<JsonObject> => {
      const { answer } = await ask("tools/call", { name: "cashflow__forecast", arguments: { months: 12 } });
      return objectAt(answer, "result") ?? {};
    };
    await until(async () => mark(await forecast()) === "hit", "the result is kept");
    const before = cash(await forecast());
    assert.equal(before, 492_375.73);
    await rm(join(folder, "entities", "revenue.yaml"));
    await until(async () => cash(await forecast()) !== before, "another answer is given");
    const { columns } = engineForecast(await loadModel(folder), { months: 12 });
    assert.equal(cash(await forecast()), (columns.cash_balance.at(-1) ?? 0) / 100);
  });
});
