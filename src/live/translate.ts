import type { AlertFact, Event, Fact, JobFact, ScheduleFact } from "../events/fact.ts";
import { type MessageData, type MessageType, messageTable } from "./messages.ts";
import type { Topic } from "./topic.ts";

/** Whose eyes a message is for, besides those whose role it wants; operators see everything. */
export type Scope =
  | { readonly kind: "everybody" }
  /** Whoever may use something of it. */
  | { readonly kind: "upstream"; readonly upstream: string }
  /** Whoever may use that tool; without a name, all of the upstream. */
  | { readonly kind: "tool"; readonly upstream: string; readonly tool: string | undefined }
  /** Whoever may hear what the upstream says to nobody in particular. */
  | { readonly kind: "said"; readonly upstream: string }
  | { readonly kind: "owner"; readonly principal: string };

/** What is told of a fact. */
export interface Message {
  readonly type: MessageType;
  readonly topic: Topic;
  readonly data: object;
  /** For those who are no operators, where they are told less. */
  readonly plain: object | undefined;
  readonly scope: Scope;
  readonly upstream: string | undefined;
  readonly tool: string | undefined;
  /** What it is the latest of; undefined where each counts. */
  readonly key: string | undefined;
}

interface About {
  readonly scope?: Scope;
  readonly plain?: object;
  readonly upstream?: string | undefined;
  readonly tool?: string | undefined;
  readonly key?: string;
}

function message<T extends MessageType>(type: T, data: MessageData<T>, about: About = {}): Message {
  const { scope = { kind: "everybody" }, plain, upstream, tool, key = "" } = about;
  const { topic, isMerged } = messageTable[type];
  return { type, topic, data, plain, scope, upstream, tool, key: isMerged ? `${type} ${key}` : undefined };
}

type FactOf<T extends Fact["type"]> = Extract<Fact, { readonly type: T }>;

/** What is told of a fact: one message as a rule, none of what is for the record alone. */
export function messagesOf(event: Event): readonly Message[] {
  switch (event.type) {
    case "upstream.changed":
      return ofUpstream(event);
    case "breaker.opened":
    case "breaker.half_opened":
    case "breaker.closed":
    case "breaker.isolated": {
      const { upstream, cycles } = event;
      const data = { upstream, newState: breakerStates[event.type], failureCycles: cycles };
      return [message("circuit_breaker_state", data, { upstream, scope: { kind: "upstream", upstream } })];
    }
    case "definition.added":
    case "definition.changed":
    case "definition.removed":
    case "definition.approved":
      return ofDefinition(event);
    case "call.ended":
    case "call.progressed":
    case "call.lagged":
      return ofCall(event);
    case "job.started":
    case "job.progressed":
    case "job.completed":
    case "job.failed":
    case "job.cancelled":
      return [ofJob(event)];
    case "schedule.began":
    case "schedule.skipped":
    case "schedule.failed":
    case "schedule.ended":
      return [ofSchedule(event)];
    case "alert.fired":
    case "alert.resolved":
    case "alert.acknowledged":
      return [ofAlert(event)];
    case "resource.changed": {
      const { upstream, uri, change = "modified", says } = event;
      const about = { upstream, scope: { kind: "said", upstream }, key: upstream } as const;
      return uri === undefined
        ? [message("entity_list_update", { upstream }, about)]
        : [message("entity_change", { upstream, change, uri, ...(says !== undefined && { says }) }, about)];
    }
    // What follows from it is told by the connector; that it came is on record.
    case "hook.taken":
    case "hook.refused":
    case "hook.held_off":
      return [];
    case "upstream.strained":
    case "operator.acted":
    case "config.changed":
    case "config.refused":
    case "content.invalid":
    case "store.failed":
    case "store.recovered":
    case "system.measured":
    case "status.summed":
    case "cache.counted":
      return ofGateway(event);
  }
}

const breakerStates = {
  "breaker.opened": "open",
  "breaker.half_opened": "half_open",
  "breaker.closed": "closed",
  "breaker.isolated": "isolated",
} as const;

const severities = {
  disabled: "warning",
  starting: "info",
  ready: "info",
  degraded: "warning",
  recovering: "warning",
  awaiting_login: "warning",
  quarantined: "warning",
  stopped: "info",
} as const;

