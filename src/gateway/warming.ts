import { localPrincipal } from "../access/principal.ts";
import type { WarmCall, WarmOptions } from "../cache/cache-options.ts";
import type { StopTimer } from "../core/clock.ts";
import { Gate } from "../core/gate.ts";
import { GatewayError } from "../core/errors.ts";
import { dispatch } from "./dispatch.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";

/** How the calls went that were made beforehand. */
export interface WarmReport {
  /** Calls that went well and whose results may be kept. */
  readonly warmed: number;
  /** Calls that failed, or whose results may not be kept. */
  readonly failed: number;
  /** Calls that were not made, as their upstream is not ready. */
  readonly skipped: number;
  /** What was wrong with those that failed, a sentence each; at most 20. */
  readonly problems: readonly string[];
}

/** How one went: for a failed one, what was wrong. */
type Outcome = "warmed" | "skipped" | { readonly problem: string };

const maxProblems = 20;

/** Calls that are made beforehand at one time: those of people come first. */
const atOnce = 3;

/** Makes the calls of a list before anybody asks, so that their results are there: when an upstream becomes ready, and every so often. */
export class Warming {
  readonly #calls: readonly WarmCall[];
  readonly #gateway: Gateway;
  readonly #gate = new Gate(atOnce);
  readonly #closing = new AbortController();
  readonly #stopTimer: StopTimer | undefined;
  /** Since when each upstream is ready, when its calls were last made for that. */
  readonly #readySince = new WeakMap<Upstream, number>();

  constructor(gateway: Gateway, { everyMs, calls }: Required<WarmOptions>) {
    this.#gateway = gateway;
    this.#calls = calls;
    if (calls.length === 0) return;
    this.#stopTimer = gateway.deps.clock.every(everyMs, () => void this.warm());
  }

  /** Has the calls to an upstream made, where it has become ready. */
  upstreamChanged(upstream: Upstream): void {
    const { state } = upstream;
    if (this.#calls.length === 0 || state.kind !== "ready" || this.#readySince.get(upstream) === state.since) return;
    this.#readySince.set(upstream, state.since);
    void this.#make(this.#calls.filter((call) => call.upstream === upstream.name));
  }

  /** Makes every call now. Never rejects. */
  warm(): Promise<WarmReport> {
    return this.#make(this.#calls);
  }

  /** Ends what is under way, and begins no more. Safe to call twice. */
  close(): void {
    this.#stopTimer?.();
    this.#closing.abort(new GatewayError("shutting_down", "The gateway is stopping"));
  }

  async #make(calls: readonly WarmCall[]): Promise<WarmReport> {
    const outcomes = await Promise.all(calls.map((call) => this.#one(call)));
    const problems = outcomes.flatMap((outcome) => (typeof outcome === "string" ? [] : [outcome.problem]));
    const count = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length;
    return {
      warmed: count("warmed"),
      failed: problems.length,
      skipped: count("skipped"),
      problems: problems.slice(0, maxProblems),
    };
  }

  async #one(call: WarmCall): Promise<Outcome> {
    const { signal } = this.#closing;
    let leave: () => void;
    try {
      leave = await this.#gate.enter(signal);
    } catch {
      return "skipped";
    }
    try {
      // Looked at when it is its turn. One that is not well has enough to do.
      const upstream = this.#gateway.upstreams.find(({ name }) => name === call.upstream);
      if (upstream?.state.kind !== "ready") return "skipped";
      return await this.#call(call, signal);
    } finally {
      leave();
    }
  }

  /** Through the whole call path, as the machine's own. */
  async #call({ upstream, tool, arguments: given }: WarmCall, signal: AbortSignal): Promise<Outcome> {
    const controller = new AbortController();
    const end = (): void => {
      controller.abort(signal.reason);
    };
    signal.addEventListener("abort", end);
    const inbound: Inbound = {
      route: { kind: "upstream", name: upstream },
      codec: this.#gateway.deps.codecs["2025-11-25"],
      method: "tools/call",
      params: { name: tool, arguments: given },
      session: undefined,
      caller: { info: undefined, capabilities: {} },
      controller,
      notify: () => undefined,
      origin: { entrance: "internal", address: undefined },
      isWarming: true,
      principal: localPrincipal,
      ask: undefined,
    };
    const { answer, failure } = await dispatch(this.#gateway, inbound, `warm ${tool}`);
    signal.removeEventListener("abort", end);
    const isGood = answer.kind === "result" && answer.result.value["isError"] !== true;
    return isGood ? "warmed" : { problem: `${upstream}/${tool}: ${failure?.message ?? "the tool failed"}` };
  }
}
