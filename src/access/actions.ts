import { GatewayError } from "../core/errors.ts";
import { type Principal, type Role, roles } from "./principal.ts";

/** What may be done with the gateway itself, from which role on. What of the upstreams may be used, grants say: see `rights.ts`. */
export const actions = {
  read_status: { from: "viewer", says: "read the status, of upstreams within its grants" },
  read_logs: { from: "operator", says: "read the logs of upstreams, and the whole status" },
  read_metrics: { from: "operator", says: "read the metrics" },
  watch_events: { from: "viewer", says: "watch what happens, of upstreams within its grants" },
  watch_operation: { from: "operator", says: "watch alerts, the cache, and whose calls and jobs there are" },
  operate_upstreams: { from: "operator", says: "try, restart, isolate, release, disable and enable upstreams" },
  operate_cache: { from: "operator", says: "see how the result cache does, clear and warm it" },
  operate_jobs: { from: "operator", says: "see jobs and schedules of others, pause, resume and end them" },
  approve_definitions: { from: "operator", says: "see what is held back, and approve it" },
  operate_alerts: {
    from: "operator",
    says: "see what is watched and what is expected of tools, and acknowledge alerts",
  },
  manage_connections: { from: "operator", says: "see who is connected, and end connections" },
  read_webhooks: { from: "operator", says: "see where what happens is sent to, and what became of it" },
  write_prompts: {
    from: "operator",
    says: "write, publish and archive prompt templates, and see how often prompts are used",
  },
  read_audit: { from: "operator", says: "read the record of calls, without arguments" },
  read_arguments: { from: "admin", says: "read arguments and results in the record of calls" },
  change_config: { from: "admin", says: "add, change and remove upstreams" },
  read_config: { from: "admin", says: "read the configuration, without secrets" },
  manage_keys: { from: "admin", says: "make, list and revoke API keys" },
} as const satisfies Record<string, { readonly from: Role; readonly says: string }>;

export type Action = keyof typeof actions;

/** Whether a role includes an action. */
export function may({ role }: Pick<Principal, "role">, action: Action): boolean {
  return roles.indexOf(role) <= roles.indexOf(actions[action].from);
}

/**
 * Lets an action pass for those whose role includes it.
 *
 * @throws {GatewayError} `forbidden` — it does not.
 */
export function checkMay(principal: Pick<Principal, "role">, action: Action): void {
  if (may(principal, action)) return;
  const { from, says } = actions[action];
  throw new GatewayError("forbidden", `The role ${principal.role} may not ${says}; from ${from} on a role may`, {
    data: { action, role: principal.role, from },
  });
}
