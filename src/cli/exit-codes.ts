import type { ErrorCode } from "../core/error-table.ts";

/** What a command's exit status means to scripts. */
export const exitCodes = {
  ok: 0,
  /** The tool answered, and its answer is a failure. */
  toolFailed: 1,
  usage: 2,
  invalidConfig: 3,
  /** The gateway or the upstream is not there. */
  unavailable: 4,
  /** There is no such upstream, tool, prompt or resource. */
  notFound: 5,
  /** Something else failed: the message says what. */
  failed: 6,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: exitCodes.usage,
  invalid_params: exitCodes.usage,
  unsafe_listen: exitCodes.usage,
  invalid_config: exitCodes.invalidConfig,
  upstream_misconfigured: exitCodes.invalidConfig,
  upstream_unavailable: exitCodes.unavailable,
  upstream_disabled: exitCodes.unavailable,
  upstream_disconnected: exitCodes.unavailable,
  upstream_over_limit: exitCodes.unavailable,
  upstream_refused_credentials: exitCodes.unavailable,
  login_required: exitCodes.unavailable,
  login_failed: exitCodes.unavailable,
  upstream_protocol_error: exitCodes.unavailable,
  deadline_exceeded: exitCodes.unavailable,
  address_in_use: exitCodes.unavailable,
  shutting_down: exitCodes.unavailable,
  unknown_tool: exitCodes.notFound,
  unknown_prompt: exitCodes.notFound,
  resource_not_found: exitCodes.notFound,
  route_not_found: exitCodes.notFound,
  cancelled: exitCodes.interrupted,
};

/** The exit status that an error of ours ends a command with. */
export function exitCodeOf(code: ErrorCode): number {
  return statusOf[code] ?? exitCodes.failed;
}
