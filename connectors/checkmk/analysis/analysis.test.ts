import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostRow, LogEntry, ServiceRow, Statistics } from "../monitoring.ts";
import { categoryOf } from "./category.ts";
import { estateHealth, healthDashboard, hostStatus } from "./dashboard.ts";
import { gradeOf, healthPercent } from "./grade.ts";
import { hostHealth } from "./host-health.ts";
import { comparePeers } from "./peers.ts";
import { byUrgency, hostProblem, serviceProblem } from "./problems.ts";
import { trendOf } from "./trend.ts";
import { impactOf, urgencyOf } from "./urgency.ts";

const now = Date.UTC(2026, 0, 10, 12);
const hour = 3_600_000;

const checked = {
  site: "north",
  stateType: "hard",
  output: "",
  perfData: "",
  lastCheckAt: now,
  lastStateChangeAt: now - hour,
  attempt: 1,
  maxAttempts: 1,
  isAcknowledged: false,
  isInDowntime: false,
} as const;

function hostOf(name: string, given: Partial<HostRow> = {}): HostRow {
  const services = { ok: 8, warning: 0, critical: 0, unknown: 0, pending: 0 };
  return {
    ...checked,
    name,
    alias: name,
    address: "192.0.2.1",
    state: "UP",
    folder: "/web",
    groups: [],
    labels: {},
    tags: {},
    services,
    ...given,
  };
}

function serviceOf(description: string, state: ServiceRow["state"], given: Partial<ServiceRow> = {}): ServiceRow {
  return { ...checked, host: "web01", description, state, ...given };
}

for (const [percent, grade] of [
  [100, "A+"],
  [98, "A+"],
  [97.9, "A"],
  [90, "A-"],
  [85, "B+"],
  [70, "C+"],
  [45, "D-"],
  [44.9, "F"],
  [0, "F"],
] as const) {
  test(`a health of ${percent} % is the grade ${grade}`, () => {
    assert.equal(gradeOf(percent), grade);
  });
}

test("health is never 100 % while something is not fine, and 100 % of nothing", () => {
  assert.equal(healthPercent(99_999, 100_000), 99.9);
  assert.equal(healthPercent(0, 0), 100);
});

for (const [service, category] of [
  ["Check_MK Agent", "monitoring"],
  ["CPU load", "performance"],
  ["Memory", "memory"],
  ["Filesystem /var", "disk"],
  ["Interface 2", "network"],
  ["HTTPS shop", "connectivity"],
  ["SSH", "connectivity"],
  ["Programs", "other"],
  ["Uploads", "other"],
] as const) {
  test(`${service} is about ${category}`, () => {
    assert.equal(categoryOf(service), category);
  });
}

test("urgency adds severity, kind, age and that nobody has acknowledged it", () => {
  const base = { durationMs: 0, isAcknowledged: true } as const;
  assert.equal(urgencyOf({ ...base, state: "CRITICAL", category: "connectivity" }), 70);
  assert.equal(
    urgencyOf({ ...base, state: "DOWN", category: "connectivity", durationMs: 25 * hour, isAcknowledged: false }),
    95,
  );
  assert.equal(urgencyOf({ ...base, state: "WARNING", category: "disk", durationMs: 7 * hour }), 55);
  assert.equal(urgencyOf({ ...base, state: "UNKNOWN", category: "other", durationMs: 6 * hour }), 15);
  assert.deepEqual([impactOf(70), impactOf(69), impactOf(49)], ["high", "medium", "low"]);
});

test("the most urgent problem comes first, and of equal ones that which has lasted longer", () => {
  const problems = [
    serviceProblem(serviceOf("Memory", "WARNING"), now),
    serviceProblem(serviceOf("CPU load", "CRITICAL"), now),
    serviceProblem(serviceOf("CPU utilization", "CRITICAL", { lastStateChangeAt: now - 2 * hour }), now),
    hostProblem(hostOf("db01", { state: "DOWN", lastStateChangeAt: undefined }), now),
  ];
  assert.deepEqual(
    byUrgency(problems).map(({ host, service, urgency }) => [service ?? host, urgency]),
    [
      ["db01", 80],
      ["CPU utilization", 75],
      ["CPU load", 75],
      ["Memory", 45],
    ],
  );
});

