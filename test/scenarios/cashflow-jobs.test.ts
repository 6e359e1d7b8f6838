import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { cashflowUpstream, companyFolder } from "../rig/cashflow-stand.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

const rig = fileRig();
let front: Front;

before(async () => {
  const folder = await companyFolder(rig);
  front = await rig.gateway([cashflowUpstream(folder), { ...cashflowUpstream(folder), name: "twin" }]);
  await rest("/api/upstreams/twin/disable", {});
});

async function rest(path: string, body?: JsonObject): Promise<{ readonly status: number; readonly body: JsonObject }> {
  const answer = await fetch(`${front.server.origin}${path}`, {
    ...(body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const said: unknown = await answer.json();
  assert.ok(isJsonObject(said));
  return { status: answer.status, body: said };
}

/** Makes a job, and waits until it is over; what its one call was answered with. */
async function answered(path: string, given: JsonObject): Promise<JsonObject> {
  const made = await rest(path, given);
  assert.equal(made.status, 202, JSON.stringify(made.body));
  const id = String(made.body["jobId"]);
  await until(async () => (await rest(`/api/jobs/${id}`)).body["status"] === "completed", `${path} is over`);
  const lines = await fetch(`${front.server.origin}/api/jobs/${id}/results`);
  const row: unknown = JSON.parse(await lines.text());
  assert.ok(isJsonObject(row));
  assert.equal(row["status"], "succeeded", JSON.stringify(row));
  return objectAt(objectAt(row, "result") ?? {}, "structuredContent") ?? {};
}

test("forecasts, simulations, validations and reports are made as jobs, with the connector's arguments", async () => {
  const forecast = await answered("/api/jobs/forecast", { months: 12 });
  assert.equal(objectAt(forecast, "summary")?.["final_cash"], 492_375.73);
  const simulated = await answered("/api/jobs/monte-carlo?upstream=cashflow&priority=3", {
    iterations: 200,
    months: 6,
  });
  assert.equal(simulated["iterations"], 200);
  assert.equal((await answered("/api/jobs/validate", {}))["valid"], true);
  assert.match(JSON.stringify(await answered("/api/jobs/report", { format: "csv", months: 3 })), /csv/);
});

test("a simulation that is under way is cancelled", async () => {
  const made = await rest("/api/jobs/monte-carlo", { iterations: 100_000, months: 120 });
  const id = String(made.body["jobId"]);
  assert.equal((await rest(`/api/jobs/${id}/cancel`, {})).status, 200);
  await until(async () => (await rest(`/api/jobs/${id}`)).body["status"] === "cancelled", "it is cancelled");
});

async function codeOf(path: string, body: JsonObject): Promise<unknown> {
  const { body: said } = await rest(path, body);
  return objectAt(objectAt(said, "error") ?? {}, "data")?.["code"];
}

test("what is wrong with the question is said before there is a job", async () => {
  assert.equal(await codeOf("/api/jobs/forecast", { months: "many" }), "invalid_arguments");
  assert.equal(await codeOf("/api/jobs/forecast?upstream=nobody", {}), "invalid_params", "no model has that name");
  assert.equal(await codeOf("/api/jobs/forecast?colour=red", {}), "invalid_params");
});

test("of several models it must be said which; without one it is said how to get one", async () => {
  const message = async (): Promise<string> => {
    const { body } = await rest("/api/jobs/forecast", {});
    return JSON.stringify(body);
  };
  await rest("/api/upstreams/twin/enable", {});
  await until(async () => (await message()).includes("cashflow or twin"), "both are named");
  for (const name of ["twin", "cashflow"]) await rest(`/api/upstreams/${name}/disable`, {});
  await until(async () => /No cash-flow model is connected/.test(await message()), "there is none");
});
