import { CheckmkError } from "./checkmk-error.ts";
import type { Activation, ActivationResult, ActivationWish, PendingChanges } from "./rest/activation.ts";
import type { Patience } from "./rest/waiting.ts";

/** When what was configured becomes what is monitored: when a tool is called for that, or after each change. */
export type ActivationMode = "explicit" | "automatic";

/** What a change of the configuration left behind. */
export type AfterChange =
  | { readonly kind: "pending"; readonly changes: number }
  | { readonly kind: "activated"; readonly result: ActivationResult }
  | { readonly kind: "not_activated"; readonly changes: number; readonly reason: string };

/** How an {@link Activator} works. */
export interface ActivatorOptions {
  readonly mode: ActivationMode;
  /** How long is waited for one activation after a change, in ms. */
  readonly maxMs: number;
  /** Ends activations after changes: they are several callers' own, and do not end with one of them. */
  readonly signal: AbortSignal;
}

/** How often an activation is begun anew where changes came in between its being prepared and begun. */
const maxBeginnings = 5;

/**
 * Sees to it that no change is forgotten: after each it says what waits, or activates it.
 *
 * One activation runs at a time. Changes that come meanwhile wait for its end, and are then activated together.
 */
export class Activator {
  readonly #activation: Activation;
  readonly #mode: ActivationMode;
  readonly #patience: Patience;
  #running: Promise<ActivationResult> | undefined;
  #next: Promise<ActivationResult> | undefined;

  constructor(activation: Activation, { mode, maxMs, signal }: ActivatorOptions) {
    this.#activation = activation;
    this.#mode = mode;
    this.#patience = { maxMs, signal };
  }

  /** To be asked after each change; never throws for what the site refuses, since the change itself was made. */
  async afterChange(signal: AbortSignal): Promise<AfterChange> {
    try {
      if (this.#mode === "automatic") return { kind: "activated", result: await this.#joined() };
      const { changes } = await this.#activation.pending(signal);
      return { kind: "pending", changes: changes.length };
    } catch (thrown) {
      if (!(thrown instanceof CheckmkError)) throw thrown;
      const changes = await this.#count(signal);
      // Nothing to activate: the activation before had this change already.
      if (thrown.code === "refused" && changes === 0) return { kind: "pending", changes };
      return { kind: "not_activated", changes, reason: thrown.message };
    }
  }

  /** Activates what is pending now. @throws {CheckmkError} what {@link Activation.start} throws. */
  async activate(wish: ActivationWish, patience: Patience): Promise<ActivationResult> {
    for (let beginning = 1; ; beginning += 1) {
      const pending = await this.#activation.pending(patience.signal);
      try {
        const id = await this.#activation.start(wish, etagOf(pending), patience.signal);
        return await this.#activation.finish(id, patience);
      } catch (thrown) {
        const isOvertaken = thrown instanceof CheckmkError && thrown.code === "changed_meanwhile";
        if (!isOvertaken || beginning >= maxBeginnings) throw thrown;
      }
    }
  }

  /** One for all who ask while another runs: it begins when that is over, and so holds what they all have changed. */
  #joined(): Promise<ActivationResult> {
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  async #after(running: Promise<ActivationResult> | undefined): Promise<ActivationResult> {
    // Its failure is told to those who asked for it.
    await running?.catch(() => undefined);
    this.#running = this.#next;
    this.#next = undefined;
    return this.activate({ isForced: false }, this.#patience);
  }

  async #count(signal: AbortSignal): Promise<number> {
    try {
      return (await this.#activation.pending(signal)).changes.length;
    } catch {
      // That there is trouble is told already; a number of 1 at least is what is known.
      return 1;
    }
  }
}

/** Any ETag fits where the site gives none, since checking them can be switched off. */
function etagOf({ etag = "*" }: PendingChanges): string {
  return etag;
}
