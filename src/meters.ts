import type { Alerts } from "./alerts/alerts.ts";
import type { Clock } from "./core/clock.ts";
import { countingCalls } from "./gateway/call-counting.ts";
import type { CallObserver } from "./gateway/ended-call.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { samplesOf } from "./gateway/gateway-samples.ts";
import type { Sessions } from "./gateway/sessions.ts";
import { CallMetrics } from "./metrics/call-metrics.ts";
import type { Reported, Sample } from "./metrics/report.ts";
import { OwnProcess } from "./vitals/own-process.ts";

/** What measures a gateway. */
export interface Meters {
  readonly observer: CallObserver;
  /** What is counted of calls since the start. */
  readonly families: Reported["families"];
  read(gateway: Gateway, sessions: Sessions, alerts: Alerts): Reported;
  /** Stops measuring. Safe to call twice. */
  close(): void;
}

/** Begins to measure: calls as they end, and this process. */
export function metersFor(clock: Clock): Meters {
  const calls = new CallMetrics();
  const own = new OwnProcess(clock);
  return {
    observer: countingCalls(calls),
    families: calls.families,
    read(gateway, sessions, alerts) {
      const open: Sample = { name: "switchyard_sessions", value: sessions.size };
      const samples = [...samplesOf(gateway), open, ...alerts.samples(), ...calls.sizes(), ...own.samples()];
      return { families: calls.families, samples };
    },
    close() {
      own.close();
    },
  };
}
