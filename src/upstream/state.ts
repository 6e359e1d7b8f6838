import { type ErrorCode, type GatewayError, errorTable } from "../core/errors.ts";

/** At which step of being connected something went wrong. */
export type Stage = "spawn" | "connect" | "handshake" | "login" | "list" | "session" | "exchange" | "exit";

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
 * - `starting`: being connected; entered at first and when a retry falls due; left by success or failure. A call waits.
 * - `ready`: connected, its lists read; left when the connection ends. A call goes through.
 * - `recovering`: the last attempt failed or the connection ended; left when `nextTryAt` comes. A call waits where that is soon, and
 *   else fails at once with what is wrong.
 * - `awaiting_login`: it wants a login that only a person can do, at `authorizationUrl`; left when that has worked or has come to
 *   nothing. Not tried meanwhile. The address is replaced by a fresh one every few minutes. A call fails at once and says where to log in.
 * - `stopped`: closed for good. A call fails.
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
  | {
      readonly kind: "recovering";
      readonly since: number;
      /** Failures since it last was ready for a while. */
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
  | { readonly kind: "stopped"; readonly since: number };

/** What moves an upstream from one state to another. */
export type StateInput =
  | { readonly kind: "connected"; readonly at: number }
  | { readonly kind: "failed"; readonly at: number; readonly problem: Problem; readonly delayMs: number }
  | { readonly kind: "due"; readonly at: number }
  | {
      readonly kind: "login_required";
      readonly at: number;
      readonly authorizationUrl: string;
      readonly problem: Problem;
    }
  | { readonly kind: "logged_in"; readonly at: number }
  | { readonly kind: "stopped"; readonly at: number };

/** After this long in `ready`, earlier failures are forgotten. */
export const stableMs = 30_000;
const firstDelayMs = 500;
const longestDelayMs = 60_000;

/** The whole life of an upstream. Pure. An input that makes no sense in a state changes nothing. */
export function nextState(state: UpstreamState, input: StateInput): UpstreamState {
  if (state.kind === "stopped") return state;
  switch (input.kind) {
    case "connected":
      return state.kind === "starting" ? { kind: "ready", since: input.at, attempts: state.attempts } : state;
    case "failed":
      return {
        kind: "recovering",
        since: state.kind === "recovering" ? state.since : input.at,
        attempts: failuresOf(state, input.at) + 1,
        nextTryAt: input.at + input.delayMs,
        problem: input.problem,
      };
    case "due":
      return state.kind === "recovering" ? startingAgain(state, input.at) : state;
    case "login_required": {
      const { authorizationUrl, problem } = input;
      const since = state.kind === "awaiting_login" ? state.since : input.at;
      return { kind: "awaiting_login", since, attempts: failuresOf(state, input.at), authorizationUrl, problem };
    }
    case "logged_in": {
      const isHeldUp = state.kind === "awaiting_login" || state.kind === "recovering";
      return isHeldUp ? { kind: "starting", since: input.at, attempts: failuresOf(state, input.at) } : state;
    }
    case "stopped":
      return { kind: "stopped", since: input.at };
  }
}

function startingAgain(
  { attempts, problem }: Extract<UpstreamState, { kind: "recovering" }>,
  since: number,
): UpstreamState {
  return { kind: "starting", since, attempts, problem };
}

/** Failures that count towards the next delay. */
export function failuresOf(state: UpstreamState, at: number): number {
  if (state.kind === "stopped") return 0;
  return state.kind === "ready" && at - state.since >= stableMs ? 0 : state.attempts;
}

/** How long to wait after the given number of earlier failures, in ms: doubling, at most a minute, half of it by chance. */
export function delayAfter(failures: number, random: () => number): number {
  const full = Math.min(firstDelayMs * 2 ** Math.min(failures, 10), longestDelayMs);
  return Math.round(full / 2 + (random() * full) / 2);
}

const stages: ReadonlySet<unknown> = new Set([
  "spawn",
  "connect",
  "handshake",
  "login",
  "list",
  "session",
  "exchange",
  "exit",
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
