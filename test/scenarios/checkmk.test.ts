import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "@modelcontextprotocol/client";
import { startSimulator } from "../../connectors/checkmk/simulator/simulator.ts";
import { isJsonObject, objectAt } from "../../src/core/json.ts";
import { watch } from "../../src/live/client.ts";
import { openLive } from "../rig/live-front.ts";
import { fileRig } from "../rig/rig.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();

/** The structured answer of a tool, and whether it was kept. */
async function ask(client: Client, name: string, args: Readonly<Record<string, unknown>> = {}) {
  const result = await client.callTool({ name: `checkmk__${name}`, arguments: args });
  assert.notEqual(result.isError, true, JSON.stringify(result.content));
  const cache = isJsonObject(result) ? objectAt(objectAt(result, "_meta") ?? {}, "switchyard/cache") : undefined;
  return { answer: Object(result.structuredContent), cache: cache?.["state"] };
}

for (const way of ["Livestatus", "the REST API alone"]) {
  test(`by ${way} an incident is told live, seen on the dashboard, asked after by an agent, taken care of, and over`, async () => {
    await incident(way === "Livestatus");
  });
}

async function incident(isByLivestatus: boolean): Promise<void> {
  const simulator = rig.use(await startSimulator({ hosts: 10, problems: 0, nowMs: () => Date.now(), workMs: 20 }));
  const { estate, name: site } = simulator.site;
  const livestatus = { [site]: { host: "127.0.0.1", port: simulator.livestatusPort ?? 0 } };
  const front = await openLive(rig, {
    checkmk: {
      connector: "checkmk",
      config: {
        url: simulator.url,
        site,
        user: "automation",
        secret: "automation-secret",
        ...(isByLivestatus && { livestatus }),
        changesEveryMs: 50,
      },
    },
  });
  await front.reaches("checkmk", "ready");
  const client = await connectV2({ kind: "http", url: front.url });
  rig.defer(() => client.close());
  const watching = watch(front.url.replace(/\/mcp$/, ""), { topics: ["entities"] });
  rig.defer(() => watching.close());
  const told: string[] = [];
  watching.on("entity_change", ({ data }) => told.push(data.uri));

  const [host = ""] = [...estate.hosts.values()].flatMap(({ name, state }) => (state === 0 ? [name] : []));
  const about = { host_name: host, service_name: "CPU load" };
  const target = { host, service: "CPU load" };
  const calm = await ask(client, "get_health_dashboard");
  assert.equal(calm.answer.not_known.length, isByLivestatus ? 0 : 1, "only Livestatus has a log");
  assert.equal((await ask(client, "get_health_dashboard")).cache, "hit", "while nothing changes, the answer is kept");

  estate.result(target, { state: 2, output: "load of 42", perfData: "load15=42;5;10" });
  const uri = `checkmk://hosts/${host}/services/CPU%20load`;
  await until(() => told.includes(uri), "the incident is told live");

  const alarmed = await ask(client, "get_health_dashboard");
  assert.notEqual(alarmed.cache, "hit", "what it was made from has changed");
  assert.equal(alarmed.answer.service_states.critical, calm.answer.service_states.critical + 1);
  assert.ok(alarmed.answer.overall_health_percentage < calm.answer.overall_health_percentage);

  const { answer: health } = await ask(client, "analyze_host_health", { host_name: host });
  const [problem] = health.problems;
  assert.deepEqual([problem.service_name, problem.plugin_output], ["CPU load", "load of 42"]);
  assert.match(health.recommendations.join(" "), /Nobody has taken care of one problem, above all "CPU load"/);
  const prompt = await client.getPrompt({ name: "checkmk__troubleshoot_service", arguments: about });
  assert.match(JSON.stringify(prompt.messages), /CRITICAL .*load of 42/);

  const dry = await ask(client, "acknowledge_service_problem", { ...about, comment: "Ada looks", dry_run: true });
  assert.match(dry.answer.summary, /^Would be done/);
  await ask(client, "acknowledge_service_problem", { ...about, comment: "Ada looks" });
  const handled = await ask(client, "get_critical_problems");
  assert.equal(
    handled.answer.problems.some((one: { readonly host_name: string }) => one.host_name === host),
    false,
  );
  await ask(client, "create_service_downtime", { ...about, comment: "Another machine is put in", duration_hours: 1 });
  await until(async () => {
    const { answer } = await ask(client, "get_critical_problems", { include_acknowledged: true });
    const found = answer.problems.find((one: { readonly host_name: string }) => one.host_name === host);
    return found?.acknowledged === true && found.in_downtime === true;
  }, "it is acknowledged and in a downtime");

  told.length = 0;
  estate.result(target, { state: 0, output: "load of 1", perfData: "load15=1;5;10" });
  await until(() => told.includes(uri), "the recovery is told live");
  const over = await ask(client, "get_health_dashboard");
  assert.deepEqual(over.answer.service_states, calm.answer.service_states);
  const after = await ask(client, "analyze_host_health", { host_name: host });
  assert.deepEqual([after.answer.problems, after.answer.health_grade], [[], "A+"]);
}
