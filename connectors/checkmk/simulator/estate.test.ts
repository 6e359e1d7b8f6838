import assert from "node:assert/strict";
import { test } from "node:test";
import type { EstateChange } from "./estate.ts";
import { seedEstate } from "./seed-estate.ts";

const start = Date.UTC(2026, 0, 5, 12);

function made(options: Parameters<typeof seedEstate>[0] = {}) {
  let nowMs = start;
  const estate = seedEstate(options, () => nowMs);
  return {
    estate,
    later: (seconds: number) => {
      nowMs += seconds * 1000;
      estate.passTime();
    },
  };
}

test("an estate has the size that is asked for, and is the same for the same seed", () => {
  const { estate } = made({ hosts: 20, servicesPerHost: 12, seed: 7 });
  assert.equal(estate.hosts.size, 20);
  assert.equal(estate.serviceCount, 240);
  assert.deepEqual([...made({ hosts: 20, servicesPerHost: 12, seed: 7 }).estate.services()], [...estate.services()]);
  assert.notDeepEqual([...made({ hosts: 20, servicesPerHost: 12, seed: 8 }).estate.services()], [...estate.services()]);
});

test("an estate has problems, of which some are acknowledged and some in a downtime", () => {
  const services = [...made({ hosts: 200 }).estate.services()];
  for (const state of [0, 1, 2, 3]) assert.ok(services.some((service) => service.state === state));
  assert.ok(services.some(({ acknowledgement }) => acknowledgement !== undefined));
  assert.ok(services.some(({ downtimeDepth }) => downtimeDepth > 0));
});

test("a problem is acknowledged until it is over, and its comment goes with it", () => {
  const { estate } = made({ hosts: 5, problems: 0 });
  const target = { host: "app001", service: "CPU load" };
  const words = {
    author: "ada",
    comment: "mine",
    sticky: false,
    persistent: false,
    notify: true,
    expiresAt: undefined,
  };
  assert.equal(estate.acknowledge(target, words), false, "there is no problem yet");
  estate.result(target, { state: 2, output: "high", perfData: "" });
  assert.equal(estate.acknowledge(target, words), true);
  assert.equal(estate.find(target)?.acknowledgement?.author, "ada");
  assert.deepEqual(
    [...estate.comments.values()].map(({ text }) => text),
    ["mine"],
  );
  estate.result(target, { state: 0, output: "fine", perfData: "" });
  assert.equal(estate.find(target)?.acknowledgement, undefined);
  assert.equal(estate.comments.size, 0);
});

test("an acknowledgement that expires goes at its time; one that is sticky outlives a change of state", () => {
  const { estate, later } = made({ hosts: 5, problems: 0 });
  const target = { host: "app001", service: "Memory" };
  const words = { author: "ada", comment: "mine", persistent: true, notify: false };
  estate.result(target, { state: 2, output: "high", perfData: "" });
  estate.acknowledge(target, { ...words, sticky: true, expiresAt: estate.now() + 60 });
  estate.result(target, { state: 1, output: "less", perfData: "" });
  assert.ok(estate.find(target)?.acknowledgement);
  later(61);
  assert.equal(estate.find(target)?.acknowledgement, undefined);
});

test("a downtime begins and ends at its times", () => {
  const { estate, later } = made({ hosts: 5, problems: 0 });
  const target = { host: "app001", service: undefined };
  const now = estate.now();
  const planned = { author: "ada", comment: "work", durationS: 0, recurring: 0 };
  const id = estate.scheduleDowntime({ ...target, ...planned, startTime: now + 60, endTime: now + 120 });
  assert.ok(id !== undefined);
  assert.equal(estate.find(target)?.downtimeDepth, 0);
  later(60);
  assert.equal(estate.find(target)?.downtimeDepth, 1);
  later(60);
  assert.equal(estate.find(target)?.downtimeDepth, 0);
  assert.equal(estate.downtimes.size, 0);
});

test("what happens is told as it happens, and stands in the history", () => {
  const { estate } = made({ hosts: 5, problems: 0 });
  const told: EstateChange[] = [];
  const stop = estate.onChange((change) => told.push(change));
  const target = { host: "web001", service: "HTTPS shop" };
  estate.result(target, { state: 2, output: "refused", perfData: "" });
  stop();
  estate.result(target, { state: 0, output: "fine", perfData: "" });
  assert.deepEqual(
    told.map(({ kind, service }) => `${kind} ${service}`),
    ["check HTTPS shop", "log HTTPS shop", "state HTTPS shop"],
  );
  const [critical] = estate.log.slice(-2);
  assert.deepEqual([critical?.type, critical?.state, critical?.output], ["SERVICE ALERT", 2, "refused"]);
});
