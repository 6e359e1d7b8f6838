import type { Clock, StopTimer } from "./core/clock.ts";
import type { EventLog } from "./events/event-log.ts";
import { type FrequentFact, entityChanges } from "./events/fact.ts";
import type { Principal } from "./access/principal.ts";
import type { Rights } from "./access/rights.ts";
import { type JsonObject, isJsonObject, stringAt } from "./core/json.ts";
import type { CacheDesk } from "./gateway/cache-desk.ts";
import type { CallObserver, EndedCall } from "./gateway/ended-call.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { statusFor } from "./gateway/status-for.ts";
import type { Shown } from "./live/audience.ts";
import { LiveHub } from "./live/hub.ts";
import type { Topic } from "./live/topic.ts";
import type { Notification } from "./protocol/call.ts";
import { changedMethod } from "./protocol/uses.ts";
import type { Upstream } from "./upstream/upstream.ts";
import { watchOwnUse } from "./vitals/own-use.ts";

/** How often it is told, while somebody watches, what the process uses, how everything stands, and what the cache does, in ms. */
export const metricsMs = 5000;
export const statusMs = 30_000;
export const cacheMs = 2000;

/** What a feed tells of. */
export interface FeedDeps {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly results: CacheDesk;
  readonly gateway: () => Gateway;
  /** When the gateway began: monotonic time in ms. */
  readonly startedAt: number;
}

/** The live stream of a gateway, and what tells it of what happens often: only while somebody watches. */
export interface LiveFeed {
  readonly hub: LiveHub;
  readonly observer: CallObserver;
  /** An upstream sent a notification that belongs to no call. */
  heard(upstream: Upstream, notification: Notification): void;
  /** Safe to call twice. */
  close(): void;
}

/** Makes the live stream of a gateway. */
export function liveFeed(deps: FeedDeps): LiveFeed {
  const { clock, events, gateway } = deps;
  const timers = new Map<Topic, StopTimer>();
  const hub = new LiveHub({
    clock,
    log: events,
    shown: {
      get profiles() {
        return gateway().shownByProfiles;
      },
      toolsFor: toolsFor(gateway),
      rolesFor: (upstream) => rolesFor(gateway(), upstream),
    },
    summaryFor: (principal) => summaryFor(gateway(), principal),
    interestChanged(topic, isWanted) {
      timers.get(topic)?.();
      timers.delete(topic);
      const begin = periodic[topic];
      if (isWanted && begin !== undefined) timers.set(topic, begin(deps, hub));
    },
  });
  const progressed = new WeakSet<EndedCall["record"]>();
  const isWatched = (): boolean => hub.interest.isWanted("calls") || hub.interest.isWanted("calculations");
  return {
    hub,
    observer: {
      ended(call) {
        if (isWatched()) events.append(factOfCall(call, progressed.has(call.record)));
      },
      progressed(record, { id }, progress, total) {
        if (!hub.interest.isWanted("calculations")) return;
        progressed.add(record);
        const { upstream, name, method } = record;
        events.append({
          type: "call.progressed",
          call: record.id,
          ...(upstream !== undefined && { upstream }),
          ...(name !== undefined && method !== "resources/read" && { name }),
          principal: id,
          progress,
          ...(total !== undefined && { total }),
        });
      },
    },
    heard({ name }, { method, params }) {
      if (method === changedMethod) tellProblems(events, name, params["problems"]);
      if (!hub.interest.isWanted("entities")) return;
      if (method === changedMethod) tellEntities(events, name, params);
      const uri = method === "notifications/resources/updated" ? stringAt(params, "uri") : undefined;
      const isList = method === "notifications/resources/list_changed";
      if (uri !== undefined || isList)
        events.append({ type: "resource.changed", upstream: name, ...(uri !== undefined && { uri }) });
    },
    close() {
      hub.close();
    },
  };
}

/** Problems that are told of one change, and how much of each, in characters. */
const maxProblems = 20;
const maxProblem = 500;

function tellProblems(events: EventLog, upstream: string, said: unknown): void {
  const texts = Array.isArray(said) ? said.filter((one) => typeof one === "string") : [];
  const problems = texts.slice(0, maxProblems).map((text) => text.slice(0, maxProblem));
  if (problems.length > 0) events.append({ type: "content.invalid", upstream, problems });
}

