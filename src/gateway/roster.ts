import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "../core/errors.ts";
import type { UpstreamDeps } from "../upstream/connection.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import { isSwitchedOff, isUp } from "../upstream/state.ts";
import type { UpstreamReceiver } from "../upstream/receiver.ts";
import { factOf } from "../upstream/standing.ts";
import { Upstream } from "../upstream/upstream.ts";

/** How long calls under way may go on at an upstream that is no longer configured, in ms. */
const retireGraceMs = 30_000;

/**
 * The upstreams, and how others take their places while the gateway runs.
 *
 * One that is configured otherwise gets a *successor*, which is connected while the old one goes on serving. It takes over as soon as it
 * is up, or rests as its configuration says; one that needs a login takes over too, as only a person can help it. While it fails, the old
 * one stays for as long as that is up: a mistake in a configuration takes nothing away that works. What an operator did to the old one,
 * disabling or isolating it, goes on for the new one.
 */
export class Roster {
  readonly #deps: UpstreamDeps;
  readonly #receiver: UpstreamReceiver;
  readonly #changed: (come: readonly Upstream[]) => void;
  /** By whom each is to be followed. */
  readonly #successors = new Map<Upstream, Upstream>();
  /** Those that are tried before anybody decides whether they are wanted. */
  readonly #candidates = new Set<Upstream>();
  /** Those that are no longer configured and still have calls under way. */
  readonly #retiring = new Map<Upstream, Promise<void>>();
  #upstreams: readonly Upstream[];
  #isClosed = false;

