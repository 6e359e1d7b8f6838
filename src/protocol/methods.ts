/** Requests that a client of every legacy revision may send, besides `initialize`. */
export const legacyRequests: readonly string[] = [
  "ping",
  "logging/setLevel",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "prompts/list",
  "prompts/get",
  "completion/complete",
];

/** Requests about experimental tasks that a client of 2025-11-25 may send besides (basic/utilities/tasks). */
export const legacyTaskRequests: readonly string[] = ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"];

/** Requests that a client of 2026-07-28 may send. */
export const modernRequests: readonly string[] = [
  "server/discover",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "subscriptions/listen",
  "tasks/get",
  "tasks/update",
  "tasks/cancel",
];

/** Results that carry `ttlMs` and `cacheScope` from 2026-07-28 on (server/utilities/caching, Cacheable Results). */
export const cacheableMethods: ReadonlySet<string> = new Set([
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]);
