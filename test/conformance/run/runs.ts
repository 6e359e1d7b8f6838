import type { FixtureEra } from "../fixture-upstream.ts";

/** A dated list of scenarios that an implementation must pass. */
export type RequirementSet = "2025-11-25" | "2026-07-28";

/** Once through a list of scenarios. */
export interface Run {
  readonly name: string;
  readonly requirements: RequirementSet;
  /** What the suite plays with: the gateway, as a server or as a client, or the fixture itself. */
  readonly subject:
    | { readonly kind: "server" | "fixture"; readonly upstream: FixtureEra }
    | { readonly kind: "client" };
}

function server(upstream: FixtureEra, requirements: RequirementSet): Run {
  return { name: `server-${upstream}-${year(requirements)}`, requirements, subject: { kind: "server", upstream } };
}

function client(requirements: RequirementSet): Run {
  return { name: `client-${year(requirements)}`, requirements, subject: { kind: "client" } };
}

function fixture(upstream: FixtureEra, requirements: RequirementSet): Run {
  return { name: `fixture-${upstream}-${year(requirements)}`, requirements, subject: { kind: "fixture", upstream } };
}

function year(requirements: RequirementSet): string {
  return requirements.slice(0, 4);
}

/** What is run: the gateway in front of an upstream of either era, and behind the suite's own servers. */
export const runs: readonly Run[] = [
  server("legacy", "2025-11-25"),
  server("modern", "2025-11-25"),
  server("legacy", "2026-07-28"),
  server("modern", "2026-07-28"),
  client("2025-11-25"),
  client("2026-07-28"),
];

/** What proves the fixture, without the gateway; run by name only. */
export const proofs: readonly Run[] = [fixture("legacy", "2025-11-25"), fixture("modern", "2026-07-28")];
