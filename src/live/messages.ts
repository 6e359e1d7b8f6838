import { type DataOf, type Fields, count, flag, number, oneOf, optional, text, texts } from "./field.ts";
import type { Topic } from "./topic.ts";

/** One type of message, as documented. */
export interface MessageDefinition {
  readonly topic: Topic;
  /** Raised when a member changes its meaning or goes; new members do not. */
  readonly version: number;
  /** Whether a later one about the same thing takes the place of an earlier one that has not been sent. */
  readonly isMerged: boolean;
  /** Whether it is for operators alone. */
  readonly isForOperators: boolean;
  readonly says: string;
  readonly data: Fields;
}

/** States of a server. */
export const states = [
  "disabled",
  "starting",
  "ready",
  "degraded",
  "recovering",
  "awaiting_login",
  "quarantined",
  "stopped",
] as const;

const upstream = text("The server.");
const plain = { version: 1, isMerged: false, isForOperators: false } as const;
const merged = { ...plain, isMerged: true } as const;
const operators = { ...plain, isForOperators: true } as const;

const jobData = {
  job: text("The job."),
  status: oneOf(["STARTED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"], "How it stands."),
  percent: number("0 to 100; never goes back."),
  step: count("Operations that have ended or never will begin."),
  total: count("Operations."),
  message: text("The same in words."),
  perSecond: optional(number("Operations that ended in a second.")),
  remainingMs: optional(number("What the rest takes at that rate, in ms.")),
  owner: optional(text("Whose it is: for operators.")),
  code: optional(text("Why it failed.")),
} satisfies Fields;

const calculationData = {
  call: text("Id of the call."),
  upstream: optional(upstream),
  tool: optional(text("What the server calls the tool or prompt.")),
  principal: optional(text("Whose call it is: for operators.")),
} satisfies Fields;

