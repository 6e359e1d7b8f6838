import { hash as digest } from "node:crypto";
import { canonicalJson } from "../core/canonical.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";

/** How much is remembered of calls with keys. */
export interface IdempotencyOptions {
  /** How long an answer is given again, in ms from when its call began. Default 86 400 000, a day. */
  readonly keepMs?: number;
  /** Calls that are remembered; beyond, the one that began first is forgotten. Default 10 000. */
  readonly maxEntries?: number;
  /** Characters of all remembered answers together; beyond, the oldest are forgotten. Default 67 108 864. */
  readonly maxText?: number;
  /** Characters of an answer that is also kept beyond the process. Default 65 536. */
  readonly maxKeptText?: number;
}

export const idempotencyDefaults = {
  keepMs: 86_400_000,
  maxEntries: 10_000,
  maxText: 64 * 1024 * 1024,
  maxKeptText: 64 * 1024,
} as const satisfies Required<IdempotencyOptions>;

/** How a call ended that was made under a key. */
export type Ending<T> =
  /** It has its answer, which every later call with the key is given. */
  | { readonly kind: "answered"; readonly answer: T }
  /** It has an answer after which it goes on, or that says that nothing was done: that goes to whoever waits, and the key is free again. */
  | { readonly kind: "returned"; readonly answer: T }
  /** It certainly did nothing: the key is free again. */
  | { readonly kind: "undone"; readonly thrown: unknown }
  /** It may have had its effect: later calls with the key are told so. */
  | { readonly kind: "unknown"; readonly thrown: unknown };

/** How answers travel as text. */
export interface AnswerText<T> {
  readonly write: (answer: T) => string;
  readonly read: (text: string) => T;
}

/** Who calls what under which key, with what. */
export interface KeyedCall {
  readonly principal: string;
  readonly upstream: string;
  readonly tool: string;
  readonly key: string;
  readonly given: unknown;
}

/**
 * Where a remembered call stands.
 *
 * - `running`: it is under way; others with its key wait with it.
 * - `answered`: it has its answer.
 * - `unknown`: it failed, or its process ended, in such a way that it may have had its effect.
 */
type Entry<T> = { readonly fingerprint: string; readonly begunAt: number } & (
  | { readonly kind: "running"; readonly ending: Promise<Ending<T>> }
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "unknown" }
);

/**
 * Makes a call at most once for each key: whoever repeats it gets the first answer.
 *
 * Nobody waits for the store. That a call has begun is handed to it before the call is made, and its answer when it is there; until the store
 * has written that, a process that is killed leaves no trace of it.
 */
export class Idempotency<T> {
  readonly #options: Required<IdempotencyOptions>;
  readonly #clock: Clock;
  readonly #store: IdempotencyStore;
  readonly #text: AnswerText<T>;
  /** In the order in which they began. */
  readonly #entries = new Map<string, Entry<T>>();
  #textLength = 0;

  constructor(options: IdempotencyOptions, clock: Clock, store: IdempotencyStore, text: AnswerText<T>) {
    this.#options = { ...idempotencyDefaults, ...options };
    this.#clock = clock;
    this.#store = store;
    this.#text = text;
    const { keepMs, maxEntries } = this.#options;
    for (const { id, fingerprint, begunAt, answer } of store.read(clock.now() - keepMs, maxEntries)) {
      // What was under way in a process that is no more may have had its effect.
      if (answer === undefined) this.#set(id, { kind: "unknown", fingerprint, begunAt });
      else this.#set(id, { kind: "answered", fingerprint, begunAt, text: answer });
    }
  }

  /** Calls that are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * The answer to a call: of an earlier one with its key, of one that is under way, or of `run`, which then begins. `run` never rejects.
   *
   * @throws {GatewayError} `idempotency_conflict` — the key was used with other arguments; `outcome_unknown` — an earlier call with it may
   *   have had its effect; and what `run` says was thrown.
   */
  async once(
    call: KeyedCall,
    run: () => Promise<Ending<T>>,
  ): Promise<{ readonly answer: T; readonly isRepeated: boolean }> {
    const { principal, upstream, tool, key } = call;
    const id = hash(JSON.stringify([principal, upstream, tool, key]));
    const fingerprint = hash(canonicalJson(call.given));
    const earlier = this.#find(id);
    if (earlier !== undefined && earlier.fingerprint !== fingerprint) throw conflict(tool);
    switch (earlier?.kind) {
      case "answered":
        return { answer: this.#text.read(earlier.text), isRepeated: true };
      case "unknown":
        throw unknownOutcome(tool);
      case "running":
        return { answer: await answerOf(earlier.ending), isRepeated: true };
      case undefined:
        return { answer: await answerOf(this.#begin(id, fingerprint, run)), isRepeated: false };
    }
  }

  #begin(id: string, fingerprint: string, run: () => Promise<Ending<T>>): Promise<Ending<T>> {
    const begunAt = this.#clock.now();
    this.#store.keep({ id, fingerprint, begunAt, answer: undefined });
    const ending = run().then((ended) => {
      this.#end(id, { fingerprint, begunAt }, ended);
      return ended;
    });
    this.#set(id, { kind: "running", fingerprint, begunAt, ending });
    return ending;
  }

  #end(id: string, seed: Pick<Entry<T>, "fingerprint" | "begunAt">, ended: Ending<T>): void {
    // Forgotten meanwhile, for want of room.
    if (!this.#entries.has(id)) return;
    if (ended.kind === "undone" || ended.kind === "returned") {
      this.#drop(id);
      return;
    }
    if (ended.kind === "unknown") {
      this.#set(id, { kind: "unknown", ...seed });
      return;
    }
    const text = this.#text.write(ended.answer);
    this.#set(id, { kind: "answered", ...seed, text });
    if (text.length <= this.#options.maxKeptText) this.#store.keep({ id, ...seed, answer: text });
  }

  #find(id: string): Entry<T> | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.kind === "running") return entry;
    if (this.#clock.now() - entry.begunAt <= this.#options.keepMs) return entry;
    this.#drop(id);
    return undefined;
  }

  #set(id: string, entry: Entry<T>): void {
    const before = this.#entries.get(id);
    this.#textLength += textLength(entry) - textLength(before);
    this.#entries.set(id, entry);
    const { maxEntries, maxText } = this.#options;
    for (const [oldest, { kind }] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#textLength <= maxText) return;
      if (kind !== "running") this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    this.#textLength -= textLength(this.#entries.get(id));
    this.#entries.delete(id);
    this.#store.forget(id);
  }
}

function textLength<T>(entry: Entry<T> | undefined): number {
  return entry?.kind === "answered" ? entry.text.length : 0;
}

async function answerOf<T>(ending: Promise<Ending<T>>): Promise<T> {
  const ended = await ending;
  if (ended.kind === "answered" || ended.kind === "returned") return ended.answer;
  throw ended.thrown;
}

function hash(text: string): string {
  return digest("sha256", text, "base64url");
}

function conflict(tool: string): GatewayError {
  return new GatewayError(
    "idempotency_conflict",
    `The switchyard/idempotencyKey was used for "${tool}" with other arguments`,
  );
}

function unknownOutcome(tool: string): GatewayError {
  return new GatewayError(
    "outcome_unknown",
    `An earlier call of "${tool}" with this switchyard/idempotencyKey did not end well, and may have had its effect`,
  );
}
