import type { Clock } from "../core/clock.ts";
import { type EventLog, isFrequent } from "../events/event-log.ts";
import type { Event } from "../events/fact.ts";
import { idOf, messageText } from "../live/envelope.ts";
import { messagesOf } from "../live/translate.ts";
import { filtering } from "../live/wish.ts";
import { posterTo } from "./post.ts";
import { type Delivery, Webhook, type WebhookStatus } from "./webhook.ts";
import type { WebhookOptions } from "./webhook-options.ts";

/** What webhooks are made with. */
export interface WebhooksDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: EventLog;
}

/** Sends what happens to the receivers that the configuration names, as operators are told it. What happens often is not sent. */
export class Webhooks {
  readonly #hooks: ReadonlyMap<string, Webhook>;
  readonly #stop: () => void;

  constructor(options: readonly WebhookOptions[], { clock, random, log }: WebhooksDeps) {
    const hooks = options.map((each) => {
      const check = filtering({ upstream: [], tool: [], type: each.types });
      const topics = new Set(each.topics);
      return { topics, check, hook: new Webhook(each, { clock, random, poster: posterTo(each.url, clock) }) };
    });
    this.#hooks = new Map(hooks.map(({ hook }) => [hook.status().name, hook]));
    const tell = (event: Event): void => {
      if (isFrequent(event.type)) return;
      for (const [place, message] of messagesOf(event).entries()) {
        // One event can be two messages, of which each is sent under an id of its own.
        const id = `${idOf(log, event.seq)}-${place}`;
        for (const { topics, check, hook } of hooks) {
          if (!topics.has(message.topic) || check?.(message) === false) continue;
          hook.send({ id, type: message.type, body: messageText(message, event.at, true, id) });
        }
      }
    };
    this.#stop = hooks.length === 0 ? () => undefined : log.subscribe(tell);
  }

  /** How each does. */
  status(): WebhookStatus[] {
    return [...this.#hooks.values()].map((hook) => hook.status());
  }

  /** What became of the latest messages to one; undefined where there is none of this name. */
  deliveries(name: string): Delivery[] | undefined {
    return this.#hooks.get(name)?.deliveries();
  }

  /** Sends nothing more; what waits is given up. Safe to call twice. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#hooks.values()].map((hook) => hook.close()));
  }
}
