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

/** Everything notable that can happen. Past tense; travels as JSON; holds no secret. Times are wall time in ms. */
export type Fact =
  | {
      readonly type: "upstream.changed";
      readonly upstream: string;
      readonly from: UpstreamStateName;
      readonly state: UpstreamStateName;
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
  | JobFact
  | ConfigChange
  | ConfigRefusal;

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
}

/** A new file, or what an operator wanted, that was refused whole: what runs stays as it was. */
export interface ConfigRefusal {
  readonly type: "config.refused";
  readonly by: ConfigAuthor;
  /** One sentence each, without values that may be secrets. */
  readonly problems: readonly string[];
}

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
