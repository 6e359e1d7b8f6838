import assert from "node:assert/strict";
import { test } from "node:test";
import { Site } from "../livestatus/site.ts";
import { livestatusMonitoring } from "../livestatus/monitoring.ts";
import { serveLivestatus } from "../simulator/livestatus/server.ts";
import { seedEstate } from "../simulator/seed-estate.ts";
import { readProblems } from "./observe.ts";

const { signal } = new AbortController();
const now = (): number => Date.UTC(2026, 0, 5, 12);

test("where there are too many problems, critical ones are read before others, and only those of the states that are asked for", async () => {
  const estate = seedEstate({ hosts: 10, problems: 0 }, now);
  await using server = await serveLivestatus(estate, { port: 0 });
  const site = new Site("demo", { host: "127.0.0.1", port: server.port ?? 0, tls: false });
  const observatory = { monitoring: livestatusMonitoring([site]), now };
  const hosts = [...estate.hosts.keys()].toSorted();
  const last = hosts.at(-1) ?? "";
  for (const host of hosts) {
    const [service = ""] = estate.servicesOf(host).keys();
    estate.result({ host, service }, { state: host === last ? 2 : 1, output: "", perfData: "" });
  }
  try {
    const some = await readProblems(observatory, {}, signal, 3);
    assert.deepEqual(
      some.problems.map(({ host, state }) => [host, state]),
      [
        [last, "CRITICAL"],
        [hosts[0], "WARNING"],
        [hosts[1], "WARNING"],
      ],
    );
    assert.equal(some.total, 10);
    const critical = await readProblems(observatory, { states: ["CRITICAL", "DOWN"] }, signal, 3);
    assert.deepEqual([critical.problems.map(({ host }) => host), critical.total], [[last], 1]);
  } finally {
    site.close();
  }
});
