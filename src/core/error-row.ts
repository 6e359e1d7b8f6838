/** How bad a failure is for the person who runs the gateway. */
export type Severity = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

/** What kind of trouble a failure is. */
export type Category = "security" | "validation" | "data" | "system" | "performance" | "network";

/** What is so of every failure of one code. */
export interface ErrorRow {
  /** HTTP status of an answer that carries this error. */
  readonly http: number;
  /** JSON-RPC code. The standard's own codes for protocol errors, else outside −32768..−32000 (MCP 2026-07-28, basic, Error Codes). */
  readonly rpc: number;
  readonly severity: Severity;
  readonly category: Category;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What the person should do. */
  readonly suggestion: string;
}
