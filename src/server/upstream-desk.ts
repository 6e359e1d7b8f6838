import type { Role } from "../access/principal.ts";
import type { Settings } from "./settings.ts";

/** What became of a change. */
export interface DeskOutcome {
  /** Whether it ends with the gateway, as it stands in no file. */
  readonly isTemporary: boolean;
}

/** Whom the gateway's edge asks to change which upstreams there are, and which of their tools may be used. */
export interface UpstreamDesk {
  /**
   * Adds an upstream, and begins to connect it.
   *
   * @throws {GatewayError} `usage` — the name is taken, or the entry is wrong: `data.problems` says where; `invalid_config` — the file of the
   *   configuration cannot be read or changed.
   */
  add(name: string, server: unknown): Promise<DeskOutcome>;
  /**
   * Changes an upstream. Where it is up, what it is to be is connected first; where that fails, nothing is changed.
   *
   * @throws {GatewayError} `route_not_found`; what {@link add} throws; what keeps the changed one from being up.
   */
  change(name: string, server: unknown): Promise<DeskOutcome>;
  /** @throws {GatewayError} `route_not_found`; `usage` — a profile names it; `invalid_config`. */
  remove(name: string): Promise<DeskOutcome>;
  /** Connects it, whoever disabled it; or disconnects it. @throws {GatewayError} `route_not_found`, `invalid_config`. */
  switchUpstream(name: string, isEnabled: boolean, isTemporary: boolean): Promise<DeskOutcome>;
  /**
   * Shows one tool, or a group of them as `group:NAME`, or takes it away from everybody.
   *
   * @throws {GatewayError} `route_not_found`, `invalid_config`; `usage` — the upstream has no such tool or group, the group is `core`, or the
   *   tool's group is off.
   */
  switchTool(name: string, tool: string, isEnabled: boolean, isTemporary: boolean): Promise<DeskOutcome>;
  /**
   * Says from which role on one tool may be used; undefined: what the rest of the configuration says, or the tool itself.
   *
   * @throws {GatewayError} as {@link switchTool}.
   */
  limitTool(name: string, tool: string, role: Role | undefined): Promise<DeskOutcome>;
  /**
   * Every setting as the file says it now, without secrets.
   *
   * @throws {GatewayError} `invalid_config` — the file cannot be read, or is wrong: what runs is then what it was before.
   */
  settings(): Promise<Settings>;
}
