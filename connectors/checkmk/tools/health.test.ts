import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type OpenConnector, openConnector } from "switchyard/connector";
import { connector } from "../connector.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";

/* How an estate stands, as the tools, documents and prompts tell it, on a simulated site. */

let simulator: Simulator;
let open: OpenConnector;

before(async () => {
  simulator = await startSimulator({ hosts: 30, nowMs: () => Date.now(), workMs: 20 });
  const { url, livestatusPort: port, site } = simulator;
  const login = { url, site: site.name, user: "automation", secret: "automation-secret" };
  open = await openConnector(connector, { ...login, livestatus: { [site.name]: { host: "127.0.0.1", port } } });
});

after(async () => {
  await open[Symbol.asyncDispose]();
  await simulator.close();
});

const call = async (name: string, args: Readonly<Record<string, unknown>> = {}) =>
  Object((await open.call(name, args))["structuredContent"]);

const read = async (path: string) => JSON.parse((await open.read(`checkmk://${path}`))?.text ?? "");

/** What a problem is about: how long it has lasted differs from one answer to the next. */
const placesOf = (problems: readonly { readonly host_name: string; readonly service_name: string | null }[]) =>
  problems.map(({ host_name: host, service_name: service }) => [host, service]);

const textOf = async (name: string, args: Readonly<Record<string, string>>) =>
  open.offer.prompts?.find((prompt) => prompt.name === name)?.text(args) ?? "";

test("the dashboard counts what the estate is in, and names what is urgent", async () => {
  const dashboard = await call("get_health_dashboard");
  assert.equal(dashboard.total_hosts, simulator.site.estate.hosts.size);
  const states = Object.values(dashboard.service_states).reduce((sum: number, count) => sum + Number(count), 0);
  assert.equal(states, dashboard.total_services);
  assert.ok(dashboard.overall_health_percentage > 0 && dashboard.overall_health_percentage <= 100);
  assert.match(dashboard.overall_health_grade, /^[A-DF][+-]?$/);
  const scores = dashboard.urgent_problems.map((problem: { readonly urgency_score: number }) => problem.urgency_score);
  assert.deepEqual(
    scores,
    scores.toSorted((one: number, other: number) => other - one),
  );
});

test("problems are found by state and category, page by page, and a host is analysed with its peers", async () => {
  const every = {
    severity_filter: ["CRITICAL", "DOWN", "UNREACHABLE", "WARNING", "UNKNOWN"],
    include_acknowledged: true,
  };
  const all = await call("get_critical_problems", { ...every, limit: 500 });
  assert.ok(all.total > 0, "the estate is seeded with problems");
  const first = await call("get_critical_problems", { ...every, limit: 1 });
  const second = await call("get_critical_problems", { ...every, limit: 1, offset: 1 });
  assert.deepEqual(placesOf([...first.problems, ...second.problems]), placesOf(all.problems.slice(0, 2)));
  const [worst] = all.problems;
  const some = await call("get_critical_problems", { ...every, category_filter: [worst.category], limit: 500 });
  const alike = all.problems.filter(({ category }: { readonly category: string }) => category === worst.category);
  assert.deepEqual(placesOf(some.problems), placesOf(alike));

  const health = await call("analyze_host_health", { host_name: worst.host_name });
  assert.equal(health.name, worst.host_name);
  assert.ok(
    health.problems.some(
      (problem: { readonly service_name: string | null }) => problem.service_name === worst.service_name,
    ),
  );
  assert.ok(health.recommendations.length > 0);
  const plain = await call("analyze_host_health", {
    host_name: worst.host_name,
    include_grade: false,
    include_recommendations: false,
    compare_to_peers: false,
    trend_hours: 0,
  });
  assert.deepEqual([plain.health_grade, plain.recommendations, plain.peers, plain.trend], [undefined, [], null, null]);
  await assert.rejects(call("analyze_host_health", { host_name: "nobody" }), /No host "nobody" is monitored/);
});

test("what tools say is there to be read as documents too", async () => {
  assert.deepEqual(
    (await read("dashboard/health")).service_states,
    (await call("get_health_dashboard")).service_states,
  );
  const problems = await read("dashboard/problems");
  const services = await read("services/problems");
  assert.equal(problems.problems.length, problems.total);
  assert.ok(
    services.problems.every((problem: { readonly service_name: string | null }) => problem.service_name !== null),
  );
  assert.equal((await read("hosts/status")).hosts.length, simulator.site.estate.hosts.size);
  const { values } = await read("metrics/performance");
  assert.ok(values.length > 0);
  const metrics = await read("metrics/server");
  assert.deepEqual(
    metrics.sites.map((site: { readonly up: boolean }) => site.up),
    [true],
  );
  assert.ok(
    metrics.questions.some(
      (one: { readonly name: string; readonly calls: number }) => one.name === "statistics" && one.calls > 0,
    ),
  );
  assert.deepEqual(await call("clear_cache", { host_name: "web01" }), { told: ["host:web01"] });
  assert.equal((await read("cache/stats")).times, 1);
});

