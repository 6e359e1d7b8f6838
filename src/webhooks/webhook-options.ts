import type { Topic } from "../live/topic.ts";

/** Where what happens is sent to. */
export interface WebhookOptions {
  readonly name: string;
  /** `http` or `https`. */
  readonly url: string;
  /** What messages are signed with: `whsec_` and base64, or any text of at least 24 characters. */
  readonly secret: string;
  readonly topics: readonly Topic[];
  /** Patterns of message types, with `*` for any characters; those after `!` are exceptions. Empty: all of the topics. */
  readonly types: readonly string[];
}
