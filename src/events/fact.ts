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
      readonly type: "breaker.opened" | "breaker.half_opened" | "breaker.closed" | "breaker.isolated";
      readonly upstream: string;
      /** How often in a row it opened again while it was half open. */
      readonly cycles: number;
    };

/** A fact that happened. */
export type Event = Fact & {
  /** Its number: one more than that of the event before. */
  readonly seq: number;
  /** When it was told. */
  readonly at: number;
};
