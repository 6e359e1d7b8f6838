import { type CheckResult, measured, unmeasured } from "./check-result.ts";
import { Estate, type EstateHost, type NewHost } from "./estate.ts";
import { type HostKind, type ServiceTemplate, hostKinds, templatesOf } from "./host-kinds.ts";
import { seededRandom } from "./seeded-random.ts";

/** How large an estate is, and what is seeded in it. */
export interface EstateOptions {
  /** The name of the site. Default `demo`. */
  readonly site?: string;
  /** From 0. Default 50. */
  readonly hosts?: number;
  /** On each host, from 1. Default 10. */
  readonly servicesPerHost?: number;
  /** The part of the services that have a problem, 0 to 1. Default 0.04. */
  readonly problems?: number;
  /** The same seed makes the same estate. Default 1. */
  readonly seed?: number;
}

export const estateDefaults = {
  site: "demo",
  hosts: 50,
  servicesPerHost: 10,
  problems: 0.04,
  seed: 1,
} satisfies Required<EstateOptions>;

/** How long ago at the most a problem began, in s: three days. */
const longestProblemS = 3 * 86_400;
/** How often everything is checked, in s. */
const checkEveryS = 60;

/**
 * An estate of made-up hosts with problems in it: the same for the same options and the same `nowMs`, which is the time of day in ms since 1970. Of the
 * problems some are acknowledged and some in a downtime, and one host in 100 is down.
 */
export function seedEstate(options: EstateOptions, nowMs: () => number): Estate {
  const { site, hosts, servicesPerHost, problems, seed } = { ...estateDefaults, ...options };
  const estate = new Estate({ site, nowMs });
  const random = seededRandom(seed);
  for (let at = 0; at < hosts; at += 1) {
    const kind = hostKinds[at % hostKinds.length];
    if (kind === undefined) break;
    const host = newHost(kind, at, site);
    estate.putHost(host);
    estate.putServices(host.name, templatesOf(kind, servicesPerHost));
    checkHost(estate, host.name, random() < 0.01, random);
    checkServices(estate, host.name, problems, random);
  }
  return estate;
}

/** A host of a kind at a site; `at` is its number among all, from 0. */
function newHost(kind: HostKind, at: number, site: string): NewHost {
  const number = Math.floor(at / hostKinds.length) + 1;
  const { alias, folder, os, criticality, agent, snmp } = kind;
  return {
    name: `${kind.name}${String(number).padStart(3, "0")}`,
    alias: `${alias} ${number}`,
    address: `10.${Math.floor(at / 62_500) % 250}.${Math.floor(at / 250) % 250}.${(at % 250) + 1}`,
    folder,
    labels: { "cmk/site": site, "cmk/os_family": os, role: kind.name },
    tags: { criticality, agent, snmp_ds: snmp, networking: "lan", address_family: "ip-v4-only" },
    groups: [kind.name === "switch" ? "network" : "servers"],
  };
}

function checkHost(estate: Estate, host: string, isDown: boolean, random: () => number): void {
  const now = estate.now();
  const up: CheckResult = { state: 0, output: "Packet received via smart PING", perfData: "" };
  estate.result({ host, service: undefined }, up, now - longestProblemS - Math.floor(random() * 1e6));
  if (isDown) {
    const down: CheckResult = { state: 1, output: "No IP packet received for 16 s (deadline is 15 s)", perfData: "" };
    estate.result({ host, service: undefined }, down, now - Math.floor(random() * longestProblemS));
  }
}

function checkServices(estate: Estate, host: string, problems: number, random: () => number): void {
  const isDown = (estate.hosts.get(host) satisfies EstateHost | undefined)?.state === 1;
  for (const { description: service, template } of estate.servicesOf(host).values()) {
    const now = estate.now();
    const target = { host, service };
    estate.result(target, measured(template, usualValue(template, random)), now - longestProblemS - 3600);
    const hasProblem = random() < problems;
    if (hasProblem) troubled(estate, target, template, random);
    else
      estate.result(target, measured(template, usualValue(template, random)), now - Math.floor(random() * checkEveryS));
    if (isDown && template.plugin === "ping") estate.result(target, unmeasured(template), now);
  }
}

function troubled(
  estate: Estate,
  target: { readonly host: string; readonly service: string },
  template: ServiceTemplate,
  random: () => number,
): void {
  const now = estate.now();
  const since = now - 60 - Math.floor(random() ** 2 * longestProblemS);
  const kind = random();
  const { warn, crit } = template;
  const problem =
    kind < 0.1 ? unmeasured(template) : measured(template, kind < 0.55 ? warn + (crit - warn) * 0.5 : crit * 1.05);
  estate.result(target, problem, since);
  estate.result(target, problem, now - Math.floor(random() * checkEveryS));
  const care = random();
  if (care < 0.15) {
    const comment = "Being looked at";
    const words = { author: "demo", comment, sticky: false, persistent: false, notify: false, expiresAt: undefined };
    estate.acknowledge(target, words);
  } else if (care < 0.22) {
    const downtime = { author: "demo", comment: "Planned work", startTime: now - 1800, endTime: now + 7200 };
    estate.scheduleDowntime({ ...target, ...downtime, durationS: 0, recurring: 0 });
  }
}

/** A value near the usual one, well below its levels. */
export function usualValue({ usual, warn }: ServiceTemplate, random: () => number): number {
  return Math.min(usual * (0.8 + random() * 0.4), warn * 0.95);
}
