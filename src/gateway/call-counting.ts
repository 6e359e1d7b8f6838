import type { CallMetrics } from "../metrics/call-metrics.ts";
import type { CallObserver } from "./ended-call.ts";

/** Counts every call that ends. Of its arguments and its result nothing is taken but their lengths. */
export function countingCalls(metrics: CallMetrics): CallObserver {
  return {
    ended({ record, method, outcome, code, durationMs, bytesIn, bytesOut }) {
      const { upstream, name, stages, times, attempts, cache, beganAt, explained } = record;
      metrics.ended({
        method,
        upstream,
        tool: method === "tools/call" ? name : undefined,
        outcome,
        // The words say more than the upstream's number.
        code: explained ?? code,
        stages,
        times,
        endedAt: beganAt + durationMs,
        attempts,
        bytesIn,
        bytesOut,
        cache: cache === "none" ? undefined : cache,
      });
    },
  };
}
