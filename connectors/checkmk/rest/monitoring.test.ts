import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "switchyard/connector";
import { ChangeWatch } from "../change-watch.ts";
import { toldChange } from "../change.ts";
import { livestatusMonitoring } from "../livestatus/monitoring.ts";
import { Site } from "../livestatus/site.ts";
import { always } from "../rows/condition.ts";
import type { Batch, HostFilter, Monitoring, ServiceFilter, Span } from "../monitoring.ts";
import { type Exchange } from "../simulator/rest/server.ts";
import { type SimulatorOptions, startSimulator } from "../simulator/simulator.ts";
import { RestClient } from "./client.ts";
import { Downtimes } from "./downtimes.ts";
import { restMonitoring } from "./monitoring.ts";
import { watchedSite } from "./watched-site.ts";

const { signal } = new AbortController();

/** The same simulated site, asked by both ways. `exchanges` are those of the REST API. */
async function stand(options: Partial<SimulatorOptions> = {}) {
  const exchanges: Exchange[] = [];
  const now = Date.now();
  const simulator = await startSimulator({
    hosts: 40,
    problems: 0.2,
    nowMs: () => now,
    spoil: (exchange) => {
      exchanges.push(exchange);
      return undefined;
    },
    ...options,
  });
  const { url, site, livestatusPort: port = 0 } = simulator;
  const login = { site: site.name, user: "automation", secret: "automation-secret" };
  const client = new RestClient({ url, ...login, timeoutMs: 30_000, attempts: 1, connections: 8 });
  const socket = new Site(site.name, { host: "127.0.0.1", port, tls: false }, {}, systemClock);
  return {
    estate: site.estate,
    client,
    exchanges,
    rest: restMonitoring(client),
    live: livestatusMonitoring([socket]),
    async [Symbol.asyncDispose]() {
      client.close();
      socket.close();
      await simulator.close();
    },
  };
}

const hostFilters: readonly HostFilter[] = [
  {},
  { states: ["UP"] },
  { states: ["DOWN", "PENDING"] },
  { search: "0.1" },
  { search: "APP" },
  { folder: "/servers" },
  { group: "network", isAcknowledged: false },
  { names: ["app001", "db001", "nowhere"] },
  { names: [] },
  { isInDowntime: true },
];

const serviceFilters: readonly ServiceFilter[] = [
  {},
  { states: ["CRITICAL", "WARNING"] },
  { states: ["CRITICAL"], isAcknowledged: false },
  { hosts: ["app001", "db001"] },
  { hosts: ["app001"], descriptions: ["Memory", "CPU load"] },
  { search: "filesystem /" },
  { isInDowntime: true },
  { isInDowntime: false, states: ["WARNING"] },
  { isAcknowledged: true },
];

const spans: readonly Span[] = [
  {},
  { limit: 5 },
  { limit: 7, offset: 3 },
  { offset: 20 },
  { limit: 3, offset: 100_000 },
];

async function everything<Row>(batches: AsyncIterable<Batch<Row>>): Promise<readonly Batch<Row>[]> {
  const read: Batch<Row>[] = [];
  for await (const batch of batches) read.push(batch);
  return read;
}

/** What is known of a site by one way or the other. */
async function answersOf(monitoring: Monitoring) {
  const options = { batchSize: 30, signal };
  const hosts = await everything(monitoring.eachHostBatch({ folder: "/servers" }, options));
  const services = await everything(monitoring.eachServiceBatch({ states: ["OK"] }, options));
  const after = services[1]?.position ?? "";
  return {
    hosts: await Promise.all(
      hostFilters.flatMap((filter) => spans.map(async (span) => monitoring.hosts(filter, span, signal))),
    ),
    services: await Promise.all(
      serviceFilters.flatMap((filter) => spans.map(async (span) => monitoring.services(filter, span, signal))),
    ),
    details: await monitoring.serviceDetails({ hosts: ["app001"] }, signal),
    statistics: await monitoring.statistics({}, signal),
    comments: await monitoring.comments({ kinds: ["acknowledgement", "downtime"] }, signal),
    ofHost: await monitoring.comments({ host: "app001" }, signal),
    downtimes: await monitoring.downtimes({}, signal),
    batches: { hosts, services },
    behind: await everything(monitoring.eachServiceBatch({ states: ["OK"] }, { ...options, after })),
  };
}