test("answers are forgotten of the hosts whose name holds a text, and never of all where that fits none", async () => {
  const names = [...simulator.site.estate.hosts.keys()].filter((name) => name.startsWith("app"));
  const { told } = await call("clear_cache", { pattern: "APP" });
  assert.deepEqual(
    told.toSorted(),
    names.map((name) => `host:${name}`),
  );
  await assert.rejects(call("clear_cache", { pattern: "app*" }), /No monitored host's name holds "app\*".*wildcards/);
  await assert.rejects(call("clear_cache", { pattern: "a", host_name: "web01" }), /host_name or pattern, not both/);
  assert.deepEqual(await call("clear_cache", {}), { told: ["checkmk"] });
});

test("states are named in whatever case, one or several", async () => {
  const every = await call("get_critical_problems", { severity_filter: ["CRITICAL"], limit: 500 });
  const again = await call("get_critical_problems", { severity_filter: "critical", limit: 500 });
  assert.deepEqual(placesOf(again.problems), placesOf(every.problems));
  assert.ok(every.total > 0);
  await assert.rejects(
    call("get_critical_problems", { severity_filter: "bad" }),
    /severity_filter.*"CRITICAL"\|"DOWN"/,
  );
  const up = await call("list_hosts", { state_filter: ["UP"] });
  assert.ok(up.total_count > 0);
  assert.equal((await call("list_hosts", { state_filter: "Up" })).total_count, up.total_count);
  const { inputSchema } = Object(open.offer.tools?.find(({ name }) => name === "list_hosts")?.definition);
  const { anyOf, description } = inputSchema.properties.state_filter;
  assert.deepEqual(
    [anyOf.length, description],
    [2, "One or a list of UP, DOWN, UNREACHABLE, PENDING, in whatever case."],
  );
});

test("prompts say what is so now, refuse what makes no sense, and change nothing", async () => {
  const [host = ""] = simulator.site.estate.hosts.keys();
  const pending = simulator.site.configuration.pending.length;
  const prompts = {
    analyze_host_health: { host_name: host },
    infrastructure_overview: { time_range_hours: "48" },
    optimize_parameters: { host_name: host, service_name: "CPU load" },
    adjust_host_check_attempts: { host_name: host, max_attempts: "3", reason: "It is far away" },
    adjust_host_retry_interval: { host_name: "all", retry_interval: "0.5" },
    adjust_host_check_timeout: { host_name: host, timeout_seconds: "20", check_type: "snmp" },
    troubleshoot_service: { host_name: host, service_name: "Check_MK" },
  };
  for (const [name, args] of Object.entries(prompts)) assert.match(await textOf(name, args), /1\. Call/, name);
  assert.match(await textOf("analyze_host_health", { host_name: host }), new RegExp(`${host} is `));
  await assert.rejects(
    textOf("adjust_host_check_attempts", { host_name: host, max_attempts: "11" }),
    /max_attempts must be a whole number from 1 to 10, got "11"/,
  );
  await assert.rejects(
    textOf("adjust_host_check_timeout", { host_name: host, timeout_seconds: "5", check_type: "tcp" }),
    /icmp, snmp or all/,
  );
  await assert.rejects(
    textOf("troubleshoot_service", { host_name: host, service_name: "Nothing" }),
    /No service "Nothing"/,
  );
  assert.equal(simulator.site.configuration.pending.length, pending);
});

const isOpen = ({ offer }: OpenConnector, name: string) =>
  Object(offer.tools?.find((tool) => tool.name === name)?.definition["annotations"]).openWorldHint;

test("answers may be kept where changes are watched, and only there", async () => {
  const { url, livestatusPort: port, site } = simulator;
  const login = { url, site: site.name, user: "automation", secret: "automation-secret" };
  const livestatus = { [site.name]: { host: "127.0.0.1", port } };
  await using unwatched = await openConnector(connector, { ...login, livestatus, changesEveryMs: 0 });
  for (const name of ["get_health_dashboard", "get_critical_problems", "analyze_host_health"])
    assert.deepEqual([isOpen(open, name), isOpen(unwatched, name)], [false, true], name);
  assert.equal(isOpen(open, "get_effective_parameters"), true, "nobody tells of rules that others change");
});

test("lists and streams are counted among the questions too", async () => {
  const callsOf = async (name: string): Promise<number> =>
    (await call("get_server_metrics")).questions.find((one: { readonly name: string }) => one.name === name)?.calls ??
    0;
  const [hosts, batches] = [await callsOf("hosts"), await callsOf("host_batch")];
  await call("list_hosts");
  await call("stream_hosts");
  assert.equal(await callsOf("hosts"), hosts + 1);
  assert.ok((await callsOf("host_batch")) > batches);
});
