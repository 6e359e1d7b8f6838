import type { JsonObject } from "../core/json.ts";
import { anything, count, date, flag, list, members, moment, number, oneOf, text } from "./answer-parts.ts";

/** What is wrong with a server. */
const problem = members({ stage: text, code: text, message: text, suggestion: text });

/** Where a server stands. */
export const stateName = oneOf(
  "disabled",
  "starting",
  "ready",
  "degraded",
  "recovering",
  "awaiting_login",
  "quarantined",
  "stopped",
);

const state = members(
  { kind: stateName, since: moment },
  {
    attempts: count,
    nextTryAt: moment,
    problem,
    authorizationUrl: text,
    by: oneOf("configuration", "operator", "gateway"),
    why: oneOf("idle", "exited", "closed"),
  },
);

const counts = members({ tools: count, prompts: count, resources: count, templates: count });
const change = members({ path: text }, { before: text, after: text });
const definition = { kind: text, name: text, hash: text };
const held = members({ ...definition, isNew: flag, changes: list(change) });
const definitionFact = members(
  { type: text, upstream: text, kind: text, name: text, at: moment },
  { hash: text, isQuarantined: flag, members: list(text) },
);

/** What a server's processes use. */
export const usage = { at: moment, cpuPercent: number, residentBytes: count, processes: count };

const upstreamStatus = members(
  {
    name: text,
    transport: text,
    state,
    disabledTools: list(text),
    groups: list(members({ name: text, tools: count, isOn: flag })),
    quarantined: list(held),
    quarantinedCount: count,
    definitionFacts: list(definitionFact),
    counts,
    oddities: list(members({ kind: text, count, latest: text, suggestion: text })),
    stderr: list(text),
  },
  { successor: state, authorizationUrl: text, revision: text, server: text, pid: count, usage: members(usage) },
);

const profile = members({
  name: text,
  upstreams: list(text),
  counts,
  search: text,
  oddities: list(members({ kind: text, message: text, suggestion: text })),
});

/** How the store does. */
export const store = members(
  { waiting: count, dropped: count },
  {
    file: text,
    problem: members({ message: text, suggestion: text, since: moment }),
    audit: members({ waiting: count, dropped: count, bare: count }, { head: text }),
  },
);

const changed = members({ name: text, isTemporary: flag }, { state });
const logEntry = members({ seq: count, at: moment, kind: text, text });

/** What is answered about servers, and about everything as a whole. */
export const upstreamAnswers: Readonly<Record<string, JsonObject>> = {
  "GET /api/status": members({
    version: text,
    pid: count,
    store,
    upstreams: list(upstreamStatus),
    profiles: list(profile),
  }),
  "GET /api/upstreams": members({ upstreams: list(upstreamStatus) }),
  "GET /api/upstreams/{name}": upstreamStatus,
  "POST /api/upstreams": changed,
  "PUT /api/upstreams/{name}": changed,
  "DELETE /api/upstreams/{name}": changed,
  "POST /api/upstreams/{name}/try": changed,
  "POST /api/upstreams/{name}/restart": changed,
  "POST /api/upstreams/{name}/isolate": changed,
  "POST /api/upstreams/{name}/release": changed,
  "POST /api/upstreams/{name}/enable": changed,
  "POST /api/upstreams/{name}/disable": changed,
  "POST /api/upstreams/{name}/tools/{tool}/enable": changed,
  "POST /api/upstreams/{name}/tools/{tool}/disable": changed,
  "POST /api/upstreams/{name}/tools/{tool}/role": changed,
  "GET /api/upstreams/{name}/logs": members({ name: text, entries: list(logEntry), last: count }),
  "GET /api/upstreams/{name}/quarantine": members({ quarantined: list(held) }),
  "POST /api/upstreams/{name}/approve": members({ approved: list(members(definition)) }),
};

const progress = members(
  { status: text, percent: number, step: count, total: count, message: text },
  { perSecond: number, remainingMs: number },
);
const rules = members(
  { parallel: count, retries: count, priority: { type: "integer" }, onError: oneOf("continue", "stop") },
  { perSecond: number, timeoutMs: count, dryRun: count },
);
const each = members({ tool: text, arguments: anything, rows: text, next: text, cursor: text, template: anything });
const source = members(
  { tool: text, pages: count, isRead: flag },
  { wish: each, said: text, problem: members({ code: text, message: text }) },
);
const job = members(
  {
    jobId: text,
    status: text,
    owner: text,
    counts: members({
      total: count,
      waiting: count,
      running: count,
      succeeded: count,
      failed: count,
      cancelled: count,
    }),
    progress,
    options: rules,
    createdAt: date,
  },
  { code: text, startedAt: date, endedAt: date, retryOf: text, schedule: text, dueAt: date, each: source },
);
const time = members({ at: date, local: text });
const scheduleMembers = {
  status: text,
  owner: text,
  zone: text,
  missed: anything,
  overlap: anything,
  options: rules,
  createdAt: date,
  waiting: count,
};
const scheduleMore = {
  scheduleId: text,
  operations: count,
  each,
  name: text,
  code: text,
  cron: text,
  rrule: text,
  start: text,
  nextAt: time,
  last: members({ jobId: text, dueAt: date }),
  problem: members({ code: text, message: text, dueAt: date }),
};
const schedule = members(scheduleMembers, scheduleMore);
const scheduleWithTimes = members({ ...scheduleMembers, next: list(time) }, scheduleMore);

function jobAnswers(base: string, things: string): Readonly<Record<string, JsonObject>> {
  return {
    [`GET ${base}`]: members({ [things]: list(job) }),
    [`POST ${base}`]: job,
    [`GET ${base}/{id}`]: job,
    [`POST ${base}/{id}/pause`]: job,
    [`POST ${base}/{id}/resume`]: job,
    [`POST ${base}/{id}/cancel`]: job,
    [`POST ${base}/{id}/retry`]: job,
    [`POST ${base}/{id}/execute`]: job,
  };
}

const modelQuestions = ["forecast", "monte-carlo", "validate", "report"];

/** What is answered about work that outlives a call. */
export const workAnswers: Readonly<Record<string, JsonObject>> = {
  ...jobAnswers("/api/jobs", "jobs"),
  ...jobAnswers("/api/batches", "batches"),
  ...Object.fromEntries(modelQuestions.map((question) => [`POST /api/jobs/${question}`, job])),
  "GET /api/schedules": members({ schedules: list(schedule) }),
  "POST /api/schedules": scheduleWithTimes,
  "GET /api/schedules/{id}": scheduleWithTimes,
  "DELETE /api/schedules/{id}": members({ removed: text }),
  "POST /api/schedules/{id}/pause": scheduleWithTimes,
  "POST /api/schedules/{id}/resume": scheduleWithTimes,
  "POST /api/schedules/{id}/run": scheduleWithTimes,
};