/** Entities that are told of one change, and how much of each, in characters. */
const maxEntities = 100;
const maxEntity = 1000;

function tellEntities(events: EventLog, upstream: string, params: JsonObject): void {
  const said = params["entities"];
  for (const entity of Array.isArray(said) ? said.slice(0, maxEntities) : []) {
    if (!isJsonObject(entity)) continue;
    const { uri, says } = { uri: stringAt(entity, "uri"), says: stringAt(entity, "says") };
    const change = entityChanges.find((each) => each === entity["change"]);
    if (uri === undefined || uri.length > maxEntity || change === undefined) continue;
    const told = says === undefined ? {} : { says: says.slice(0, maxEntity) };
    events.append({ type: "resource.changed", upstream, uri, change, ...told });
  }
  if (params["hasMoreEntities"] === true) events.append({ type: "resource.changed", upstream });
}

/** What is told of a topic now and then while somebody watches it; each returns what ends it. */
const periodic: Partial<Record<Topic, (deps: FeedDeps, hub: LiveHub) => StopTimer>> = {
  status: ({ clock, events, gateway, startedAt }, hub) => {
    const use = watchOwnUse(clock);
    const stopMetrics = clock.every(metricsMs, () => {
      const counts = { callsUnderWay: gateway().underWay.size, watchers: hub.size };
      events.append({ type: "system.measured", ...use(), ...counts });
    });
    const stopStatus = clock.every(statusMs, () => {
      const { upstreams } = gateway();
      const ready = upstreams.filter(({ state }) => state.kind === "ready").length;
      const uptimeMs = Math.round(clock.monotonic() - startedAt);
      events.append({ type: "status.summed", upstreams: upstreams.length, ready, uptimeMs });
    });
    return () => {
      stopMetrics();
      stopStatus();
    };
  },
  cache: ({ clock, events, results }) => {
    const told = new Map<string, string>();
    return clock.every(cacheMs, () => {
      for (const { upstream, tool, hits, misses, bytes, savedMs } of results.status().tools) {
        const text = `${hits} ${misses} ${bytes}`;
        const key = `${upstream}/${tool}`;
        if (told.get(key) === text) continue;
        told.set(key, text);
        events.append({ type: "cache.counted", upstream, tool, hits, misses, bytes, savedMs });
      }
    });
  },
};

function rolesFor({ neededRoles }: Gateway, upstream: string): ReturnType<Shown["rolesFor"]> {
  return { some: neededRoles.ofSome(upstream), all: neededRoles.ofAll(upstream) };
}

/** @returns the tools that somebody with such rights may call, made anew when what is shown to them changed. */
function toolsFor(gateway: () => Gateway): (rights: Rights) => ReadonlySet<string> {
  const made = new WeakMap<object, ReadonlySet<string>>();
  return (rights) => {
    const view = gateway().view({ kind: "all" }, rights);
    const known = made.get(view);
    if (known !== undefined) return known;
    const tools = new Set(
      [...view.entries("tools"), ...view.entries("prompts")].map(({ upstream, name }) => `${upstream.name}/${name}`),
    );
    made.set(view, tools);
    return tools;
  };
}

function summaryFor(gateway: Gateway, principal: Principal): ReturnType<LiveHub["summaryFor"]> {
  const { version, upstreams } = statusFor(gateway, principal);
  return {
    version,
    upstreams: upstreams.map(({ name, state: { kind, since } }) => ({ name, status: kind, since })),
  };
}

function factOfCall(call: EndedCall, hasProgressed: boolean): FrequentFact {
  const { id, method, principal, origin, outcome, code, durationMs, record } = call;
  const { upstream, name, cache, attempts } = record;
  return {
    type: "call.ended",
    call: id,
    method,
    ...(upstream !== undefined && { upstream }),
    ...(name !== undefined && method !== "resources/read" && { name }),
    principal: principal.id,
    entrance: origin.entrance,
    outcome,
    ...(code !== undefined && { code }),
    durationMs: Math.round(durationMs * 1000) / 1000,
    cache,
    attempts,
    hasProgressed,
  };
}
