import type { Clock, StopTimer } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";

/** How often an upstream is asked for a sign of life. */
export interface HealthCheckOptions {
  /** Time without traffic after which it is asked, in ms; 0: never. Default 30 000. */
  readonly intervalMs?: number;
  /** Longest time it may take to answer, in ms. Default 10 000. */
  readonly timeoutMs?: number;
  /** Time from a check that failed to the next one, in ms. Default 5000. */
  readonly retryMs?: number;
  /** Checks in a row that must fail before the connection is given up. Default 3. */
  readonly failures?: number;
}

export const healthCheckDefaults = {
  intervalMs: 30_000,
  timeoutMs: 10_000,
  retryMs: 5000,
  failures: 3,
} as const satisfies Required<HealthCheckOptions>;

/** What a health check works on. */
export interface HealthCheckDeps {
  readonly clock: Clock;
  /** Asks for a sign of life; resolves with any answer at all. */
  readonly ping: (signal: AbortSignal) => Promise<unknown>;
  /** It did not answer, for the first time since it last did. */
  readonly worsened: (problem: GatewayError) => void;
  /** It answers again. */
  readonly recovered: () => void;
  /** It did not answer so often that its connection is of no more use. */
  readonly gaveUp: (problem: GatewayError) => void;
}

/**
 * Asks one connected upstream for a sign of life, where its traffic gives none. Traffic costs nothing here: who hears something sets a
 * flag that the next check takes for an answer.
 */
export class HealthCheck {
  readonly #options: Required<HealthCheckOptions>;
  readonly #deps: HealthCheckDeps;
  readonly #closing = new AbortController();
  #isHeard = false;
  #failures = 0;
  #stopTimer: StopTimer | undefined;

  constructor(options: HealthCheckOptions, deps: HealthCheckDeps) {
    this.#options = { ...healthCheckDefaults, ...options };
    this.#deps = deps;
    if (this.#options.intervalMs > 0) this.#wait(this.#options.intervalMs);
  }

  /** Something came from the upstream. */
  heard(): void {
    this.#isHeard = true;
  }

  /** Ends the checks. Safe to call twice. */
  close(): void {
    this.#stopTimer?.();
    this.#closing.abort(new GatewayError("cancelled", "The health check was ended"));
  }

  #wait(ms: number): void {
    if (this.#closing.signal.aborted) return;
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      void this.#check();
    });
  }

  async #check(): Promise<void> {
    if (this.#isHeard) {
      this.#isHeard = false;
      this.#well();
      return;
    }
    const { signal } = this.#closing;
    const { timeoutMs } = this.#options;
    const limit = deadline(this.#deps.clock, timeoutMs, signal, () => silent(timeoutMs));
    try {
      await this.#deps.ping(limit.signal);
    } catch (thrown) {
      if (!signal.aborted) this.#ill(toGatewayError(thrown));
      return;
    } finally {
      limit.stop();
    }
    if (!signal.aborted) this.#well();
  }

  #well(): void {
    if (this.#failures > 0) this.#deps.recovered();
    this.#failures = 0;
    this.#wait(this.#options.intervalMs);
  }

  #ill(problem: GatewayError): void {
    this.#failures += 1;
    if (this.#failures >= this.#options.failures) {
      this.#deps.gaveUp(problem);
      return;
    }
    if (this.#failures === 1) this.#deps.worsened(problem);
    this.#wait(this.#options.retryMs);
  }
}

function silent(timeoutMs: number): GatewayError {
  return new GatewayError(
    "upstream_unresponsive",
    `The upstream is connected, but did not answer a health check within ${timeoutMs} ms`,
    { data: { stage: "health" } },
  );
}