for (const version of ["2.4.0p3", "2.3.0p41", "2.3.0p22", "2.2.0p44"]) {
  test(`the REST API of ${version} gives the same answers as Livestatus, whatever is asked`, async () => {
    await using there = await stand({ version });
    const { estate } = there;
    const target = { host: "app001", service: "Memory" };
    estate.result(target, { state: 2, output: "full", perfData: "mem=99" });
    const flag = { sticky: true, persistent: false, notify: false, expiresAt: undefined };
    estate.acknowledge(target, { author: "ada", comment: "mine", ...flag });
    estate.addComment({ host: "app001", service: undefined }, { author: "ada", text: "a word", persistent: true });
    estate.result({ host: "db002", service: undefined }, { state: 1, output: "no answer", perfData: "" });
    assert.deepEqual(await answersOf(there.rest), await answersOf(there.live));
    const methods = new Set(
      there.exchanges.filter(({ path }) => path.endsWith("host/collections/all")).map(({ method }) => method),
    );
    assert.deepEqual([...methods], [version === "2.3.0p22" || version === "2.2.0p44" ? "GET" : "POST"]);
    assert.deepEqual(
      there.exchanges.filter(({ reply }) => reply.status >= 400).map(({ path, reply }) => [path, reply.status]),
      [],
    );
  });
}

test("many names fit the address of an old version, some at a time", async () => {
  await using there = await stand({ version: "2.2.0p44", hosts: 400 });
  const names = [...there.estate.hosts.keys()];
  const { total } = await there.rest.hosts({ names, states: ["UP"] }, {}, signal);
  assert.equal(total, (await there.live.hosts({ names, states: ["UP"] }, {}, signal)).total);
  const asked = there.exchanges.filter(({ path }) => path.endsWith("host/collections/all"));
  assert.ok(asked.length > 1);
  assert.ok(Math.max(...asked.map(({ query }) => query.toString().length)) < 7000);
});

test("no answer grows with the estate where parts are read: streams, lists and what is counted", async () => {
  await using there = await stand({ hosts: 1300, servicesPerHost: 20, problems: 0.01 });
  const rows = (): readonly number[] =>
    there.exchanges.splice(0).flatMap(({ path, reply: { body } }) => {
      const { value } = Object(body);
      return path.endsWith("service/collections/all") && Array.isArray(value) ? [value.length] : [];
    });
  const batches = await everything(there.rest.eachServiceBatch({}, { batchSize: 1000, signal }));
  assert.equal(batches.flatMap((batch) => batch.rows).length, 26_000);
  assert.ok(Math.max(...rows()) <= 5000);
  const listed = await there.rest.services({}, { limit: 100, offset: 25_000 }, signal);
  assert.deepEqual([listed.rows.length, listed.total], [100, 26_000]);
  assert.ok(Math.max(...rows()) <= 120);
  const open = await there.rest.services({ isAcknowledged: false }, { limit: 100 }, signal);
  assert.equal(open.total, (await there.live.services({ isAcknowledged: false }, { limit: 1 }, signal)).total);
  assert.ok(Math.max(...rows()) <= 10_000);
  await there.rest.services({ states: ["CRITICAL", "WARNING"], isAcknowledged: false }, { limit: 5000 }, signal);
  assert.equal(rows().length, 1);
  const watched = watchedSite(there.client, () => Date.now());
  const looked = await watched.read({ table: "services", columns: ["host_name"], filter: always }, signal);
  assert.equal(looked.length, 26_000);
  assert.ok(Math.max(...rows()) <= 10_000);
});

