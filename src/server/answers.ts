import { measures } from "../alerts/alert-rule.ts";
import type { JsonObject } from "../core/json.ts";
import {
  anything,
  byName,
  count,
  date,
  flag,
  list,
  members,
  moment,
  number,
  oneOf,
  open,
  text,
} from "./answer-parts.ts";
import { promptAnswers } from "./prompt-answers.ts";
import { stateName, store, upstreamAnswers, usage, workAnswers } from "./upstream-answers.ts";

const toolUse = members(
  { upstream: text, calls: count, failed: count },
  { tool: text, p50Ms: number, p95Ms: number, p99Ms: number },
);

const standing: Readonly<Record<string, JsonObject>> = {
  "GET /api/overview": members(
    {
      version: text,
      status: oneOf("ok", "degraded", "stopping"),
      uptimeMs: count,
      upstreams: list(members({ name: text, status: stateName, since: moment })),
    },
    {
      calls: members({ total: count, failed: count, underWay: count, most: list(toolUse) }),
      cache: members({ hits: count, misses: count, bytes: count, savedMs: number }),
      connections: members({ sessions: count, others: count }),
      store,
    },
  ),
  "GET /api/usage": members({ calls: count, failed: count, tools: list(toolUse) }),
  "GET /api/resources": members(
    {
      process: members({
        cpuSeconds: number,
        residentBytes: count,
        heapBytes: count,
        busyRatio: number,
        delaySeconds: number,
      }),
      upstreams: list(members({ name: text, ...usage })),
    },
    { disk: members({ totalBytes: count, freeBytes: count }) },
  ),
  "GET /api/metrics": members({
    metrics: list(
      members({
        name: text,
        type: oneOf("counter", "gauge", "histogram"),
        help: text,
        series: list(
          members(
            { labels: byName(text) },
            { value: number, count, sum: number, p50: number, p95: number, p99: number },
          ),
        ),
      }),
    ),
  }),
};

const rateLimit = { anyOf: [{ const: false }, members({ perMinute: number, burst: number })] };
const limit = members({}, { soft: count, hard: count });

const configured: Readonly<Record<string, JsonObject>> = {
  "GET /api/limits": members({
    callers: members({ caller: rateLimit, session: rateLimit }),
    calls: members({ underWay: count, parked: count }),
    upstreams: list(
      members(
        {
          name: text,
          timeoutMs: count,
          maxTimeoutMs: count,
          rateLimit,
          concurrency: members({ max: count, queue: count, waitMs: count }),
          underWay: count,
          waiting: count,
          tools: byName(members({}, { timeoutMs: count, maxTimeoutMs: count, rateLimit })),
        },
        { processes: members({ memoryMiB: limit, cpuPercent: limit, processes: limit }) },
      ),
    ),
    sessions: members({ max: count, idleMs: count, open: count }),
    watchers: members({ max: count, open: count }),
    requests: members({ bodyBytes: count, unreadBytes: count }),
  }),
  "GET /api/settings": members(
    {
      version: text,
      isChangedSinceStart: flag,
      settings: list(
        members({
          key: text,
          value: anything,
          from: oneOf("file", "environment", "default"),
          applies: oneOf("at once", "at the next start"),
        }),
      ),
      store,
    },
    { file: text },
  ),
};

const level = oneOf("warning", "critical");
const alert = members(
  {
    id: text,
    rule: text,
    level,
    state: oneOf("pending", "firing", "resolved"),
    since: moment,
    value: number,
    above: number,
    message: text,
    suggestion: text,
  },
  { upstream: text, tool: text, resolvedAt: moment, acknowledged: members({ by: text, at: moment }) },
);
const rule = members({
  name: text,
  watch: oneOf(...measures),
  of: list(text),
  level,
  above: number,
  clearAt: number,
  forMs: count,
  clearMs: count,
  says: text,
  unit: text,
  firing: count,
});
const windowUse = members({ calls: count, bad: count, burn: number });
const objective = members(
  {
    upstream: text,
    tool: text,
    kind: oneOf("success", "latency"),
    target: number,
    from: oneOf("configuration", "connector", "default"),
    windows: members({ "5m": windowUse, "30m": windowUse, "1h": windowUse, "6h": windowUse }),
    budgetLeft: number,
  },
  { withinMs: count, burn1h: number, burn6h: number },
);

