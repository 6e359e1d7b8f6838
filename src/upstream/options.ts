import { type BreakerOptions, breakerDefaults } from "../policy/breaker.ts";
import type { Channel } from "../transport/channel.ts";
import type { HealthCheckOptions } from "./health-check.ts";
import type { WrittenLimits } from "./limits.ts";
import type { OAuthSettings } from "./oauth/settings.ts";
import type { Problem } from "./state.ts";

/** How a stdio upstream is started: the command and what it is given. */
export interface StdioTarget {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the few variables that a child inherits from the gateway. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; the gateway's own where absent. */
  readonly cwd?: string;
  /** How much its processes may use; absent: `limitDefaults`. */
  readonly limits?: WrittenLimits;
  /** What it means that its process ends: see {@link RestartPolicy}. Default `always`. */
  readonly restart?: RestartPolicy;
  /** The connector that the command runs; undefined where it is any other program. */
  readonly connector?: string;
}

/** How to log in where an upstream asks for that; absent: as it says itself. `false`: never. */
export type LoginSettings = OAuthSettings | false;

/** How a Streamable HTTP upstream is reached. */
export interface HttpTarget {
  readonly kind: "http";
  readonly url: string;
  /** Sent on every request; may hold secrets, so never shown. With an Authorization of its own, nobody is asked to log in. */
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth?: LoginSettings;
}

/** How an upstream of HTTP+SSE is reached, the transport before Streamable HTTP. */
export interface SseTarget {
  readonly kind: "sse";
  /** Where its event stream is. */
  readonly url: string;
  /** Sent on every request; may hold secrets, so never shown. With an Authorization of its own, nobody is asked to log in. */
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth?: LoginSettings;
}

/** How an upstream is reached over a WebSocket. */
export interface WebSocketTarget {
  readonly kind: "ws";
  /** `ws://` or `wss://`. */
  readonly url: string;
  /** Sent with the handshake; may hold secrets, so never shown. With an Authorization of its own, nobody is asked to log in. */
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth?: LoginSettings;
}

/** A connector in this process. */
export interface ConnectorTarget {
  readonly kind: "connector";
  /** One that comes with the gateway, an installed package, or a file. */
  readonly connector: string;
  /** From where packages and files are found. Absolute. */
  readonly folder: string;
  /** What the connector is told; it says itself whether that is right. May hold secrets, so never shown. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** An MCP server in this process. */
export interface ChannelTarget {
  readonly kind: "channel";
  /** Called for every connection; what it returns is closed with it. */
  readonly open: () => Channel;
}

/** Where an upstream is, and how it is spoken to. */
export type UpstreamTarget = StdioTarget | HttpTarget | SseTarget | WebSocketTarget | ConnectorTarget | ChannelTarget;

/** Whether it is a connector, in this process or another, or at least runs in this process. */
export function isConnector(target: UpstreamTarget): boolean {
  switch (target.kind) {
    case "connector":
    case "channel":
      return true;
    case "stdio":
      return target.connector !== undefined;
    case "http":
    case "sse":
    case "ws":
      return false;
  }
}

/** One MCP server behind the gateway, every default filled in and every secret resolved. */
export interface UpstreamOptions {
  /** Unique; the part before `__` in the names of its tools. */
  readonly name: string;
  readonly target: UpstreamTarget;
  /** Longest time a call may take where its policy does not say, in ms from when it is sent. 1 to 86 400 000. */
  readonly timeoutMs: number;
  /** Longest time from start to ready, in ms. 1 to 3 600 000. */
  readonly startTimeoutMs: number;
  /** What becomes of definitions that change: see {@link DefinitionPolicy}. Default `follow`. */
  readonly definitions?: DefinitionPolicy;
  /** Whether it is left alone until somebody enables it. Default false. */
  readonly isDisabled?: boolean;
  /** Whether it is connected only when it is first called, once its lists are known from an earlier time. Default false. */
  readonly isLazy?: boolean;
  /** After this long without a call, in ms, it is disconnected until the next one; 0: never. 0 to 86 400 000. Default 0. */
  readonly idleMs?: number;
  /** How it is asked for a sign of life where its traffic gives none. */
  readonly health?: HealthCheckOptions;
  /** When calls that keep failing make it be left alone for a while. */
  readonly breaker?: BreakerOptions;
  /** Names, or patterns with `*`, of tools that nobody is shown and nobody can call; after `!` exceptions; `group:NAME` is a group of them. Default none. */
  readonly disabledTools?: readonly string[];
  /** What its configuration lacks, for instance a variable that is not set: it is disabled, and cannot be enabled, until that is there. */
  readonly obstacle?: Problem;
}

/** What can be done when the process of a server ends. */
export const restartPolicies = ["always", "on-failure", "never"] as const;

/**
 * `always`: it is started anew. `on-failure`: likewise, but one that was ready and ends with status 0 rests until it is called or an
 * operator starts it. `never`: one that was ready and ends, or is ended for what it does, is disabled until an operator enables it. One that
 * could not be started is tried again whatever this says.
 */
export type RestartPolicy = (typeof restartPolicies)[number];

/** Ways to treat what an upstream lists otherwise than before. */
export const definitionPolicies = ["follow", "pin"] as const;

/** `follow`: it is offered as it is now. `pin`: it is held back until a person approves it. */
export type DefinitionPolicy = (typeof definitionPolicies)[number];

/** What an upstream gets where its configuration is silent. */
export const upstreamDefaults = { timeoutMs: 300_000, startTimeoutMs: 30_000, definitions: "follow" } as const;

/** When an upstream is left alone where its configuration is silent. */
export const defaultBreaker: Required<BreakerOptions> = breakerDefaults;

/** What becomes of a child that ended where its configuration is silent. */
export const defaultRestart: RestartPolicy = "always";

/** What becomes of a server whose process ends; one without a process is always connected anew. */
export function restartOf(target: UpstreamTarget): RestartPolicy {
  return (target.kind === "stdio" ? target.restart : undefined) ?? defaultRestart;
}