const statistics: Statistics = {
  hosts: { total: 12, up: 9, down: 1, unreachable: 0, pending: 2, acknowledged: 0, inDowntime: 0, unhandled: 1 },
  services: {
    total: 110,
    ok: 80,
    warning: 10,
    critical: 8,
    unknown: 2,
    pending: 10,
    acknowledged: 3,
    inDowntime: 0,
    unhandled: 17,
  },
  failures: [],
};

test("the health of an estate is the mean of hosts that are up and services that are OK, of those that were checked", () => {
  // 9 of 10 hosts and 80 of 100 services.
  assert.equal(estateHealth(statistics), 85);
  const hostsOnly = { ...statistics, services: { ...statistics.services, total: 10 } };
  assert.equal(estateHealth(hostsOnly), 90);
});

const noLog = { kind: "unknown", why: "there is none" } as const;

test("a dashboard counts by the statistics, and lists by urgency", () => {
  const rows = [
    serviceOf("CPU load", "CRITICAL"),
    serviceOf("SSH", "CRITICAL"),
    serviceOf("Memory", "WARNING", { isAcknowledged: true }),
  ];
  const problems = [
    ...rows.map((row) => serviceProblem(row, now)),
    hostProblem(hostOf("db01", { state: "DOWN" }), now),
  ];
  const log: readonly LogEntry[] = [
    alertOf("CPU load", "CRITICAL", now - 1000),
    alertOf("CPU load", "OK", now - 500),
    { ...alertOf("Memory", "WARNING", now - 400), stateType: "soft" },
  ];
  const hosts = [
    hostOf("web01", { services: { ok: 7, warning: 1, critical: 2, unknown: 0, pending: 0 } }),
    hostOf("db01", { state: "DOWN" }),
  ];
  const dashboard = healthDashboard({ statistics, problems, hosts, log: { kind: "read", entries: log } });
  assert.deepEqual([dashboard.healthPercent, dashboard.grade], [85, "B+"]);
  assert.deepEqual([dashboard.problems.total, dashboard.problems.critical, dashboard.problems.unhandled], [21, 9, 18]);
  assert.deepEqual([dashboard.problems.newLastHour, dashboard.problems.resolvedLastHour], [1, 1]);
  assert.equal(dashboard.problems.byCategory.connectivity, 2);
  assert.deepEqual(
    dashboard.critical.map(({ host, service }) => service ?? host),
    ["db01", "SSH", "CPU load"],
  );
  assert.deepEqual(
    dashboard.worstHosts.map(({ name, healthPercent: health }) => [name, health]),
    [
      ["db01", 0],
      ["web01", 75],
    ],
  );
  assert.deepEqual(dashboard.alerts, ["1 host is down."]);
  assert.match(dashboard.recommendations.join(), /Take care of 18 problems/);
  const down = { ...statistics, failures: [{ site: "south", reason: "refused" }] };
  assert.match(
    healthDashboard({ statistics: down, problems, hosts, log: noLog }).alerts.join(),
    /Site south does not answer/,
  );
});

test("of urgent problems those are listed first that nobody takes care of, however many others are more urgent", () => {
  const planned = Array.from({ length: 25 }, (_, place) =>
    hostProblem(hostOf(`db${place}`, { state: "DOWN", isInDowntime: true, lastStateChangeAt: now - 48 * hour }), now),
  );
  const open = serviceProblem(serviceOf("SSH", "CRITICAL"), now);
  const { urgent, problems } = healthDashboard({ statistics, problems: [...planned, open], hosts: [], log: noLog });
  assert.deepEqual([urgent.length, urgent[0]?.service, problems.urgent], [20, "SSH", 26]);
});

