import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { fixtureV1Http, fixtureV2Http } from "./fixture-http.ts";
import { fixtureTmcpHttp } from "./fixture-tmcp.ts";
import { type Rig, httpUpstream, scriptUpstream } from "./rig.ts";

/** The fixture servers, on three SDKs, and the revision that each speaks with the gateway. Each server's name is its upstream's. */
export const revisionOf = {
  "legacy-http": "2025-11-25",
  "legacy-stdio": "2025-11-25",
  "modern-http": "2026-07-28",
  "modern-stdio": "2026-07-28",
  "tmcp-legacy": "2025-06-18",
  "tmcp-modern": "2026-07-28",
} as const;

/** A fixture server's name. */
export type Fixture = keyof typeof revisionOf;

/** The names of the fixture servers. */
export const fixtures = [
  "legacy-http",
  "legacy-stdio",
  "modern-http",
  "modern-stdio",
  "tmcp-legacy",
  "tmcp-modern",
] as const satisfies readonly Fixture[];

/** Starts those that have an address, and says how the others are started. */
export async function startFixtures(rig: Rig): Promise<UpstreamOptions[]> {
  const legacy = rig.use(await fixtureV1Http("legacy-http"));
  const modern = rig.use(await fixtureV2Http("modern-http"));
  const tmcpLegacy = rig.use(await fixtureTmcpHttp("tmcp-legacy", "legacy"));
  const tmcpModern = rig.use(await fixtureTmcpHttp("tmcp-modern", "both"));
  return [
    httpUpstream("legacy-http", legacy.url),
    scriptUpstream("legacy-stdio", new URL("fixture-v1-stdio.ts", import.meta.url), "legacy-stdio"),
    httpUpstream("modern-http", modern.url),
    scriptUpstream("modern-stdio", new URL("fixture-v2-stdio.ts", import.meta.url), "modern-stdio"),
    httpUpstream("tmcp-legacy", tmcpLegacy.url),
    httpUpstream("tmcp-modern", tmcpModern.url),
  ];
}

const noAnnotations = "tmcp drops the annotations of content: its schema of a result does not have them";

/** What a fixture server's SDK cannot do, and why: tests of that are skipped. */
export const serverLacks: Readonly<Partial<Record<Fixture, { readonly annotations: string }>>> = {
  "tmcp-legacy": { annotations: noAnnotations },
  "tmcp-modern": { annotations: noAnnotations },
};
