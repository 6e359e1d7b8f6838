/** States of an upstream, as `upstream/state.ts` says when each is entered and left. */
export type UpstreamStateName =
  | "disabled"
  | "starting"
  | "ready"
  | "degraded"
  | "recovering"
  | "awaiting_login"
  | "quarantined"
  | "stopped";

/** What can become of something that a server has. */
export const entityChanges = ["created", "modified", "deleted"] as const;

/** Everything notable that can happen. Past tense; travels as JSON; holds no secret. Times are wall time in ms. */
export type Fact =
  | FrequentFact
  | ContentFact
  | {
      /** Nothing can be kept any more, or it can again. Calls go on meanwhile. */
      readonly type: "store.failed" | "store.recovered";
      readonly code?: string;
      readonly message?: string;
    }
  | {
      readonly type: "upstream.changed";
      readonly upstream: string;
      readonly from: UpstreamStateName;
      readonly state: UpstreamStateName;
      /** Who disabled it, where it is disabled. */
      readonly by?: "configuration" | "operator" | "gateway";
      /** At which step something went wrong, and the code of `docs/errors.md`: where something did. */
      readonly stage?: string;
      readonly code?: string;
      readonly message?: string;
      readonly since: number;
      /** Failures since it was last up for a while. */
      readonly attempts: number;
      /** When it is tried again by itself; absent where it is not. */
      readonly nextTryAt?: number;
      readonly suggestion?: string;
    }
  | {
      /** A call that is under way has used four fifths of the time that it has. */
      readonly type: "call.lagged";
      readonly upstream: string;
      /** What the upstream calls the tool, prompt or resource. */
      readonly name?: string;
      readonly elapsedMs: number;
      readonly timeoutMs: number;
    }
  | {
      /** An upstream's processes use more than a soft limit allows, or keep growing. */
      readonly type: "upstream.strained";
      readonly upstream: string;
      readonly message: string;
      /** What it works on: names of the first few calls, and how many more there are. */
      readonly calls: readonly string[];
    }
  | {
      readonly type: "breaker.opened" | "breaker.half_opened" | "breaker.closed" | "breaker.isolated";
      readonly upstream: string;
      /** How often in a row it opened again while it was half open. */
      readonly cycles: number;
    }
  | {
      readonly type: "definition.added" | "definition.changed" | "definition.removed" | "definition.approved";
      readonly upstream: string;
      /** Which list it is in: `tools`, `prompts`, `resources`, `resourceTemplates`. */
      readonly kind: string;
      /** As the upstream calls it: a name, an address or a template. */
      readonly name: string;
      /** Whether it is held back until somebody approves it. */
      readonly isQuarantined: boolean;
    }
  | {
      /** Somebody did something to an upstream, to the keys or to what is kept; see `docs/operating.md` for what there is. */
      readonly type: "operator.acted";
      readonly upstream?: string;
      readonly operation: string;
      /** Id of who did it. */
      readonly principal: string;
      /** From where. */
      readonly address: string;
      /** What it was about, where it was not all of the upstream. */
      readonly about?: readonly string[];
    }
  | HookFact
  | JobFact
  | ScheduleFact
  | AlertFact
  | ConfigChange
  | ConfigRefusal;

/** Something was posted for a connector: the first at once, what came in the minute after that together. */
export interface HookFact {
  readonly type: "hook.taken" | "hook.refused" | "hook.held_off";
  /** For which; absent where there is none of the name that was asked for. */
  readonly upstream?: string;
  /** How many that were. */
  readonly count: number;
  /** From where the first of them came. */
  readonly address: string;
}

/**
 * A job began, went on, or is over: `progressed` comes at most once a second and when it is paused or resumed; one of the last three comes
 * once, as the last that is told of the job.
 */
export interface JobFact extends JobProgress {
  readonly type: "job.started" | "job.progressed" | "job.completed" | "job.failed" | "job.cancelled";
  readonly job: string;
  /** Id of whose it is. */
  readonly owner: string;
  /** Why it failed, where it did. */
  readonly code?: string;
}

/** Something is too much, no longer is, or somebody has seen to it. Never about more than one server and one tool. */
export interface AlertFact {
  readonly type: "alert.fired" | "alert.resolved" | "alert.acknowledged";
  /** The rule, and what it is about. */
  readonly alert: string;
  readonly rule: string;
  readonly level: "warning" | "critical";
  readonly upstream?: string;
  readonly tool?: string;
  /** What was wrong, in a sentence. */
  readonly message: string;
  /** Id of who has seen it. */
  readonly by?: string;
}

