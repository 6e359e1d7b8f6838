import type { HostState, ServiceState } from "./monitoring.ts";
import { anyUse, estateUse, hostUse, listUses, stateUse } from "./uses.ts";

/** How something monitored stands, as far as it is watched. */
export interface Standing {
  readonly state: HostState | ServiceState;
  readonly isAcknowledged: boolean;
  readonly isInDowntime: boolean;
}

/** Something that is not as it was when it was last looked at. */
export type Change =
  | {
      readonly kind: "standing";
      readonly site: string;
      readonly host: string;
      /** Undefined: the host itself. */
      readonly description: string | undefined;
      /** Undefined: it was well, or never checked. */
      readonly before: Standing | undefined;
      /** Undefined: it is no longer monitored. */
      readonly after: Standing | undefined;
      /** What its last check said. */
      readonly output: string;
    }
  | {
      /** A site was started anew, as it is when changes are activated: anything may be there that was not, or be gone. */
      readonly kind: "restarted";
      readonly site: string;
    }
  | {
      /** It answers no more, or again. */
      readonly kind: "reached";
      readonly site: string;
      /** Undefined where it answers. */
      readonly reason: string | undefined;
    };

/** What answers are made from that are not so any more. */
export function usesOf(change: Change): readonly string[] {
  if (change.kind !== "standing") return [anyUse];
  const { host, description, before, after } = change;
  const of = description === undefined ? "hosts" : "services";
  const well = description === undefined ? (["UP", "PENDING"] as const) : (["OK", "PENDING"] as const);
  const states = new Set([
    ...(before === undefined ? well : [before.state]),
    ...(after === undefined ? [] : [after.state]),
  ]);
  return [estateUse, hostUse(host), listUses[of], ...[...states].map((state) => stateUse(of, state))];
}

/** The change in a sentence. */
export function toldChange(change: Change): string {
  switch (change.kind) {
    case "restarted":
      return `The site ${change.site} was started anew`;
    case "reached":
      return change.reason === undefined
        ? `The site ${change.site} answers again`
        : `The site ${change.site} does not answer: ${change.reason}`;
    case "standing": {
      const { host, description, before, after, output } = change;
      const name = description === undefined ? host : `${host}, ${description}`;
      return `${name}: ${became(before, after)}${output === "" ? "" : ` – ${output}`}`;
    }
  }
}

function became(before: Standing | undefined, after: Standing | undefined): string {
  if (after === undefined) return "is no longer monitored";
  const was = before ?? { state: after.state, isAcknowledged: false, isInDowntime: false };
  const said: string[] = [];
  if (was.state !== after.state) said.push(`was ${was.state}, is ${after.state}`);
  else if (before === undefined) said.push(`is ${after.state}`);
  if (was.isAcknowledged !== after.isAcknowledged)
    said.push(after.isAcknowledged ? "is acknowledged" : "is acknowledged no more");
  if (was.isInDowntime !== after.isInDowntime)
    said.push(after.isInDowntime ? "its downtime began" : "its downtime is over");
  return said.length === 0 ? `was something else meanwhile, and is ${after.state} again` : said.join(", ");
}

/** The address of what changed. */
export function uriOf(change: Change): string {
  if (change.kind !== "standing") return `checkmk://sites/${encodeURIComponent(change.site)}`;
  const { host, description } = change;
  const path = `checkmk://hosts/${encodeURIComponent(host)}`;
  return description === undefined ? path : `${path}/services/${encodeURIComponent(description)}`;
}
