import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { objectOf } from "./objects.ts";
import { type Patience, waitForCompletion } from "./waiting.ts";

/** Something that was configured and is not monitored yet. */
export interface PendingChange {
  readonly id: string;
  /** Undefined: the site itself. */
  readonly user: string | undefined;
  readonly action: string;
  readonly text: string;
  /** As ISO 8601. */
  readonly time: string;
}

/** What waits for activation. */
export interface PendingChanges {
  readonly changes: readonly PendingChange[];
  /** What an activation of these very changes needs. */
  readonly etag: string | undefined;
}

/** What became of an activation at one site. */
export interface SiteActivation {
  readonly site: string;
  readonly state: "success" | "warning" | "error" | "running";
  readonly text: string;
}

/** What became of an activation. */
export interface ActivationResult {
  readonly id: string;
  readonly isRunning: boolean;
  readonly changes: number;
  /** Empty where the version does not say (before 2.4). */
  readonly sites: readonly SiteActivation[];
}

/** What is to be activated. */
export interface ActivationWish {
  /** Default: all that have changes. */
  readonly sites?: readonly string[];
  /** Also what others have changed. */
  readonly isForced: boolean;
}

const change = z.object({
  id: z.string(),
  user_id: z.string().nullish(),
  action_name: z.string(),
  text: z.string(),
  time: z.string(),
});

const pendingShape = z.object({ value: z.array(change) });

const runShape = objectOf(
  z.object({
    is_running: z.boolean().default(false),
    changes: z.array(z.unknown()).default([]),
    status_per_site: z
      .array(z.object({ site: z.string(), state: z.string().nullish(), status_text: z.string().nullish() }))
      .default([]),
  }),
);

/** Making what is configured what is monitored. */
export class Activation {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** What waits to be activated. */
  async pending(signal: AbortSignal): Promise<PendingChanges> {
    const path = ["domain-types", "activation_run", "collections", "pending_changes"];
    const { value, etag } = await this.#client.read({ method: "GET", path }, pendingShape, signal);
    const changes = value.value.map(({ id, user_id: user, action_name: action, text, time }) => {
      return { id, user: user ?? undefined, action, text, time };
    });
    return { changes, etag };
  }

  /**
   * Begins an activation of exactly these changes, and gives its id.
   *
   * @throws {CheckmkError} `changed_meanwhile` — there are others by now; `locked` — one is under way; `refused` — there is nothing to activate;
   * `unauthorized` — changes of others are among them, and `isForced` is not set or not allowed; `conflict` — a site cannot.
   */
  async start({ sites = [], isForced }: ActivationWish, etag: string, signal: AbortSignal): Promise<string> {
    const path = ["domain-types", "activation_run", "actions", "activate-changes", "invoke"];
    const body = { redirect: false, sites, force_foreign_changes: isForced };
    const { value } = await this.#client.read({ method: "POST", path, body, ifMatch: etag }, runShape, signal);
    return value.id;
  }

  /** Waits until it is over, and says what became of it; still under way when the time is over, it says that. */
  async finish(id: string, patience: Patience): Promise<ActivationResult> {
    try {
      await waitForCompletion(this.#client, ["objects", "activation_run", id], patience);
    } catch (thrown) {
      if (!(thrown instanceof CheckmkError && thrown.code === "timed_out")) throw thrown;
    }
    return this.result(id, patience.signal);
  }

  /** How an activation stands. @throws {CheckmkError} `not_found`. */
  async result(id: string, signal: AbortSignal): Promise<ActivationResult> {
    const path = ["objects", "activation_run", id];
    const { value } = await this.#client.read({ method: "GET", path }, runShape, signal);
    const { is_running: isRunning, changes, status_per_site: sites } = value.extensions;
    return {
      id,
      isRunning,
      changes: changes.length,
      sites: sites.map(({ site, state, status_text: text }) => ({ site, state: stateOf(state), text: text ?? "" })),
    };
  }
}

function stateOf(state: string | null | undefined): SiteActivation["state"] {
  return state === "success" || state === "warning" || state === "error" ? state : "running";
}
