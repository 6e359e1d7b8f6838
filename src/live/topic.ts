import type { Role } from "../access/principal.ts";

/** What can be watched, and from which role on. */
export const topics = {
  upstreams: { from: "viewer", says: "how each server stands: states, breakers, definitions" },
  calls: { from: "viewer", says: "calls that are over" },
  jobs: { from: "viewer", says: "work that outlives a call" },
  calculations: { from: "viewer", says: "calls that tell how far they are" },
  entities: { from: "viewer", says: "resources that changed" },
  status: { from: "viewer", says: "how the gateway does, what was done to it and to its configuration" },
  alerts: { from: "operator", says: "what somebody should look at" },
  cache: { from: "operator", says: "what the result cache does" },
} as const satisfies Record<string, { readonly from: Role; readonly says: string }>;

export type Topic = keyof typeof topics;

/** Every topic. */
export const topicNames: readonly Topic[] = Object.keys(topics).filter(isTopic);

/** Whether a text names a topic. */
export function isTopic(text: unknown): text is Topic {
  return typeof text === "string" && Object.hasOwn(topics, text);
}
