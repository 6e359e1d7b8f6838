import assert from "node:assert/strict";
import { once } from "node:events";
import { type Socket, createServer } from "node:net";
import { after, before, test } from "node:test";
import { type OpenConnector, openConnector } from "switchyard/connector";
import { z } from "zod";
import { until } from "../../test/rig/until.ts";
import { connector } from "./connector.ts";
import { type Simulator, startSimulator } from "./simulator/simulator.ts";

let simulator: Simulator;
let open: OpenConnector;

before(async () => {
  simulator = await startSimulator({ hosts: 30, servicesPerHost: 10, nowMs: () => Date.now() });
  const { url, livestatusPort: port } = simulator;
  const livestatus = { demo: { host: "127.0.0.1", port }, gone: { socket: "/nowhere/live" } };
  const user = { site: "demo", user: "automation", secret: "automation-secret" };
  open = await openConnector(connector, { url, ...user, livestatus, changesEveryMs: 20 });
});

after(async () => {
  await open[Symbol.asyncDispose]();
  await simulator.close();
});

const batchShape = z.object({
  services: z.array(z.object({ host_name: z.string(), service_name: z.string(), state: z.string() })),
  next_cursor: z.string().nullable(),
});

async function called(name: string, args: Readonly<Record<string, unknown>>) {
  const { structuredContent, _meta } = await open.call(name, args);
  return { answer: Object(structuredContent), uses: Object(_meta)["switchyard/uses"] };
}

test("hosts are listed as they are now, and a site that is down is told", async () => {
  const { answer, uses } = await called("list_hosts", { search: "APP", limit: 2, state_filter: ["UP"] });
  const [host] = answer.hosts;
  assert.equal(answer.hosts.length, 2);
  assert.equal(answer.total_count, 6);
  assert.deepEqual([host.name, host.state, host.folder, host.labels.role], ["app001", "UP", "/servers/linux", "app"]);
  assert.equal(
    Object.values(host.services).reduce((sum: number, count) => sum + Number(count), 0),
    10,
  );
  assert.match(answer.failures[0].reason, /\/nowhere\/live cannot be reached/);
  assert.deepEqual(uses, ["checkmk", "hosts:UP", "host:app001", "host:app002"]);
  const { answer: brief, uses: ofNames } = await called("list_hosts", {
    folder: "/network",
    include_status: false,
    limit: 1,
  });
  assert.deepEqual(brief.hosts, [{ name: "switch001", folder: "/network", ip_address: "10.0.0.4" }]);
  assert.deepEqual(ofNames, ["checkmk", "hosts"]);
});

test("services of a host say who acknowledged them and which downtime they are in; without them they are left out", async () => {
  const { estate } = simulator.site;
  const target = { host: "db001", service: "Memory" };
  estate.result(target, { state: 2, output: "full", perfData: "mem=99" });
  const words = {
    author: "ada",
    comment: "mine",
    sticky: true,
    persistent: false,
    notify: false,
    expiresAt: undefined,
  };
  estate.acknowledge(target, words);
  const now = estate.now();
  const planned = {
    author: "bob",
    comment: "work",
    startTime: now - 5,
    endTime: now + 600,
    durationS: 0,
    recurring: 0,
  };
  estate.scheduleDowntime({ ...target, ...planned });
  const { answer, uses } = await called("list_host_services", { host_name: "db001" });
  const found = answer.services.find((each: { service_name: string }) => each.service_name === "Memory");
  assert.deepEqual(
    [found.state, found.acknowledgement_author, found.acknowledgement_comment, found.downtime_comment],
    ["CRITICAL", "ada", "mine", "work"],
  );
  assert.equal(found.downtime_end, new Date((now + 600) * 1000).toISOString());
  assert.deepEqual(uses, ["checkmk", "host:db001"]);
  for (const without of [{ include_downtimes: false }, { include_acknowledged: false }]) {
    const { answer: fewer } = await called("list_host_services", { host_name: "db001", ...without });
    assert.ok(fewer.services.every((each: { service_name: string }) => each.service_name !== "Memory"));
  }
});

test("a host that is not monitored is refused with the way out", async () => {
  simulator.site.estate.putHost({
    name: "bare",
    alias: "",
    address: "",
    folder: "/",
    labels: {},
    tags: {},
    groups: [],
  });
  // While a site is down, nobody knows whether the host is there.
  const { answer } = await called("list_host_services", { host_name: "nosuch" });
  assert.deepEqual([answer.services, answer.failures.length], [[], 1]);
  simulator.site.estate.removeHost("bare");
});