test("what is done with the rows of a page and takes them out of the filter leaves out none of those behind", async () => {
  for (const way of ["rest", "live"] as const) {
    await using there = await stand({ hosts: 130, servicesPerHost: 20, problems: 0 });
    const downtimes = new Downtimes(there.client);
    const [startTime, endTime] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const planned = {
      startTime: startTime ?? "",
      endTime: endTime ?? "",
      recur: "fixed",
      durationMinutes: 0,
      comment: "x",
    } as const;
    const filter = { isInDowntime: false };
    let seen = 0;
    for (let after: string | undefined, isMore = true; isMore;) {
      isMore = false;
      const options = { batchSize: 333, signal, ...(after !== undefined && { after }) };
      for await (const { rows, position } of there[way].eachServiceBatch(filter, options)) {
        seen += rows.length;
        [after, isMore] = [position, true];
        const byHost = Map.groupBy(rows, ({ host }) => host);
        await Promise.all(
          [...byHost].map(([host, services]) =>
            downtimes.create({ host, services: services.map(({ description }) => description) }, planned, signal),
          ),
        );
        break;
      }
    }
    assert.equal(seen, 2600, way);
    assert.equal((await there[way].services(filter, { limit: 1 }, signal)).total, 0);
    assert.equal((await there[way].services({ isInDowntime: true }, { limit: 1 }, signal)).total, 2600);
    assert.equal((await there[way].statistics({}, signal)).services.inDowntime, 2600);
  }
});

function of(service: string | undefined) {
  return { host: "host.with-dots_1", service };
}

test("odd names, states and times are answered alike by both ways", async () => {
  const now = Date.now();
  await using there = await stand({ hosts: 12, problems: 0.3, nowMs: () => now });
  const { estate } = there;
  const [first] = estate.hosts.values();
  const [template] = estate.servicesOf(first?.name ?? "").values();
  assert.ok(first !== undefined && template !== undefined);
  const names = [
    "Filesystem /",
    "Filesystem /öffentlich/Straße",
    "a.b",
    "aXb",
    "Größe (%)",
    "größe (%)",
    'with "quotes" \\ and ; semicolon',
    "100 % [x]* +?",
    "Zahl\tTab",
  ];
  estate.putHost({
    ...first,
    name: "host.with-dots_1",
    alias: "Büro Köln (Süd)",
    groups: ["größe"],
    folder: "/süd/a.b",
  });
  estate.putServices(
    "host.with-dots_1",
    names.map((name) => ({ ...template.template, name, description: name })),
  );
  const said = { output: 'ü; "x" | y', perfData: "a=1;2;3 'b c'=2" };
  // Of three attempts one is soft, three are hard.
  estate.result(of("a.b"), { state: 2, ...said });
  for (let times = 0; times < 3; times += 1) estate.result(of("aXb"), { state: 3, ...said });
  estate.result(of(undefined), { state: 2, output: "behind a router", perfData: "" });
  const planned = { author: "ada", comment: "Straße; /", durationS: 0, recurring: 0, entryTime: 0 };
  const from = Math.floor(now / 1000);
  estate.scheduleDowntime({
    ...of("Filesystem /öffentlich/Straße"),
    ...planned,
    startTime: from - 60,
    endTime: from + 600,
  });
  estate.scheduleDowntime({ ...of("Größe (%)"), ...planned, startTime: from + 6000, endTime: from + 9000 });
  const services: readonly ServiceFilter[] = [
    ...[...names, "a.b", "GRÖSSE", "GRÖßE", "(%)", "\\", "[x]*", "host.with", "hostXwith", "/", ""].map((search) => ({
      search,
    })),
    { descriptions: names },
    ...names.map((name) => ({ hosts: ["host.with-dots_1"], descriptions: [name] })),
    { states: ["UNKNOWN"] },
    { states: ["CRITICAL"], isInDowntime: false },
    { states: ["PENDING"] },
    { states: [] },
    { hosts: [] },
    { group: "größe" },
    { isInDowntime: true },
  ];
  const hosts: readonly HostFilter[] = [
    { states: ["UNREACHABLE"] },
    { states: [] },
    { search: "köln (süd)" },
    { search: "KÖLN" },
    { search: "h.st" },
    { folder: "/süd/a.b" },
    { folder: "/süd/aXb" },
    { folder: "/süd" },
    { folder: "süd\\a.b" },
    { folder: "/" },
    { group: "größe" },
    { group: "gr.ße" },
  ];
  for (const filter of services) {
    const [rest, live] = await Promise.all(
      [there.rest, there.live].map((way) => way.services(filter, { limit: 50 }, signal)),
    );
    assert.deepEqual(rest, live, JSON.stringify(filter));
  }
  for (const filter of hosts) {
    const [rest, live] = await Promise.all(
      [there.rest, there.live].map((way) => way.hosts(filter, { limit: 50 }, signal)),
    );
    assert.deepEqual(rest, live, JSON.stringify(filter));
  }
  const details = { hosts: ["host.with-dots_1"] };
  assert.deepEqual(await there.rest.serviceDetails(details, signal), await there.live.serviceDetails(details, signal));
  assert.deepEqual(
    await there.rest.downtimes({ host: "host.with-dots_1" }, signal),
    await there.live.downtimes({ host: "host.with-dots_1" }, signal),
  );
  assert.deepEqual(await there.rest.statistics({}, signal), await there.live.statistics({}, signal));
  const totalOf = async (filter: ServiceFilter): Promise<number> =>
    (await there.rest.services(filter, { limit: 1 }, signal)).total;
  assert.deepEqual(
    [
      await totalOf({ ...details, descriptions: names }),
      await totalOf({ search: "a.b" }),
      await totalOf({ search: "(%)" }),
    ],
    [names.length, 1, 2],
  );
  const [unreachable] = (await there.rest.hosts({ states: ["UNREACHABLE"] }, {}, signal)).rows;
  assert.equal(unreachable?.name, "host.with-dots_1");
});

