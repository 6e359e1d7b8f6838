import { ManualClock } from "../../src/core/manual-clock.ts";
import { codecsFor } from "../../src/protocol/codecs.ts";
import { Guardian } from "../../src/transport/guardian.ts";
import type { UpstreamDeps } from "../../src/upstream/connection.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import type { UpstreamReceiver } from "../../src/upstream/receiver.ts";
import { Upstream } from "../../src/upstream/upstream.ts";
import type { ScriptedServer } from "./scripted-server.ts";

/** Who a gateway of a test says that it is. */
export const identity = { name: "switchyard", title: "Switchyard", version: "0" };

/** What upstreams of a test share: time stands still, and there is no jitter. */
export function standDeps(clock: ManualClock): UpstreamDeps & { readonly clock: ManualClock } {
  return { clock, random: () => 1, codecs: codecsFor(identity), identity, guardian: new Guardian() };
}

/** Hears everything and does nothing of it. */
export const deaf: UpstreamReceiver = {
  stateChanged: () => undefined,
  definitionsChanged: () => undefined,
  factsFound: () => undefined,
  notification: () => undefined,
  warned: () => undefined,
};

/** What a stand may have otherwise. */
export interface StandParts {
  readonly options?: Partial<UpstreamOptions>;
  readonly deps?: Partial<UpstreamDeps>;
  readonly receiver?: Partial<UpstreamReceiver>;
}

/** An upstream by itself, `up`, before a scripted server in this process; not yet started. */
export function upstreamStand(
  server: ScriptedServer,
  { options, deps, receiver }: StandParts = {},
  clock: ManualClock = new ManualClock(),
): { readonly clock: ManualClock; readonly upstream: Upstream } {
  const target = { kind: "channel", open: server.open } as const;
  const upstream = new Upstream(
    { name: "up", target, timeoutMs: 1000, startTimeoutMs: 10_000, ...options },
    { ...standDeps(clock), ...deps },
    { ...deaf, ...receiver },
  );
  return { clock, upstream };
}