function ofUpstream(fact: FactOf<"upstream.changed">): readonly Message[] {
  const { upstream, from, state, by, since, attempts, stage, code, nextTryAt, suggestion } = fact;
  const isGivenUp = state === "disabled" && by === "gateway";
  const plain: MessageData<"mcp_status_change"> = {
    upstream,
    oldStatus: from,
    newStatus: state,
    severity: isGivenUp ? "critical" : severities[state],
    since,
    attempts,
    ...(stage !== undefined && { stage }),
    ...(code !== undefined && { code }),
    ...(nextTryAt !== undefined && { nextTryAt }),
  };
  const data: MessageData<"mcp_status_change"> = {
    ...plain,
    ...(fact.message !== undefined && { reason: fact.message }),
    ...(suggestion !== undefined && { suggestion }),
  };
  const about = { upstream, scope: { kind: "upstream", upstream } } as const;
  const change = message("mcp_status_change", data, { ...about, plain });
  if (!isGivenUp) return [change];
  const reason = fact.message ?? "It failed too often";
  return [change, message("mcp_auto_disabled", { upstream, severity: "critical", reason }, about)];
}

const definitionChanges = {
  "definition.added": "added",
  "definition.changed": "changed",
  "definition.removed": "removed",
  "definition.approved": "approved",
} as const;
const entityChanges = { added: "created", changed: "modified", removed: "deleted" } as const;

function ofDefinition(fact: FactOf<keyof typeof definitionChanges>): readonly Message[] {
  const { type, upstream, kind, name, isQuarantined } = fact;
  const change = definitionChanges[type];
  const told = message("definition_change", { upstream, change, list: kind, name, isQuarantined }, { upstream });
  if (kind !== "resources" || change === "approved") return [told];
  const about = { upstream, scope: { kind: "said", upstream } } as const;
  return [told, message("entity_change", { upstream, change: entityChanges[change], uri: name }, about)];
}

function ofCall(fact: FactOf<"call.ended" | "call.progressed" | "call.lagged">): readonly Message[] {
  const { upstream, name } = fact;
  const tool = name === undefined ? {} : { tool: name };
  const where = upstream === undefined ? {} : { upstream };
  if (fact.type === "call.lagged") {
    const { elapsedMs, timeoutMs } = fact;
    const about = { upstream, tool: name, scope: { kind: "tool", upstream: fact.upstream, tool: name } } as const;
    return [message("call_lagged", { upstream: fact.upstream, ...tool, elapsedMs, timeoutMs }, about)];
  }
  const { call, principal } = fact;
  const own = { upstream, tool: name, key: call, scope: { kind: "owner", principal } } as const;
  if (fact.type === "call.progressed") {
    const { progress, total } = fact;
    const plain = { call, ...where, ...tool, progress, ...(total !== undefined && { total }) };
    return [message("calculation_progress", { ...plain, principal }, { ...own, plain })];
  }
  const { method, entrance, outcome, code, durationMs, cache, attempts, hasProgressed } = fact;
  const why = code === undefined ? {} : { code };
  const plain = { call, method, ...where, ...tool, entrance, outcome, ...why, durationMs, cache, attempts };
  const scope: Scope = upstream === undefined ? own.scope : { kind: "tool", upstream, tool: name };
  const ended = message("call_ended", { ...plain, principal }, { ...own, scope, plain });
  if (!hasProgressed) return [ended];
  const calculated = { call, ...where, ...tool, durationMs };
  if (outcome === "ok")
    return [message("calculation_complete", { ...calculated, principal }, { ...own, plain: calculated }), ended];
  const failed = { ...calculated, ...why };
  return [message("calculation_failed", { ...failed, principal }, { ...own, plain: failed }), ended];
}

const jobTypes = {
  "job.started": "job_started",
  "job.progressed": "job_progress",
  "job.completed": "job_completed",
  "job.failed": "job_failed",
  "job.cancelled": "job_cancelled",
} as const;

