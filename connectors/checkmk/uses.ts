import type { HostState, ServiceState } from "./monitoring.ts";

/* What kept answers are made from, by name: what is told to have `changed` drops those, and leaves the rest. */

/** Answers about the estate as a whole, or about many hosts: whatever changes on any host changes them. */
export const estateUse = "estate";

/** Every answer that names what it is made from has this among it. */
export const anyUse = "checkmk";

/** Answers about one host and its services alone. */
export function hostUse(name: string): string {
  return `host:${name}`;
}

/** Answers from the rules of a ruleset. */
export function rulesetUse(name: string): string {
  return `ruleset:${name}`;
}

/** Answers about hosts, or services, whichever they are. */
export const listUses = { hosts: "hosts", services: "services" } as const;

/** Answers about the hosts, or services, that are in a state. */
export function stateUse(of: keyof typeof listUses, state: HostState | ServiceState): string {
  return `${of}:${state}`;
}
