import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import type { Simulator } from "../../connectors/checkmk/simulator/simulator.ts";
import { checkmkStand } from "../rig/checkmk-stand.ts";
import { clients } from "../rig/clients.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let front: Front & { readonly simulator: Simulator };

before(async () => {
  front = await checkmkStand(rig, { problems: 0 });
});

async function rest(path: string, body?: unknown): Promise<JsonObject> {
  const answer = await fetch(`${front.server.origin}${path}`, {
    ...(body !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const said: unknown = await answer.json();
  assert.ok(isJsonObject(said));
  return said;
}

for (const kind of clients) {
  test(`a host is set up, activated and operated through the gateway with ${kind.title}`, async () => {
    await using downstream = await kind.connect({ kind: "http", url: front.url });
    const name = `app9${clients.indexOf(kind)}`;
    const call = async (tool: string, args: JsonObject) =>
      Object((await downstream.call(`checkmk__${tool}`, args))["structuredContent"]);
    const made = await call("create_host", { name, folder: "/servers/linux", ip_address: "10.9.9.9" });
    assert.equal(made.activation.state, "pending");
    await call("discover_services", { host_name: name });
    assert.equal((await call("activate_changes", {})).state, "activated");
    const { estate } = front.simulator.site;
    const target = { host: name, service: "CPU load" };
    estate.result(target, { state: 2, output: "high", perfData: "" });
    await call("acknowledge_service_problem", { host_name: name, service_name: "CPU load", comment: "mine" });
    assert.equal(estate.find(target)?.acknowledgement?.comment, "mine");
  });
}

test("hosts are created as a job, several at once: a duplicate, a bad name and a missing folder hold up no other", async () => {
  const good = Array.from({ length: 100 }, (_, at) => ({ name: `job${at}`, folder: "/network" }));
  const bad = [{ name: "app001" }, { name: "büro/1" }, { name: "lost", folder: "/nowhere" }];
  const operations = [...good, ...bad].map((args) => ({
    type: "tool_call",
    parameters: { tool_name: "checkmk__create_host", arguments: args },
  }));
  const made = await rest("/api/jobs?parallel=10", operations);
  assert.equal(typeof made["jobId"], "string", JSON.stringify(made));
  const path = `/api/jobs/${String(made["jobId"])}`;
  await until(async () => (await rest(path))["status"] === "completed", "the job is over");
  const job = await rest(path);
  const { succeeded, failed } = Object(job["counts"]);
  assert.deepEqual([succeeded, failed], [100, 3]);
  const { configuration } = front.simulator.site;
  assert.equal([...configuration.hosts.keys()].filter((name) => name.startsWith("job")).length, 100);
});
