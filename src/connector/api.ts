/* The public entry `switchyard/connector`. */
export {
  type AnswerTerms,
  type Connector,
  type ConnectorContext,
  type ConnectorDefinition,
  type Content,
  type EntityChange,
  type Hook,
  type HookRequest,
  type LaterOffer,
  type Offer,
  type Prompt,
  type PromptMessage,
  type Resource,
  type ResourceContent,
  type Tool,
  type ToolAnnotations,
  type ToolAnswer,
  type ToolCall,
  type ToolDefinition,
  ToolFailure,
  defineConnector,
  inGroup,
  tool,
} from "./connector.ts";
export { type OpenConnector, openConnector } from "./open-connector.ts";
export { serveConnector } from "./serve-connector.ts";
export { type Cached, type CachedOptions, cached } from "../cache/cached.ts";
export { type Clock, systemClock } from "../core/clock.ts";
export { sleep } from "../core/sleep.ts";
export { type Explanation, type FailureContext, explainError } from "../explain/explain.ts";
export type { BreakerOptions, BreakerState } from "../policy/breaker.ts";
export type { BulkheadOptions } from "../policy/bulkhead.ts";
export type { RateLimit } from "../policy/rate-limit.ts";
export type { RetryOptions } from "../policy/retry.ts";
export {
  CircuitBreaker,
  type Operation,
  type RetryOperationOptions,
  type TimedOperation,
  type ToolkitDeps,
  bulkhead,
  fallback,
  rateLimit,
  retry,
  timed,
} from "../policy/toolkit.ts";
export type { WorkLimits, WorkUse } from "../vitals/work-monitor.ts";
export { type BatchOptions, type BatchOutcome, batch } from "./toolkit/batch.ts";
export { type Signature, isSigned } from "./toolkit/signature.ts";
export { type Page, type PagesOptions, streamPages } from "./toolkit/pages.ts";
export { type TrackOptions, trackProgress } from "./toolkit/progress.ts";
export { type ResilientOptions, mayPass, resilient } from "./toolkit/resilient.ts";
export { ResourceMonitor, type ResourceMonitorOptions } from "./toolkit/resource-monitor.ts";