/** Every message that tells of something that happened: its topic, its members and what it means. */
export const messageTable = {
  mcp_status_change: {
    ...plain,
    topic: "upstreams",
    says: "A server entered another state.",
    data: {
      upstream,
      oldStatus: oneOf(states, "The state before."),
      newStatus: oneOf(states, "The state now."),
      severity: oneOf(["info", "warning", "critical"], "How bad that is."),
      since: number("When it was entered, in ms since 1970."),
      attempts: count("Failures since it was last up for a while."),
      stage: optional(text("At which step something went wrong.")),
      code: optional(text("Why: a code of docs/errors.md.")),
      nextTryAt: optional(number("When it is tried again, in ms since 1970.")),
      reason: optional(text("Why, in a sentence: for operators.")),
      suggestion: optional(text("What to do: for operators.")),
    },
  },
  circuit_breaker_state: {
    ...plain,
    topic: "upstreams",
    says: "A server's breaker opened, lets a call through to try, closed, or was opened by an operator.",
    data: {
      upstream,
      newState: oneOf(["open", "half_open", "closed", "isolated"], "The state now."),
      failureCycles: count("How often in a row it opened again while half open."),
    },
  },
  definition_change: {
    ...operators,
    topic: "upstreams",
    says: "A server's tool, prompt, resource or template is new, another, gone, or was approved.",
    data: {
      upstream,
      change: oneOf(["added", "changed", "removed", "approved"], "What became of it."),
      list: text("`tools`, `prompts`, `resources` or `resourceTemplates`."),
      name: text("As the server calls it."),
      isQuarantined: flag("Whether it is held back until somebody approves it."),
    },
  },
  call_ended: {
    ...plain,
    topic: "calls",
    says: "A call is over. Arguments and results are never told.",
    data: {
      call: text("Its id, which is also the `errorId` of its failure."),
      method: text("The MCP method."),
      upstream: optional(upstream),
      tool: optional(text("What the server calls the tool or prompt.")),
      principal: optional(text("Whose call it was: for operators.")),
      entrance: text("By which way it came in."),
      outcome: oneOf(["ok", "tool_error", "error", "cancelled"], "How it ended."),
      code: optional(text("Why it failed.")),
      durationMs: number("From its arrival to its answer."),
      cache: oneOf(["none", "hit", "miss", "stale", "joined"], "What the cache did."),
      attempts: count("How often it was sent."),
    },
  },
  call_lagged: {
    ...plain,
    topic: "calls",
    says: "A call under way has used four fifths of its time.",
    data: {
      upstream,
      tool: optional(text("What the server calls the tool or prompt.")),
      elapsedMs: count("How long it takes already."),
      timeoutMs: count("How long it may take."),
    },
  },
  job_started: { ...plain, topic: "jobs", says: "A job began.", data: jobData },
  job_progress: { ...merged, topic: "jobs", says: "How far a job is.", data: jobData },
  job_completed: { ...plain, topic: "jobs", says: "A job is done.", data: jobData },
  job_failed: { ...plain, topic: "jobs", says: "A job failed.", data: jobData },
  job_cancelled: { ...plain, topic: "jobs", says: "A job was cancelled.", data: jobData },
  schedule_update: {
    ...plain,
    topic: "jobs",
    says: "A time of a schedule came, or no further one comes.",
    data: {
      schedule: text("Its id."),
      change: oneOf(
        ["began", "skipped", "failed", "ended"],
        "What became of the time; `ended`: there is no further one.",
      ),
      owner: optional(text("Whose it is: for operators.")),
      dueAt: optional(number("The time, in ms since 1970.")),
      job: optional(text("The job that was made.")),
      reason: optional(text("Why none was made: `missed`, `overlap`, or what refused it.")),
      code: optional(text("Why it was refused: a code of docs/errors.md.")),
    },
  },
  calculation_progress: {
    ...merged,
    topic: "calculations",
    says: "How far a call is that tells of its progress.",
    data: {
      ...calculationData,
      progress: number("Never goes back."),
      total: optional(number("What `progress` will be at the end.")),
    },
  },
  calculation_complete: {
    ...plain,
    topic: "calculations",
    says: "A call that told of its progress is done.",
    data: { ...calculationData, durationMs: number("How long it took.") },
  },
  calculation_failed: {
    ...plain,
    topic: "calculations",
    says: "A call that told of its progress failed or was cancelled.",
    data: { ...calculationData, durationMs: number("How long it took."), code: optional(text("Why it failed.")) },
  },
  entity_change: {
    ...plain,
    topic: "entities",
    says: "A server's resource, or what a connector watches, is new, another or gone.",
    data: {
      upstream,
      change: oneOf(["created", "modified", "deleted"], "What became of it."),
      uri: text("Its address."),
      says: optional(text("What became of it, in a sentence.")),
    },
  },
  entity_list_update: {
    ...merged,
    topic: "entities",
    says: "A server's list of resources changed.",
    data: { upstream },
  },
  status_update: {
    ...merged,
    topic: "status",
    says: "How everything stands, every 30 seconds.",
    data: {
      systemStatus: oneOf(["ok", "degraded"], "Whether every server is up."),
      upstreams: count("Servers."),
      ready: count("Those that are up."),
      uptimeMs: count("Since the gateway's start."),
    },
  },
  system_metrics: {
    ...merged,
    isForOperators: true,
    topic: "status",
    says: "What the gateway's own process uses, every 5 seconds.",
    data: {
      cpuPercent: number("Of one processor."),
      residentBytes: count("Memory."),
      heapBytes: count("Of it, what JavaScript uses."),
      busyRatio: number("Share of the time in which its thread was busy."),
      callsUnderWay: count("Calls that are not over."),
      watchers: count("Those who watch."),
    },
  },
  config_change: {
    ...operators,
    topic: "status",
    says: "The configuration changed.",
    data: {
      by: oneOf(["file", "operator"], "Who changed it."),
      isTemporary: flag("Whether it ends with the gateway."),
      added: texts("Servers."),
      changed: texts("Servers."),
      removed: texts("Servers."),
      enabled: texts("Servers, and SERVER/TOOL."),
      disabled: texts("Servers, and SERVER/TOOL."),
      isCatalogChanged: flag("Whether profiles or the search changed."),
      isWatchChanged: flag("Whether alerts or objectives changed."),
    },
  },
  validation_error: {
    ...operators,
    topic: "status",
    says: "A changed configuration was refused, and what runs stays; or what a server works with was changed, and has faults.",
    data: {
      by: oneOf(["file", "operator", "upstream"], "Who wanted it, or whose it is."),
      upstream: optional(upstream),
      errors: texts("One sentence each."),
    },
  },
  operator_action: {
    ...operators,
    topic: "status",
    says: "Somebody did something to the gateway.",
    data: {
      upstream: optional(upstream),
      operation: text("What."),
      principal: text("Who."),
      about: optional(texts("What it was about, where not all of the server.")),
    },
  },
  health_event: {
    ...operators,
    topic: "alerts",
    says: "A server's processes use more than a soft limit allows, or keep growing.",
    data: { upstream, message: text("One sentence."), calls: texts("What it works on.") },
  },
  mcp_auto_disabled: {
    ...operators,
    topic: "alerts",
    says: "The gateway disabled a server that failed too often; somebody must enable it.",
    data: { upstream, severity: oneOf(["critical"], "Always."), reason: text("Why.") },
  },
  system_alert: {
    ...operators,
    topic: "alerts",
    says: "Something is too much or wrong, no longer is, or somebody has seen it; see docs/alerts.md.",
    data: {
      level: oneOf(["info", "warning", "critical"], "How bad that is; `info` where it is over or was seen."),
      code: optional(text("What: a code of docs/errors.md.")),
      message: text("One sentence."),
      alert: optional(text("Its id, the same from its beginning to its end; absent for what has no threshold.")),
      state: optional(oneOf(["firing", "resolved", "acknowledged"], "What became of it.")),
      upstream: optional(upstream),
      tool: optional(text("What the server calls the tool.")),
      by: optional(text("Who has seen it.")),
    },
  },
  cache_update: {
    ...merged,
    isForOperators: true,
    topic: "cache",
    says: "What became of a tool's calls at the cache, since the gateway's start; told when it changed, every 2 seconds at the most.",
    data: {
      upstream,
      tool: text("As the server calls it."),
      hits: count("Answered from what is kept."),
      misses: count("Sent on."),
      bytes: count("Kept now."),
      savedMs: number("What calls took that need not be made again."),
    },
  },
} as const satisfies Record<string, MessageDefinition>;

export type MessageType = keyof typeof messageTable;

/** The data of a type of message. */
export type MessageData<T extends MessageType> = DataOf<(typeof messageTable)[T]["data"]>;

/** Whether a text names a type of message that tells of something that happened. */
export function isMessageType(name: string): name is MessageType {
  return Object.hasOwn(messageTable, name);
}
