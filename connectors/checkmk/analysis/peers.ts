import type { HostRow } from "../monitoring.ts";
import { hostStatus } from "./dashboard.ts";

/** How a host stands among those like it. */
export interface PeerComparison {
  /** Why they are alike: `folder /servers/web`. */
  readonly basis: string;
  /** How many, without the host itself. */
  readonly count: number;
  readonly meanHealthPercent: number;
  /** The host's health less the mean, in percent. */
  readonly difference: number;
  /** 1 for the healthiest; hosts as healthy as this one do not count. */
  readonly rank: number;
  /** The worst of them, worst first. */
  readonly worse: readonly { readonly name: string; readonly healthPercent: number }[];
}

/** Peers that are compared at most. */
export const mostPeers = 500;

const listed = 5;

/** Compares a host with others that are like it; undefined where there are none. */
export function comparePeers(host: HostRow, others: readonly HostRow[], basis: string): PeerComparison | undefined {
  const peers = others.filter((other) => other.name !== host.name || other.site !== host.site).slice(0, mostPeers);
  if (peers.length === 0) return undefined;
  const own = hostStatus(host, []).healthPercent;
  const healths = peers.map((peer) => ({ name: peer.name, healthPercent: hostStatus(peer, []).healthPercent }));
  const mean = healths.reduce((sum, { healthPercent }) => sum + healthPercent, 0) / healths.length;
  return {
    basis,
    count: peers.length,
    meanHealthPercent: toTenth(mean),
    difference: toTenth(own - mean),
    rank: 1 + healths.filter(({ healthPercent }) => healthPercent > own).length,
    worse: healths
      .filter(({ healthPercent }) => healthPercent < own)
      .toSorted((one, other) => one.healthPercent - other.healthPercent || one.name.localeCompare(other.name))
      .slice(0, listed),
  };
}

function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
