import type { Upstream } from "../upstream/upstream.ts";

/** What an operator may do to an upstream, by name; none of it lasts longer than the gateway. */
export const operations: ReadonlyMap<string, (upstream: Upstream) => void> = new Map([
  ["try", (upstream) => upstream.tryNow()],
  ["restart", (upstream) => upstream.restart()],
  ["isolate", (upstream) => upstream.isolate()],
  ["release", (upstream) => upstream.release()],
  ["disable", (upstream) => upstream.disable()],
  ["enable", (upstream) => upstream.enable()],
]);