function ofJob(fact: JobFact): Message {
  const { type, job, owner, status, percent, step, total, perSecond, remainingMs, code } = fact;
  const plain = {
    job,
    status,
    percent,
    step,
    total,
    message: fact.message,
    ...(perSecond !== undefined && { perSecond }),
    ...(remainingMs !== undefined && { remainingMs }),
    ...(code !== undefined && { code }),
  };
  const scope = { kind: "owner", principal: owner } as const;
  return message(jobTypes[type], { ...plain, owner }, { plain, scope, key: job });
}

const scheduleChanges = {
  "schedule.began": "began",
  "schedule.skipped": "skipped",
  "schedule.failed": "failed",
  "schedule.ended": "ended",
} as const;

function ofSchedule(fact: ScheduleFact): Message {
  const { type, schedule, owner } = fact;
  const plain = { schedule, change: scheduleChanges[type], ...aboutTime(fact) };
  return message("schedule_update", { ...plain, owner }, { plain, scope: { kind: "owner", principal: owner } });
}

function aboutTime(fact: ScheduleFact): Pick<MessageData<"schedule_update">, "dueAt" | "job" | "reason" | "code"> {
  switch (fact.type) {
    case "schedule.began":
      return { dueAt: fact.dueAt, job: fact.job };
    case "schedule.skipped":
      return { dueAt: fact.dueAt, reason: fact.reason };
    case "schedule.failed":
      return { dueAt: fact.dueAt, reason: fact.message, code: fact.code };
    case "schedule.ended":
      return {};
  }
}

const alertStates = {
  "alert.fired": "firing",
  "alert.resolved": "resolved",
  "alert.acknowledged": "acknowledged",
} as const;

function ofAlert({ type, alert, level, upstream, tool, message: text, by }: AlertFact): Message {
  const data: MessageData<"system_alert"> = {
    level: type === "alert.fired" ? level : "info",
    message: type === "alert.resolved" ? `Over: ${text}` : text,
    alert,
    state: alertStates[type],
    ...(upstream !== undefined && { upstream }),
    ...(tool !== undefined && { tool }),
    ...(by !== undefined && { by }),
  };
  return message("system_alert", data, { upstream, tool });
}

type StoreFact = "store.failed" | "store.recovered";

type OfGateway =
  | "upstream.strained"
  | "operator.acted"
  | "config.changed"
  | "config.refused"
  | "content.invalid"
  | StoreFact
  | "system.measured"
  | "status.summed"
  | "cache.counted";

function ofGateway(fact: Event & FactOf<OfGateway | StoreFact>): readonly Message[] {
  switch (fact.type) {
    case "upstream.strained": {
      const { upstream, calls } = fact;
      return [message("health_event", { upstream, message: fact.message, calls }, { upstream })];
    }
    case "operator.acted": {
      const { upstream, operation, principal, about } = fact;
      const where = upstream === undefined ? {} : { upstream };
      const data = { ...where, operation, principal, ...(about !== undefined && { about }) };
      return [message("operator_action", data, { upstream })];
    }
    case "config.changed": {
      const { type: _type, seq: _seq, at: _at, ...data } = fact;
      return [message("config_change", data)];
    }
    case "config.refused":
      return [message("validation_error", { by: fact.by, errors: fact.problems })];
    case "content.invalid": {
      const { upstream, problems } = fact;
      return [message("validation_error", { by: "upstream", upstream, errors: problems }, { upstream })];
    }
    case "store.failed": {
      const why = fact.code === undefined ? {} : { code: fact.code };
      const text = fact.message ?? "Nothing can be kept any more";
      return [message("system_alert", { level: "critical", ...why, message: text })];
    }
    case "store.recovered":
      return [message("system_alert", { level: "info", message: "What happens is kept again" })];
    case "system.measured": {
      const { type: _type, seq: _seq, at: _at, ...data } = fact;
      return [message("system_metrics", data)];
    }
    case "status.summed": {
      const { upstreams, ready, uptimeMs } = fact;
      const systemStatus = ready === upstreams ? "ok" : "degraded";
      return [message("status_update", { systemStatus, upstreams, ready, uptimeMs })];
    }
    case "cache.counted": {
      const { type: _type, seq: _seq, at: _at, ...data } = fact;
      const { upstream, tool } = data;
      return [message("cache_update", data, { upstream, tool, key: `${upstream}/${tool}` })];
    }
  }
}