const watching: Readonly<Record<string, JsonObject>> = {
  "GET /docs/events": { type: "object", required: ["asyncapi", "channels"] },
  "GET /api/webhooks": members({
    webhooks: list(
      members({
        name: text,
        origin: text,
        topics: list(text),
        state: oneOf("idle", "sending", "retrying", "gone"),
        waiting: count,
        delivered: count,
        failed: count,
        dropped: count,
      }),
    ),
  }),
  "GET /api/webhooks/{name}/deliveries": members({
    deliveries: list(
      members({ id: text, type: text, at: moment, attempt: count, outcome: text }, { status: count, problem: text }),
    ),
  }),
  "GET /api/alerts": members({ alerts: list(alert), resolved: list(alert), rules: list(rule) }),
  "POST /api/alerts/{id}/acknowledge": alert,
  "GET /api/slo": members({ objectives: list(objective) }),
};

const toolMembers = { name: text, upstream: text, tool: text, isReading: flag, state: stateName };
const toolMore = { title: text, description: text, group: text, from: oneOf("admin", "operator", "user", "viewer") };
/** A tool's result is as its server sent it. */
const result = {
  type: "object",
  properties: { content: list(open), structuredContent: open, isError: flag, _meta: open },
};

const calling: Readonly<Record<string, JsonObject>> = {
  "GET /api/tools": members({ tools: list(members(toolMembers, toolMore)), total: count }, { next: text }),
  "GET /api/tools/{name}": members({ ...toolMembers, definition: open }, toolMore),
  "POST /api/call": result,
  "POST /api/calls/{id}/replay": result,
};

const rowMembers = { id: text, seq: count, kind: oneOf("call", "event", "dropped", "retention"), time: date };
const rowMore = {
  method: text,
  name: text,
  upstream: text,
  tool: text,
  principal: text,
  outcome: text,
  code: text,
  cache: text,
  durationMs: number,
};
const wholeRow = members(
  { ...rowMembers, detail: anything, hash: text },
  { ...rowMore, arguments: anything, result: anything },
);
const tally = members({ name: text, calls: count, failed: count });

const recorded: Readonly<Record<string, JsonObject>> = {
  "GET /api/calls": members({ rows: list(members(rowMembers, rowMore)) }, { next: text }),
  "GET /api/calls/{id}": wholeRow,
  "GET /api/errors/{id}": wholeRow,
  "GET /api/audit/summary": members(
    {
      since: moment,
      until: moment,
      calls: count,
      outcomes: byName(count),
      tools: list(tally),
      principals: list(tally),
      errors: list(members({ code: text, calls: count })),
      cache: byName(count),
      dropped: count,
    },
    { p50Ms: number, p95Ms: number, p99Ms: number },
  ),
  "GET /api/audit/verify": members(
    { rows: count, problems: list(members({ kind: text, seq: count, message: text })) },
    { first: count, head: text },
  ),
};

const cacheCounts = members({
  upstream: text,
  tool: text,
  hits: count,
  stale: count,
  misses: count,
  joined: count,
  stored: count,
  evicted: count,
  invalidated: count,
  entries: count,
  bytes: count,
  savedMs: number,
});

const keeping: Readonly<Record<string, JsonObject>> = {
  "GET /api/cache": members({ maxBytes: count, total: cacheCounts, tools: list(cacheCounts) }),
  "POST /api/cache/purge": members({ purged: count }),
  "POST /api/cache/warm": members({ warmed: count, failed: count, skipped: count, problems: list(text) }),
};

const keyMembers = {
  id: text,
  name: text,
  role: oneOf("admin", "operator", "user", "viewer"),
  grants: list(text),
  createdAt: moment,
};
const keyMore = { expiresAt: moment, usedAt: moment };

const people: Readonly<Record<string, JsonObject>> = {
  "GET /api/access": members({
    you: members({ id: text, kind: text, role: text }, { grants: list(text) }),
    roles: list(text),
    actions: list(members({ name: text, says: text, from: text, may: flag })),
  }),
  "GET /api/keys": members({ keys: list(members(keyMembers, keyMore)) }),
  "POST /api/keys": members({ ...keyMembers, key: text }, keyMore),
  "GET /api/keys/{id}": members(keyMembers, keyMore),
  "DELETE /api/keys/{id}": members({ revoked: text }),
  "GET /api/connections": members({
    connections: list(
      members(
        { id: text, kind: oneOf("mcp_websocket", "live_websocket", "live_sse"), principal: text, since: moment },
        { address: text },
      ),
    ),
    sessions: count,
  }),
  "DELETE /api/connections/{id}": members({ ended: text }),
};

/**
 * The JSON Schema of what each endpoint answers with as JSON where all went well, by method and address. Members may come in later versions; those that
 * are here stay what they are.
 */
export const answers: Readonly<Record<string, JsonObject>> = {
  ...standing,
  ...configured,
  ...watching,
  ...calling,
  ...upstreamAnswers,
  ...workAnswers,
  ...promptAnswers,
  ...recorded,
  ...keeping,
  ...people,
};
