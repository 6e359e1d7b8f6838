import type { ErrorRow } from "./error-row.ts";

/** Ways in which work on prompt templates is refused: rows of the error table. */
export const promptErrors = {
  prompt_not_found: {
    http: 404,
    rpc: 40405,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion:
      "`switchyard prompts list` shows the prompt templates, `switchyard prompts show NAME` the versions of one.",
  },
  prompt_conflict: {
    http: 409,
    rpc: 40907,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Look at the version that is the latest now, and save yours again where it should follow that.",
  },
} as const satisfies Record<string, ErrorRow>;