function sitesOf(rows: readonly { readonly site: string }[]): readonly string[] {
  return [...new Set(rows.map(({ site }) => site))];
}

test("each row says which site it is of, as hosts say by a label; one site alone can be asked", async () => {
  await using there = await stand({ hosts: 6, problems: 0 });
  const { estate, rest } = there;
  for (const [at, host] of [...estate.hosts.values()].entries())
    if (at % 2 === 1) estate.putHost({ ...host, labels: { ...host.labels, "cmk/site": "branch" } });
  const { rows } = await rest.hosts({}, { limit: 10 }, signal);
  assert.deepEqual(
    rows.map(({ site }) => site),
    ["branch", "branch", "branch", "demo", "demo", "demo"],
  );
  const branch = await rest.services({ site: "branch" }, { limit: 10_000 }, signal);
  assert.deepEqual([sitesOf(branch.rows), branch.total], [["branch"], 30]);
  const batches = await everything(rest.eachServiceBatch({}, { batchSize: 20, signal }));
  assert.deepEqual(sitesOf(batches.flatMap((batch) => batch.rows)), ["branch", "demo"]);
  assert.equal(batches.flatMap((batch) => batch.rows).length, 60);
  assert.equal((await rest.statistics({ site: "branch" }, signal)).hosts.total, 3);
});

test("what the REST API does not have is said, and so is a site that does not answer", async () => {
  const there = await stand({ hosts: 2 });
  await assert.rejects(there.rest.log({ since: 0 }, 10, signal), /The REST API has no log; with livestatus in the/);
  const [up] = await there.rest.sites(signal);
  assert.deepEqual([up?.kind, up?.site], ["up", "demo"]);
  await there[Symbol.asyncDispose]();
  await assert.rejects(there.rest.statistics({}, signal), { name: "ToolFailure" });
  const [down] = await there.rest.sites(signal);
  assert.equal(down?.kind, "down");
});

test("changes are found by comparing, and what does not answer is told once", async () => {
  let nowMs = Date.UTC(2026, 0, 5, 12);
  const there = await stand({ hosts: 10, problems: 0, nowMs: () => nowMs });
  const { estate, client } = there;
  const watch = new ChangeWatch(
    watchedSite(client, () => nowMs),
    () => nowMs,
  );
  const look = async (): Promise<readonly string[]> => {
    nowMs += 5000;
    return (await watch.look(signal)).map(toldChange);
  };
  const memory = { host: "app001", service: "Memory" };
  assert.deepEqual(await look(), []);
  estate.result(memory, { state: 2, output: "full", perfData: "" });
  assert.deepEqual(await look(), ["app001, Memory: is CRITICAL – full"]);
  const flag = { sticky: true, persistent: false, notify: false, expiresAt: undefined };
  estate.acknowledge(memory, { author: "ada", comment: "mine", ...flag });
  assert.deepEqual(await look(), ["app001, Memory: is acknowledged – full"]);
  estate.result(memory, { state: 0, output: "fine", perfData: "" });
  assert.deepEqual(await look(), ["app001, Memory: was CRITICAL, is OK, is acknowledged no more – fine"]);
  await there[Symbol.asyncDispose]();
  const [away = ""] = await look();
  assert.match(away, /^The site demo does not answer: /);
  assert.deepEqual(await look(), []);
});
