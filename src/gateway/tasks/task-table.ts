import type { Controller } from "../../core/canceller.ts";
import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import type { TaskState } from "../../protocol/tasks.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { HeldTask } from "./held-task.ts";
import type { TaskWay } from "./task-way.ts";

/** Whose a task is: a session's, or a principal's where there are no sessions. */
export type Owner = object | string;

interface Known {
  /** As its caller knows it. */
  readonly id: string;
  readonly owner: Owner;
  readonly upstream: Upstream;
}

/** A task that is its upstream's: what is asked about it is asked there. */
export interface RelayedTask extends Known {
  readonly kind: "relayed";
  readonly upstreamId: string;
  /** How its progress and its state reach its owner. */
  readonly way: TaskWay;
  /** Ends what accompanies it. */
  readonly controller: Controller;
  /** As it was last heard of, under the caller's id. */
  state: TaskState;
}

/** A task that is kept here, as its upstream has none of its caller's generation. */
export interface KeptTask extends Known {
  readonly kind: "held";
  /** The upstream's own id where a task of the upstream is behind it from the beginning. */
  readonly upstreamId: string | undefined;
  readonly task: HeldTask;
}

/** A task that somebody may ask about. */
export type KnownTask = RelayedTask | KeptTask;

interface Row {
  readonly known: KnownTask;
  readonly lifeMs: number;
  usedAt: number;
}

/** Tasks that may be known at once, of all owners and of one. */
export const maxTasks = 10_000;
export const maxTasksOfOne = 1000;
/** Bytes of results that are held for their callers. */
export const maxHeldBytes = 64 * 1024 * 1024;
/** The longest life of a task, in ms: whatever is wished for or granted beyond that is forgotten here. */
export const maxTtlMs = 86_400_000;

const sweepMs = 30_000;

/** Why a task is forgotten whose id another has taken: its upstream must not be told to cancel that one. */
export const replaced = new GatewayError("cancelled", "The upstream has given the task's id to another");
const over = new GatewayError("cancelled", "The task is no longer kept for anybody");

/** Told of a task that is forgotten, and why. */
type Forgotten = (known: KnownTask, reason: GatewayError) => void;

/**
 * Every task that somebody may ask about by a session, or that is held here. Bounded in number, in bytes and in time: a task is forgotten
 * when its life is over and nobody has asked for it that long.
 */
export class TaskTable {
  readonly #clock: Clock;
  readonly #onForgotten: Forgotten;
  readonly #rows = new Map<string, Row>();
  readonly #byOwner = new Map<Owner, Map<string, KnownTask>>();
  readonly #byUpstream = new Map<Upstream, Map<string, KnownTask>>();
  readonly #stopSweep: () => void;
  #heldBytes = 0;

  /** `onForgotten` is told of each task that leaves, to end what is behind it. */
  constructor(clock: Clock, onForgotten: Forgotten) {
    this.#clock = clock;
    this.#onForgotten = onForgotten;
    this.#stopSweep = clock.every(sweepMs, () => {
      this.#sweep();
    });
  }

  get size(): number {
    return this.#rows.size;
  }

  /**
   * Whether one more would be taken: asked before work begins that nobody could ask about.
   *
   * @throws {GatewayError} `too_many_tasks` — the owner, or all together, have as many as may be.
   */
  checkRoom(owner: Owner): void {
    const own = this.#byOwner.get(owner)?.size ?? 0;
    if (own >= maxTasksOfOne || this.#rows.size >= maxTasks) this.#sweep();
    if ((this.#byOwner.get(owner)?.size ?? 0) >= maxTasksOfOne) throw tooMany(maxTasksOfOne, "of this client");
    if (this.#rows.size >= maxTasks) throw tooMany(maxTasks, "of all clients");
  }

  /**
   * Takes note of a task. One that has its id already is forgotten for it: servers that begin to count anew when they are started anew have
   * none of their earlier tasks left.
   *
   * @throws {GatewayError} `too_many_tasks`.
   */
  add(known: KnownTask, ttlMs: number | null): void {
    const before = this.#rows.get(known.id);
    if (before !== undefined) this.forget(before.known, replaced);
    this.checkRoom(known.owner);
    const lifeMs = Math.min(ttlMs ?? maxTtlMs, maxTtlMs);
    this.#rows.set(known.id, { known, lifeMs, usedAt: this.#clock.monotonic() });
    grouped(this.#byOwner, known.owner).set(known.id, known);
    if (known.upstreamId !== undefined) grouped(this.#byUpstream, known.upstream).set(known.upstreamId, known);
  }

  /** The task of this id, if it is this owner's. That of another looks like one that does not exist. */
  find(id: string, owner: Owner): KnownTask | undefined {
    const known = this.#byOwner.get(owner)?.get(id);
    const row = this.#rows.get(id);
    if (known === undefined || row === undefined) return undefined;
    const now = this.#clock.monotonic();
    if (now - row.usedAt > row.lifeMs) {
      this.forget(known);
      return undefined;
    }
    row.usedAt = now;
    return known;
  }

  /** The tasks of an owner, oldest first. */
  of(owner: Owner): KnownTask[] {
    this.#sweep();
    return [...(this.#byOwner.get(owner)?.values() ?? [])];
  }

  /** The task that an upstream means by this id of its own. */
  at(upstream: Upstream, upstreamId: string): KnownTask | undefined {
    return this.#byUpstream.get(upstream)?.get(upstreamId);
  }

  /** The result of a task is held from now on; where too much is, the oldest results go. */
  settled(settledTask: KnownTask): void {
    if (!this.#rows.has(settledTask.id)) return;
    this.#heldBytes += heldBytesOf(settledTask);
    for (const { known } of this.#rows.values()) {
      if (this.#heldBytes <= maxHeldBytes) return;
      if (heldBytesOf(known) > 0) this.forget(known);
    }
  }

  /** The owner is gone, and nobody else may ask about its tasks. */
  leave(owner: Owner): void {
    for (const known of this.#byOwner.get(owner)?.values() ?? []) this.forget(known);
  }

  /** Ends a task and forgets it. */
  forget(known: KnownTask, reason = over): void {
    if (!this.#rows.delete(known.id)) return;
    dropped(this.#byOwner, known.owner, known.id);
    if (known.upstreamId !== undefined) dropped(this.#byUpstream, known.upstream, known.upstreamId);
    this.#heldBytes -= heldBytesOf(known);
    this.#onForgotten(known, reason);
  }

  /** Ends every task. Safe to call twice. */
  close(): void {
    this.#stopSweep();
    for (const { known } of this.#rows.values()) this.forget(known);
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const { known, lifeMs, usedAt } of this.#rows.values()) if (now - usedAt > lifeMs) this.forget(known);
  }
}

/** The bytes of the result that is held for a task. */
function heldBytesOf(known: KnownTask): number {
  const answer = known.kind === "held" ? known.task.answer : undefined;
  return answer?.kind === "result" ? answer.result.bytes : 0;
}

function grouped<K>(groups: Map<K, Map<string, KnownTask>>, key: K): Map<string, KnownTask> {
  const group = groups.get(key) ?? new Map<string, KnownTask>();
  groups.set(key, group);
  return group;
}

function dropped<K>(groups: Map<K, Map<string, KnownTask>>, key: K, id: string): void {
  const group = groups.get(key);
  group?.delete(id);
  if (group?.size === 0) groups.delete(key);
}

function tooMany(max: number, whose: string): GatewayError {
  return new GatewayError("too_many_tasks", `${max} tasks ${whose} are known already`, { data: { max } });
}
