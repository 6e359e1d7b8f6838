import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import type { TestKey } from "../rig/access-stand.ts";
import { type JobStand, jobIdIn, jobStand, operationLine } from "../rig/job-stand.ts";
import { type RawWebSocket, rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What is told of jobs while they are carried out, to whom. */

const rig = fileRig();
let stand: JobStand;
let ada: TestKey;
let bob: TestKey;
let operator: TestKey;

before(async () => {
  stand = await jobStand(rig);
  [ada, bob, operator] = await Promise.all([stand.key("user", "up"), stand.key("user", "up"), stand.key("operator")]);
});

const watch = (who: TestKey): Promise<RawWebSocket> =>
  rawWebSocket(`${stand.server.origin.replace("http", "ws")}/ws/jobs`, ["switchyard.live"], who.headers);

function toldOf({ messages }: RawWebSocket, id: string): JsonObject[] {
  return messages.filter((message) => objectAt(message, "data")?.["job"] === id);
}

const typesOf = (watching: RawWebSocket, id: string): unknown[] => toldOf(watching, id).map(({ type }) => type);

test("a job's beginning, progress and end are told to its owner and to operators, and to nobody else", async () => {
  await using own = await watch(ada);
  await using other = await watch(bob);
  await using all = await watch(operator);
  await until(() => [own, other, all].every(({ messages }) => messages.length >= 2), "all watch");
  const lines = Array.from({ length: 20 }, (_, n) => operationLine(n)).join("\n");
  const done = jobIdIn(await stand.submit(lines, ada.headers));
  await stand.once("completed", done, ada.headers);
  const stuck = jobIdIn(await stand.submit(operationLine(1000), ada.headers));
  await until(() => typesOf(all, stuck).includes("job_started"), "the second has begun");
  await stand.act("cancel", stuck, ada.headers);
  for (const watching of [own, all]) {
    await until(() => typesOf(watching, stuck).includes("job_cancelled"), "its end is told");
    const ofDone = typesOf(watching, done);
    assert.deepEqual([ofDone[0], ofDone.at(-1)], ["job_started", "job_completed"]);
    const percents = toldOf(watching, done).map((message) => Number(objectAt(message, "data")?.["percent"]));
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
    );
    assert.equal(percents.at(-1), 100);
  }
  const owners = [own, all].map((watching) => objectAt(toldOf(watching, done)[0] ?? {}, "data")?.["owner"]);
  assert.deepEqual(owners, [undefined, `key ${ada.id}`]);
  assert.deepEqual([...typesOf(other, done), ...typesOf(other, stuck)], []);
});
