import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "switchyard/connector";
import { type Change, toldChange, uriOf, usesOf } from "../change.ts";
import { serveLivestatus } from "../simulator/livestatus/server.ts";
import { seedEstate } from "../simulator/seed-estate.ts";
import { ChangeWatch } from "../change-watch.ts";
import { Site } from "./site.ts";
import { watchedSite } from "./watched-site.ts";

const { signal } = new AbortController();
const memory = { host: "app001", service: "Memory" };
const words = { author: "ada", comment: "mine", sticky: false, persistent: false, notify: true, expiresAt: undefined };

async function stand(problems = 0) {
  let nowMs = Date.UTC(2026, 0, 5, 12);
  const estate = seedEstate({ hosts: 10, problems, site: "demo" }, () => nowMs);
  const server = await serveLivestatus(estate, { port: 0 });
  const address = { host: "127.0.0.1", port: server.port ?? 0, tls: false } as const;
  const site = new Site("demo", address, { timeoutMs: 1000 }, { ...systemClock, monotonic: () => nowMs });
  const watch = new ChangeWatch(watchedSite(site), () => nowMs);
  return {
    estate,
    server,
    later: (seconds: number) => {
      nowMs += seconds * 1000;
      estate.passTime();
    },
    /** What changed since the last look, in words. */
    look: async () => (await watch.look(signal)).map(toldChange),
    changes: async () => watch.look(signal),
    async [Symbol.asyncDispose]() {
      site.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("what is there from the start is no change; what happens then is told once", async () => {
  await using there = await stand(0.5);
  assert.deepEqual(await there.look(), []);
  assert.deepEqual(await there.look(), []);
  there.later(10);
  const problem = [...there.estate.services()].find(({ state }) => state === 2);
  assert.ok(problem);
  there.estate.result({ host: problem.host, service: problem.description }, { state: 0, output: "fine", perfData: "" });
  assert.deepEqual(await there.look(), [`${problem.host}, ${problem.description}: was CRITICAL, is OK – fine`]);
  assert.deepEqual(await there.look(), []);
});

test("a problem appears, is acknowledged, gets a downtime, and recovers", async () => {
  await using there = await stand();
  await there.look();
  there.later(5);
  there.estate.result(memory, { state: 2, output: "full", perfData: "" });
  assert.deepEqual(await there.look(), ["app001, Memory: is CRITICAL – full"]);
  there.estate.acknowledge(memory, words);
  assert.deepEqual(await there.look(), ["app001, Memory: is acknowledged – full"]);
  const now = there.estate.now();
  const planned = { author: "ada", comment: "work", startTime: now + 5, endTime: now + 65, durationS: 0, recurring: 0 };
  there.estate.scheduleDowntime({ ...memory, ...planned });
  assert.deepEqual(await there.look(), [], "it has not begun");
  there.later(5);
  assert.deepEqual(await there.look(), ["app001, Memory: its downtime began – full"]);
  there.later(1);
  there.estate.result(memory, { state: 1, output: "less", perfData: "" });
  assert.deepEqual(await there.look(), ["app001, Memory: was CRITICAL, is WARNING, is acknowledged no more – less"]);
  there.later(60);
  assert.deepEqual(await there.look(), ["app001, Memory: its downtime is over – less"]);
  there.later(1);
  there.estate.result(memory, { state: 0, output: "fine", perfData: "" });
  assert.deepEqual(await there.look(), ["app001, Memory: was WARNING, is OK – fine"]);
});

test("what changed in the same second as the last that was seen is not missed, and what changed twice is told", async () => {
  await using there = await stand();
  await there.look();
  there.later(5);
  there.estate.result(memory, { state: 1, output: "high", perfData: "" });
  assert.equal((await there.look()).length, 1);
  there.estate.result({ host: "web001", service: "Memory" }, { state: 1, output: "high", perfData: "" });
  assert.deepEqual(await there.look(), ["web001, Memory: is WARNING – high"]);
  there.later(5);
  for (const state of [1, 0] as const)
    there.estate.result({ host: "db001", service: "Memory" }, { state, output: "", perfData: "" });
  assert.deepEqual(await there.look(), ["db001, Memory: is OK"]);
  assert.deepEqual(await there.look(), []);
});

test("a slow check, dated by its start, is told though another changed after that start", async () => {
  await using there = await stand();
  await there.look();
  there.later(100);
  there.estate.result(memory, { state: 1, output: "high", perfData: "" });
  assert.equal((await there.look()).length, 1);
  const slow = { host: "web001", service: "Memory" };
  there.estate.result(slow, { state: 2, output: "slow", perfData: "" }, there.estate.now() - 60);
  assert.deepEqual(await there.look(), ["web001, Memory: is CRITICAL – slow"]);
  assert.deepEqual(await there.look(), [], "what is asked for again is told once");
});

test("one thing that is dated in the future hides no later change", async () => {
  await using there = await stand();
  await there.look();
  const ahead = there.estate.now() + 86_400;
  there.estate.result(memory, { state: 1, output: "ahead", perfData: "" }, ahead);
  assert.deepEqual(await there.look(), ["app001, Memory: is WARNING – ahead"]);
  there.later(5);
  there.estate.result({ host: "web001", service: "Memory" }, { state: 1, output: "high", perfData: "" });
  assert.deepEqual(await there.look(), ["web001, Memory: is WARNING – high"]);
  assert.deepEqual(await there.look(), []);
});

test("a whole look tells what is well again apart from what is no longer monitored", async () => {
  await using there = await stand();
  await there.look();
  there.later(5);
  const web = { host: "web001", service: "Memory" };
  for (const target of [memory, web]) there.estate.result(target, { state: 2, output: "full", perfData: "" });
  assert.equal((await there.look()).length, 2);
  there.later(600);
  there.estate.result({ host: "db001", service: "Memory" }, { state: 1, output: "high", perfData: "" });
  assert.equal((await there.look()).length, 1);
  // Dated before all that is asked for, so that only a whole look finds it.
  there.estate.result(memory, { state: 0, output: "fine", perfData: "" }, there.estate.now() - 300);
  there.estate.removeHost("web001");
  const told: string[] = [];
  for (let looks = 3; looks <= 60; looks += 1) told.push(...(await there.look()));
  assert.deepEqual(told, ["app001, Memory: was CRITICAL, is OK – fine", "web001, Memory: is no longer monitored"]);
});

test("a host that goes down is told, and so is a site that is gone and back", async () => {
  await using there = await stand();
  await there.look();
  there.later(5);
  there.estate.result({ host: "app001", service: undefined }, { state: 1, output: "no answer", perfData: "" });
  const [change] = await there.changes();
  assert.ok(change);
  assert.deepEqual(usesOf(change), ["estate", "host:app001", "hosts", "hosts:UP", "hosts:PENDING", "hosts:DOWN"]);
  assert.equal(uriOf(change), "checkmk://hosts/app001");
  await there.server[Symbol.asyncDispose]();
  const [gone] = await there.changes();
  assert.ok(gone?.kind === "reached");
  assert.match(toldChange(gone), /^The site demo does not answer: 127\.0\.0\.1:\d+ cannot be reached: /);
  assert.deepEqual(usesOf(gone), ["checkmk"]);
  assert.deepEqual(await there.look(), [], "it is told once");
  there.later(5);
  await using again = await serveLivestatus(there.estate, { port: there.server.port ?? 0 });
  assert.deepEqual(await there.look(), ["The site demo answers again", "The site demo was started anew"]);
  assert.ok(again.port);
});

test("a change drops answers about its host, about any, and about the states that it left and entered", () => {
  const before = { state: "WARNING", isAcknowledged: false, isInDowntime: false } as const;
  const after = { ...before, state: "CRITICAL" } as const;
  const change: Change = { kind: "standing", site: "demo", host: "a b", description: "C/D", before, after, output: "" };
  assert.deepEqual(usesOf(change), ["estate", "host:a b", "services", "services:WARNING", "services:CRITICAL"]);
  assert.equal(uriOf(change), "checkmk://hosts/a%20b/services/C%2FD");
  assert.equal(toldChange({ ...change, after: undefined }), "a b, C/D: is no longer monitored");
});