/** What became of a time of a schedule, or that no further one comes. `dueAt` is the time, in ms of wall time. */
export type ScheduleFact = {
  readonly schedule: string;
  /** Id of whose it is. */
  readonly owner: string;
} & (
  | { readonly type: "schedule.began"; readonly job: string; readonly dueAt: number }
  /** No job was made for this time, and maybe for later ones: nobody looked in time, or that of an earlier one is not over. */
  | { readonly type: "schedule.skipped"; readonly dueAt: number; readonly reason: "missed" | "overlap" }
  /** The job was refused. */
  | { readonly type: "schedule.failed"; readonly dueAt: number; readonly code: string; readonly message: string }
  | { readonly type: "schedule.ended" }
);

/** How far a job is. `step` and `percent` never go back. */
export interface JobProgress {
  readonly status: "STARTED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
  /** 0 to 100, in tenths. */
  readonly percent: number;
  /** Operations that have ended or never will begin, of `total`. */
  readonly step: number;
  readonly total: number;
  /** The same in words. */
  readonly message: string;
  /** Operations that ended in a second, since the job began; absent before the first. */
  readonly perSecond?: number;
  /** What the rest takes at that rate, in ms; absent where nothing goes on. */
  readonly remainingMs?: number;
}

/** Who changes the configuration: whoever wrote the file, or an operator through the gateway. */
export type ConfigAuthor = "file" | "operator";

/** What changed of the configuration that runs: names of upstreams, and `upstream/tool` for tools; never a value. */
export interface ConfigChange {
  readonly type: "config.changed";
  readonly by: ConfigAuthor;
  /** Whether it ends with the gateway, as it stands in no file. */
  readonly isTemporary: boolean;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
  /** Whether profiles or the search changed. */
  readonly isCatalogChanged: boolean;
  /** Whether what is watched, or expected of tools, changed. */
  readonly isWatchChanged: boolean;
}

/** A new file, or what an operator wanted, that was refused whole: what runs stays as it was. */
export interface ConfigRefusal {
  readonly type: "config.refused";
  readonly by: ConfigAuthor;
  /** One sentence each, without values that may be secrets. */
  readonly problems: readonly string[];
}

/** What a server works with was changed, and has faults. */
export interface ContentFact {
  readonly type: "content.invalid";
  readonly upstream: string;
  /** One sentence each, the first of them. */
  readonly problems: readonly string[];
}

/** What is only told while somebody watches, as it happens often. It never pushes other facts out of the log. */
export type FrequentFact =
  | {
      /** A call of a downstream is over. Never its arguments or its result. */
      readonly type: "call.ended";
      /** Its id, which is also the `errorId` of its failure. */
      readonly call: string;
      readonly method: string;
      /** Where it went; absent where it went nowhere. */
      readonly upstream?: string;
      /** What the upstream calls the tool or prompt; absent for addresses of resources, which may hold more than a name may. */
      readonly name?: string;
      /** Id of whose it was. */
      readonly principal: string;
      readonly entrance: string;
      readonly outcome: "ok" | "tool_error" | "error" | "cancelled";
      readonly code?: string;
      readonly durationMs: number;
      readonly cache: "none" | "hit" | "miss" | "stale" | "joined";
      readonly attempts: number;
      /** Whether it told of its progress. */
      readonly hasProgressed: boolean;
    }
  | {
      /** A call that is under way told its caller how far it is. */
      readonly type: "call.progressed";
      readonly call: string;
      readonly upstream?: string;
      readonly name?: string;
      readonly principal: string;
      readonly progress: number;
      readonly total?: number;
    }
  | {
      /** An upstream said that a resource is not what it was; without `uri`, that its list of resources is not. */
      readonly type: "resource.changed";
      readonly upstream: string;
      readonly uri?: string;
      /** What became of it; without, it is another. */
      readonly change?: (typeof entityChanges)[number];
      /** That in a sentence, where the upstream said it. */
      readonly says?: string;
    }
  | {
      /** What the gateway's own process uses and does, since it was last looked at. */
      readonly type: "system.measured";
      /** Of one processor. */
      readonly cpuPercent: number;
      readonly residentBytes: number;
      readonly heapBytes: number;
      /** Share of the time in which its thread was busy, 0 to 1. */
      readonly busyRatio: number;
      readonly callsUnderWay: number;
      readonly watchers: number;
    }
  | {
      /** How everything stands, in short. */
      readonly type: "status.summed";
      readonly upstreams: number;
      readonly ready: number;
      readonly uptimeMs: number;
    }
  | {
      /** What became of a tool's calls at the result cache, since the gateway's start. */
      readonly type: "cache.counted";
      readonly upstream: string;
      readonly tool: string;
      readonly hits: number;
      readonly misses: number;
      readonly bytes: number;
      readonly savedMs: number;
    };

/** Whoever is told of facts. */
export interface FactSink {
  append(fact: Fact): unknown;
}

/** A fact that happened. */
export type Event = Fact & {
  /** Its number: one more than that of the event before. */
  readonly seq: number;
  /** When it was told. */
  readonly at: number;
};