test("a host that is down has no health, and a warning counts half", () => {
  assert.equal(hostStatus(hostOf("web01", { state: "DOWN" }), []).healthPercent, 0);
  assert.equal(
    hostStatus(hostOf("web01", { services: { ok: 3, warning: 1, critical: 0, unknown: 0, pending: 4 } }), [])
      .healthPercent,
    87.5,
  );
  assert.equal(
    hostStatus(hostOf("web01", { services: { ok: 0, warning: 0, critical: 0, unknown: 0, pending: 4 } }), []).grade,
    "A+",
  );
});

test("a host is compared with those like it", () => {
  const half = { ok: 1, warning: 0, critical: 1, unknown: 0, pending: 0 };
  const host = hostOf("web01", { services: { ok: 3, warning: 0, critical: 1, unknown: 0, pending: 0 } });
  const others = [host, hostOf("web02"), hostOf("web03", { services: half })];
  assert.deepEqual(comparePeers(host, others, "folder /web"), {
    basis: "folder /web",
    count: 2,
    meanHealthPercent: 75,
    difference: 0,
    rank: 2,
    worse: [{ name: "web03", healthPercent: 50 }],
  });
  assert.equal(comparePeers(host, [host], "folder /web"), undefined);
});

function alertOf(description: string | undefined, state: NonNullable<LogEntry["state"]>, at: number): LogEntry {
  return { site: "north", at, host: "web01", description, kind: "alert", state, stateType: "hard", message: "" };
}

test("a trend is worse where problems become clearly more, and names what comes again", () => {
  const since = now - 24 * hour;
  const log = [
    alertOf("Memory", "WARNING", now - 20 * hour),
    ...[6, 4, 2].flatMap((ago) => [
      alertOf("CPU load", "CRITICAL", now - ago * hour),
      alertOf("CPU load", "OK", now - (ago - 1) * hour),
    ]),
  ];
  const trend = trendOf(log, since, now);
  assert.deepEqual([trend.earlier, trend.later, trend.direction], [1, 3, "worse"]);
  assert.deepEqual(trend.recurring, [{ service: "CPU load", times: 3 }]);
  assert.equal(trendOf(log.slice(0, 1), since, now).direction, "steady");
  assert.equal(
    trendOf(
      [20, 19, 18].map((ago) => alertOf(undefined, "DOWN", now - ago * hour)),
      since,
      now,
    ).direction,
    "better",
  );
});

test("what a host needs is said in the order in which to do it", () => {
  const services = [
    serviceOf("Check_MK", "CRITICAL"),
    serviceOf("Filesystem /", "CRITICAL"),
    serviceOf("CPU load", "WARNING", { stateType: "soft" }),
    serviceOf("Memory", "WARNING", { isAcknowledged: true }),
    serviceOf("Uptime", "PENDING"),
  ];
  const { recommendations, problems } = hostHealth({
    host: hostOf("web01"),
    services,
    peers: undefined,
    trend: undefined,
    noLog: undefined,
    now,
  });
  assert.deepEqual(
    problems.map(({ service }) => service),
    ["Filesystem /", "Check_MK", "CPU load", "Memory"],
  );
  assert.deepEqual(
    recommendations.map((text) => text.slice(0, 24)),
    [
      "The monitoring of the ho",
      "Nobody has taken care of",
      'Disks: "Filesystem /". F',
      "CPU and memory are short",
      "One problem is not confi",
      "One service was never ch",
    ],
  );
  const healthy = hostHealth({
    host: hostOf("web02"),
    services: [serviceOf("CPU load", "OK")],
    peers: undefined,
    trend: undefined,
    noLog: "there is no log",
    now,
  });
  assert.deepEqual([healthy.status.grade, healthy.recommendations], ["A+", []]);
  assert.deepEqual(healthy.unknown, ["Whether it becomes worse is not known: there is no log."]);
});
