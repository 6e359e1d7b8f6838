/** What of a call is recorded, and how long. */
export interface AuditOptions {
  /** Whether the arguments of calls are kept, redacted. */
  readonly arguments: boolean;
  /** Whether the results are. */
  readonly results: boolean;
  /** How long rows are kept, in days. */
  readonly retentionDays: number;
  /** How large the file may become, in MiB; beyond that the oldest rows go, whatever their age. */
  readonly maxMiB: number;
  /** What is a secret besides what is known to be one. */
  readonly redact: {
    /** Names of members whose values are secrets; `*` is any characters, the case of letters does not matter. */
    readonly keys: readonly string[];
    /** By `upstream/tool`, where `*` is any characters: places such as `arguments.customer.iban` or `result.structuredContent.*.note`. */
    readonly paths: Readonly<Record<string, readonly string[]>>;
  };
}

export const auditDefaults = {
  arguments: true,
  results: true,
  retentionDays: 180,
  maxMiB: 4096,
  redact: { keys: [], paths: {} },
} as const satisfies AuditOptions;

/** Longest text of arguments, and of a result, that is kept, in characters. */
export const maxKept = 50_000;
