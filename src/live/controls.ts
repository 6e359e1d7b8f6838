import { type DataOf, type Fields, count, list, number, oneOf, text, texts } from "./field.ts";
import { states } from "./messages.ts";

/** What the gateway sends besides, on every connection. */
export const controlTable = {
  connected: {
    says: "The connection stands.",
    data: {
      role: text("What you may do."),
      topics: texts("What you may watch."),
      heartbeatMs: count("How often there is a sign of life; after two without, the other side is gone."),
      maxMessageBytes: count("The longest message that you may send."),
    },
  },
  subscribed: { says: "What is watched now.", data: { topics: texts("All of it.") } },
  unsubscribed: { says: "What is watched now.", data: { topics: texts("All of it.") } },
  initial_status: {
    says: "How everything stands, as far as you may know: after a subscription to `upstreams` or `status`, and after a gap.",
    data: {
      version: text("Of the gateway."),
      upstreams: list(
        {
          name: text("The server."),
          status: oneOf(states, "Its state."),
          since: number("Since when, in ms since 1970."),
        },
        "Every server.",
      ),
    },
  },
  gap: {
    says: "Some of what happened after `since` is not told: read what you need anew.",
    data: {
      since: text("What you came back with."),
      topics: texts("What is not whole."),
      reason: oneOf(
        ["restarted", "too_old", "not_kept"],
        "The gateway is another; it is too long ago; nobody watched, so it was not kept.",
      ),
    },
  },
  heartbeat: { says: "Every 30 seconds. Its `id` moves on even where nothing else came.", data: {} },
  pong: { says: "The answer to `ping`.", data: {} },
  error: {
    says: "What you sent was not done. The connection goes on.",
    data: { code: text("A code of docs/errors.md."), message: text("One sentence.") },
  },
} as const satisfies Record<string, { readonly says: string; readonly data: Fields }>;

export type ControlType = keyof typeof controlTable;

/** The data of what is sent besides. */
export type ControlData<T extends ControlType> = DataOf<(typeof controlTable)[T]["data"]>;
