import { type ErrorCode, errorTable } from "../core/error-table.ts";
import { type GatewayError } from "../core/errors.ts";

/** At which step of being connected something went wrong. */
export type Stage =
  | "configuration"
  | "spawn"
  | "connect"
  | "handshake"
  | "login"
  | "list"
  | "session"
  | "exchange"
  | "exit"
  | "health"
  | "breaker";

/** What is wrong with an upstream, for people and programs. */
export interface Problem {
  readonly stage: Stage;
  readonly code: ErrorCode;
  /** One sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly suggestion: string;
}

/**
 * Where an upstream stands. Times are wall time in ms.
 *
 * - `starting`: being connected; entered at first, when a retry falls due, and when somebody wants one that is idle; left by success or
 *   failure. A call waits.
 * - `ready`: connected, its lists read; left when the connection ends. A call goes through.
 * - `degraded`: connected, but something is wrong that calls may notice: it fails them, answers no health check, or offers nothing. A call
 *   goes through, unless the breaker is open.
 * - `recovering`: the last attempt failed or the connection ended; left when `nextTryAt` comes. A call waits where that is soon, and
 *   else fails at once with what is wrong.
 * - `awaiting_login`: it wants a login that only a person can do, at `authorizationUrl`; left when that has worked or has come to
 *   nothing. Not tried meanwhile. The address is replaced by a fresh one every few minutes. A call fails at once and says where to log in.
 * - `quarantined`: an operator has isolated it; left when one releases it. What is connected stays so, but no call goes through.
 * - `disabled`: not connected because the configuration, an operator or the gateway itself (after failing too often) says so, with a
 *   problem where the configuration lacks something or has it not started anew; left when it is enabled. A call fails.
 * - `stopped`: not connected as nobody needs it (`idle`) or as its process has ended well (`exited`): the next call starts it; or closed
 *   for good (`closed`): a call fails.
 */
export type UpstreamState =
  | {
      readonly kind: "starting";
      readonly since: number;
      readonly attempts: number;
      /** What was wrong before, where it is tried again. */
      readonly problem?: Problem;
    }
  | { readonly kind: "ready"; readonly since: number; readonly attempts: number }
  | { readonly kind: "degraded"; readonly since: number; readonly attempts: number; readonly problem: Problem }
  | {
      readonly kind: "recovering";
      readonly since: number;
      /** Failures since it last was up for a while. */
      readonly attempts: number;
      readonly nextTryAt: number;
      readonly problem: Problem;
    }
  | {
      readonly kind: "awaiting_login";
      readonly since: number;
      readonly attempts: number;
      readonly authorizationUrl: string;
      readonly problem: Problem;
    }
  | { readonly kind: "quarantined"; readonly since: number; readonly attempts: number }
  | { readonly kind: "disabled"; readonly since: number; readonly by: DisabledBy; readonly problem?: Problem }
  | { readonly kind: "stopped"; readonly since: number; readonly why: "idle" | "exited" | "closed" };

/** Who disabled an upstream. */
export type DisabledBy = "configuration" | "operator" | "gateway";

/** What moves an upstream from one state to another. */
export type StateInput =
  | { readonly kind: "connected" | "due" | "logged_in" | "enabled" | "recovered" | "isolated"; readonly at: number }
  | { readonly kind: "failed"; readonly at: number; readonly problem: Problem; readonly delayMs: number }
  | { readonly kind: "worsened"; readonly at: number; readonly problem: Problem }
  | { readonly kind: "released"; readonly at: number; readonly isConnected: boolean }
  | { readonly kind: "disabled"; readonly at: number; readonly by: DisabledBy; readonly problem?: Problem }
  | { readonly kind: "idled" | "exited" | "wanted"; readonly at: number }
  | {
      readonly kind: "login_required";
      readonly at: number;
      readonly authorizationUrl: string;
      readonly problem: Problem;
    }
  | { readonly kind: "closed"; readonly at: number };

/** After this long up, earlier failures are forgotten. */
export const stableMs = 30_000;

/** The whole life of an upstream. Pure. An input that makes no sense in a state changes nothing. */
export function nextState(state: UpstreamState, input: StateInput): UpstreamState {
  if (state.kind === "stopped" && state.why === "closed") return state;
  const { at } = input;
  const attempts = failuresOf(state, at);
  switch (input.kind) {
    case "closed":
      return { kind: "stopped", since: at, why: "closed" };
    case "disabled":
      return disabled(input);
    case "isolated":
      return state.kind === "disabled" ? state : { kind: "quarantined", since: at, attempts };
    case "failed":
      return isTried(state) ? recovering(state, input, attempts) : state;
    case "login_required": {
      const { authorizationUrl, problem } = input;
      const since = state.kind === "awaiting_login" ? state.since : at;
      return isTried(state) ? { kind: "awaiting_login", since, attempts, authorizationUrl, problem } : state;
    }
    case "idled":
      return isUp(state) ? { kind: "stopped", since: at, why: "idle" } : state;
    case "exited":
      return isUp(state) ? { kind: "stopped", since: at, why: "exited" } : state;
    case "worsened":
      return isUp(state) ? worsened(state, input.problem, at) : state;
    case "recovered":
      return state.kind === "degraded" ? { kind: "ready", since: at, attempts: state.attempts } : state;
    case "released":
      return state.kind === "quarantined"
        ? { kind: input.isConnected ? "ready" : "starting", since: at, attempts }
        : state;
    case "connected":
      return state.kind === "starting" ? { kind: "ready", since: at, attempts } : state;
    case "due":
    case "logged_in":
    case "enabled":
    case "wanted":
      return leadsToStart[input.kind].has(state.kind) ? starting(state, at) : state;
  }
}

/** From where these inputs lead to `starting`. */
const leadsToStart: Readonly<Record<"due" | "logged_in" | "enabled" | "wanted", ReadonlySet<UpstreamState["kind"]>>> = {
  due: new Set(["recovering"]),
  logged_in: new Set(["awaiting_login", "recovering"]),
  enabled: new Set(["disabled"]),
  wanted: new Set(["stopped", "recovering"]),
};

function starting(state: UpstreamState, since: number): UpstreamState {
  const attempts = failuresOf(state, since);
  return state.kind === "recovering"
    ? { kind: "starting", since, attempts, problem: state.problem }
    : { kind: "starting", since, attempts };
}

/** Whether it is connected and in use, well or badly. */
export function isUp({ kind }: UpstreamState): boolean {
  return kind === "ready" || kind === "degraded";
}

/** Whether somebody wanted it to be off, rather than that something is wrong with it. */
export function isSwitchedOff(state: UpstreamState): boolean {
  return state.kind === "disabled" && state.problem === undefined;
}

/** Whether the gateway is trying to have it up. */
function isTried(state: UpstreamState): boolean {
  return isUp(state) || state.kind === "starting" || state.kind === "recovering" || state.kind === "awaiting_login";
}

function disabled({ at, by, problem }: Extract<StateInput, { kind: "disabled" }>): UpstreamState {
  return problem === undefined ? { kind: "disabled", since: at, by } : { kind: "disabled", since: at, by, problem };
}

function recovering(
  state: UpstreamState,
  { at, problem, delayMs }: Extract<StateInput, { kind: "failed" }>,
  failures: number,
): UpstreamState {
  const since = state.kind === "recovering" ? state.since : at;
  return { kind: "recovering", since, attempts: failures + 1, nextTryAt: at + delayMs, problem };
}

function worsened(state: UpstreamState, problem: Problem, at: number): UpstreamState {
  const attempts = "attempts" in state ? state.attempts : 0;
  return { kind: "degraded", since: state.kind === "degraded" ? state.since : at, attempts, problem };
}

/** Failures that count towards the next delay. */
export function failuresOf(state: UpstreamState, at: number): number {
  if (!("attempts" in state)) return 0;
  return isUp(state) && at - state.since >= stableMs ? 0 : state.attempts;
}

const stages: ReadonlySet<unknown> = new Set([
  "configuration",
  "spawn",
  "connect",
  "handshake",
  "login",
  "list",
  "session",
  "exchange",
  "exit",
  "health",
  "breaker",
]);

function isStage(value: unknown): value is Stage {
  return stages.has(value);
}

/** What an error says about the upstream it came from. */
export function problemOf(error: GatewayError, fallback: Stage): Problem {
  const told = error.data?.["stage"];
  const stage = isStage(told) ? told : fallback;
  return { stage, code: error.code, message: error.message, suggestion: suggestionFor(error, stage) };
}

const suggestionByReason: Readonly<Record<string, string>> = {
  ENOENT: "Install the command or correct its spelling in `command`; `cwd` must exist.",
  EACCES: "Make the command executable, or start it through its interpreter.",
  ECONNREFUSED: "Start the server, or correct host and port in `url`.",
  ENOTFOUND: "Correct the host name in `url`, or the machine's name resolution.",
};

/** What an upstream that is away needs, which is not what somebody needs whose call was lost. */
const suggestionByStage: Readonly<Partial<Record<Stage, string>>> = {
  spawn: "Correct `command`, `args`, `env` and `cwd`.",
  connect: "Correct host and port in `url`, or see why the network does not lead there.",
  session: "It forgets its sessions at once. If it runs as several processes, each session must reach the same one.",
  exchange: "It can be reached but breaks off. Its own log may say why.",
  exit: "Its last lines of stderr may say why it went away. If they do not, run its command by hand.",
};

function suggestionFor(error: GatewayError, stage: Stage): string {
  const reason = error.data?.["reason"];
  const known = typeof reason === "string" ? suggestionByReason[reason] : undefined;
  if (known !== undefined) return known;
  const own = error.data?.["suggestion"];
  if (typeof own === "string") return own;
  const isAway = error.code === "upstream_unavailable" || error.code === "upstream_disconnected";
  return (isAway ? suggestionByStage[stage] : undefined) ?? errorTable[error.code].suggestion;
}