test("services are listed by state, from any place on", async () => {
  const { answer, uses } = await called("list_all_services", { state_filter: ["CRITICAL", "WARNING"], limit: 1000 });
  assert.ok(answer.services.length > 1);
  assert.equal(answer.total_count, answer.services.length);
  assert.deepEqual(uses, ["checkmk", "services:CRITICAL", "services:WARNING"]);
  const { answer: second } = await called("list_all_services", {
    state_filter: ["CRITICAL", "WARNING"],
    limit: 1,
    offset: 1,
  });
  assert.deepEqual(second.services, answer.services.slice(1, 2));
});

test("a stream gives every service once, whichever cursor is used again", async () => {
  const names: string[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < 50; count += 1) {
    const args = { batch_size: 33, ...(cursor !== undefined && { cursor }) };
    const { services, next_cursor: next } = batchShape.parse((await called("stream_services", args)).answer);
    if (count % 3 === 0) {
      const again = batchShape.parse((await called("stream_services", args)).answer);
      assert.deepEqual([again.services, again.next_cursor], [services, next]);
    }
    names.push(...services.map((each) => `${each.host_name};${each.service_name}`));
    if (next === null) break;
    cursor = next;
  }
  assert.equal(names.length, 300);
  assert.equal(new Set(names).size, 300);
  await assert.rejects(open.call("stream_services", { cursor: "bm9uc2Vuc2U" }), /is none that was given here/);
  const { answer } = await called("stream_hosts", { batch_size: 100, state_filter: ["UNREACHABLE"] });
  assert.deepEqual([answer.hosts, answer.next_cursor], [[], null]);
});

test("the resource gives lines of JSON, of which the last says where it goes on", async () => {
  const { resources = [] } = open.offer;
  const template = resources.find(({ uri }) => uri === "checkmk://stream/services{?cursor,batch_size}");
  const { signal } = new AbortController();
  let text = (await open.read("checkmk://stream/services"))?.text ?? "";
  const read: unknown[] = [];
  for (;;) {
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const { next } = z.object({ next: z.string().nullable() }).parse(lines.pop());
    read.push(...lines);
    if (next === null) break;
    assert.match(next, /^checkmk:\/\/stream\/services\?cursor=[\w-]+$/);
    text = (await template?.read(next, signal))?.text ?? "";
  }
  assert.equal(read.length, 300);
  await assert.rejects(async () => template?.read("checkmk://stream/services?batch_size=0", signal), /from 1 to 5000/);
});

test("a site that hangs keeps nobody from hearing what changes at another", async () => {
  const sockets: Socket[] = [];
  const hanging = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(hanging, "listening");
  const address = hanging.address();
  assert.ok(typeof address === "object" && address !== null);
  const { url, livestatusPort: port } = simulator;
  const livestatus = {
    demo: { host: "127.0.0.1", port },
    hanging: { host: "127.0.0.1", port: address.port },
  };
  const user = { site: "demo", user: "automation", secret: "automation-secret" };
  const beside = await openConnector(connector, { url, ...user, livestatus, changesEveryMs: 20, timeoutMs: 300_000 });
  try {
    await until(() => sockets.length > 0, "the other is asked");
    let state: 1 | 2 = 1;
    await until(() => {
      state = state === 2 ? 1 : 2;
      simulator.site.estate.result({ host: "web001", service: "SSH" }, { state, output: "", perfData: "" });
      return beside.changedEntities.some(({ uri }) => uri === "checkmk://hosts/web001/services/SSH");
    }, "it is told");
  } finally {
    await beside[Symbol.asyncDispose]();
    for (const socket of sockets) socket.destroy();
    hanging.close();
    await once(hanging, "close");
  }
});

test("a change is told by what it touches, and in words", async () => {
  const from = open.changedUses.length;
  const target = { host: "web002", service: "SSH" };
  simulator.site.estate.result(target, { state: 2, output: "refused", perfData: "" });
  await until(
    () => open.changedEntities.some(({ uri }) => uri === "checkmk://hosts/web002/services/SSH"),
    "it is told",
  );
  assert.deepEqual(
    open.changedEntities.findLast(({ uri }) => uri.endsWith("SSH")),
    {
      uri: "checkmk://hosts/web002/services/SSH",
      change: "modified",
      says: "web002, SSH: is CRITICAL – refused",
    },
  );
  assert.ok(open.changedUses.slice(from).includes("host:web002"));
  assert.ok(!open.changedUses.slice(from).includes("host:web003"));
});