  /** `changed` is called whenever other upstreams may be there than before, with those that were not. */
  constructor(
    options: readonly UpstreamOptions[],
    deps: UpstreamDeps,
    receiver: UpstreamReceiver,
    changed: (come: readonly Upstream[]) => void,
  ) {
    this.#deps = deps;
    this.#changed = changed;
    this.#receiver = {
      ...receiver,
      stateChanged: (upstream) => {
        this.#decideOn(upstream);
        if (this.#isSeen(upstream)) receiver.stateChanged(upstream);
      },
      // What is not there yet changes nothing that anybody sees.
      definitionsChanged: (upstream) => {
        if (this.#upstreams.includes(upstream)) receiver.definitionsChanged(upstream);
      },
    };
    this.#upstreams = options.map((each) => this.#make(each));
  }

  /** In the order in which they are configured. */
  get upstreams(): readonly Upstream[] {
    return this.#upstreams;
  }

  /** Who is to take the place of this one, once it can. */
  successorOf(upstream: Upstream): Upstream | undefined {
    return this.#successors.get(upstream);
  }

  /** Begins to connect every one. Called once. */
  start(): void {
    for (const upstream of this.#upstreams) upstream.start();
  }

  /**
   * Connects an upstream that nobody can find yet, and resolves when that was tried once. Where {@link change} names the same options it
   * is taken; else it must be given to {@link discard}.
   */
  async prepare(options: UpstreamOptions): Promise<Upstream> {
    if (this.#isClosed) throw new GatewayError("shutting_down", "The gateway is stopping");
    const candidate = this.#make(options);
    this.#candidates.add(candidate);
    candidate.start();
    await candidate.settled;
    return candidate;
  }

  /** Ends one that was prepared and was not taken. */
  async discard(candidate: Upstream): Promise<void> {
    if (this.#candidates.delete(candidate)) await candidate.close();
  }

  /**
   * Makes these the upstreams. New ones are there at once, those that are gone end when their calls under way have, what is configured
   * otherwise gets a successor, and the rest is not touched.
   *
   * Resolves when every successor has been tried once.
   */
  async change(options: readonly UpstreamOptions[]): Promise<void> {
    if (this.#isClosed) return;
    const before = this.#upstreams;
    const leaving = new Set([...before, ...this.#successors.values()]);
    const successors = new Map<Upstream, Upstream>();
    this.#upstreams = options.map((each) => {
      const current = before.find(({ name }) => name === each.name);
      const fitting = this.#fitting(each, current) ?? this.#begun(each, current);
      const isSuccessor = current !== undefined && current !== fitting;
      if (isSuccessor) successors.set(current, fitting);
      leaving.delete(fitting);
      if (isSuccessor) leaving.delete(current);
      return isSuccessor ? current : fitting;
    });
    this.#successors.clear();
    for (const [old, successor] of successors) this.#successors.set(old, successor);
    this.#adopt(options);
    this.#changed(this.#upstreams.filter((upstream) => !before.includes(upstream)));
    for (const upstream of leaving) this.#retire(upstream);
    await Promise.all([...successors].map(([old, successor]) => this.#succeed(old, successor)));
  }

  /** Ends all of them and everything under way. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#upstreams, ...this.#successors.values(), ...this.#candidates, ...this.#retiring.keys()];
    await Promise.all(all.map((upstream) => upstream.close()));
  }

  #make(options: UpstreamOptions): Upstream {
    const { events } = this.#deps;
    const upstream: Upstream = new Upstream(
      options,
      {
        ...this.#deps,
        events: {
          // Two of one name would look like one that cannot decide.
          append: (fact) => (this.#isSeen(upstream) ? events?.append(fact) : undefined),
        },
      },
      this.#receiver,
    );
    return upstream;
  }

  /** Whether what happens to it is what people know under its name: it is there, or was removed and is ending. */
  #isSeen(upstream: Upstream): boolean {
    return this.#upstreams.includes(upstream) || this.#upstreams.every(({ name }) => name !== upstream.name);
  }

  #begun(options: UpstreamOptions, current: Upstream | undefined): Upstream {
    const upstream = this.#make(options);
    const { state } = current ?? {};
    if (state?.kind === "disabled" && state.by === "operator") upstream.disable();
    upstream.start();
    return upstream;
  }

  /** One that is there already and needs no more than {@link #adopt}. */
  #fitting(options: UpstreamOptions, current: Upstream | undefined): Upstream | undefined {
    const successor = current && this.#successors.get(current);
    const known = [current, successor, ...this.#candidates].filter((each) => each !== undefined);
    const fitting = known.find((each) => isSameServer(each.options, options));
    if (fitting !== undefined) this.#candidates.delete(fitting);
    return fitting;
  }

  /** Takes over what needs no other connection. */
  #adopt(options: readonly UpstreamOptions[]): void {
    for (const each of options) {
      for (const upstream of [...this.#upstreams, ...this.#successors.values()]) {
        if (upstream.name === each.name && isSameServer(upstream.options, each)) upstream.adopt(each);
      }
    }
  }

  async #succeed(old: Upstream, successor: Upstream): Promise<void> {
    // Where nothing is there to be lost, or nothing to be waited for.
    if (isSwitchedOff(old.state) || isSwitchedOff(successor.state)) this.#takeOver(old, successor);
    await successor.settled;
    if (this.#decide(old, successor)) this.#receiver.stateChanged(successor);
  }

  #decideOn(upstream: Upstream): void {
    for (const [old, successor] of this.#successors) {
      if (upstream === old || upstream === successor) this.#decide(old, successor);
    }
  }

  /** True where the successor took over just now. */
  #decide(old: Upstream, successor: Upstream): boolean {
    if (this.#isClosed || this.#successors.get(old) !== successor) return false;
    if (!mayTakeOver(successor) && (isUp(old.state) || successor.state.kind === "starting")) return false;
    this.#takeOver(old, successor);
    return true;
  }

  #takeOver(old: Upstream, successor: Upstream): void {
    this.#successors.delete(old);
    if (old.state.kind === "quarantined") successor.isolate();
    this.#upstreams = this.#upstreams.map((each) => (each === old ? successor : each));
    if (old.state.kind !== successor.state.kind) {
      this.#deps.events?.append(factOf(successor.name, successor.state, old.state));
    }
    this.#changed([successor]);
    this.#retire(old);
  }

  #retire(upstream: Upstream): void {
    const retired = upstream.retire(retireGraceMs).finally(() => this.#retiring.delete(upstream));
    this.#retiring.set(upstream, retired);
  }
}

/** Whether it does what its configuration asks for, or all of it that it can do without a person. */
export function mayTakeOver({ state }: Upstream): boolean {
  if (isUp(state) || state.kind === "awaiting_login") return true;
  return (state.kind === "stopped" && state.why !== "closed") || isSwitchedOff(state);
}

/** Whether two configurations differ in nothing that needs another connection. In-process servers are the same only where they are one. */
function isSameServer(a: UpstreamOptions, b: UpstreamOptions): boolean {
  if (a.target !== b.target && (a.target.kind === "channel" || b.target.kind === "channel")) return false;
  return isDeepStrictEqual({ ...a, disabledTools: undefined }, { ...b, disabledTools: undefined });
}
