import type { ErrorRow } from "./error-row.ts";

/** Ways in which a policy refuses a call: rows of the error table. */
export const policyErrors = {
  rate_limited: {
    http: 429,
    rpc: 42902,
    severity: "LOW",
    category: "performance",
    retryable: true,
    suggestion:
      "Wait for as long as the error says. How often may be called stands in the configuration under rateLimit.",
  },
  upstream_busy: {
    http: 503,
    rpc: 50315,
    severity: "MEDIUM",
    category: "performance",
    retryable: true,
    suggestion: "Wait for as long as the error says, make fewer calls at once, or raise concurrency of this server.",
  },
  confirmation_required: {
    http: 409,
    rpc: 40906,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: 'Send {"confirmed": true} where that is what you want.',
  },
  idempotency_conflict: {
    http: 409,
    rpc: 40901,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Use a new switchyard/idempotencyKey for a call with other arguments.",
  },
  outcome_unknown: {
    http: 409,
    rpc: 40902,
    severity: "HIGH",
    category: "data",
    retryable: false,
    suggestion:
      "An earlier call with this switchyard/idempotencyKey may have had its effect. Check that; a call with a new key is made again.",
  },
} as const satisfies Record<string, ErrorRow>;
