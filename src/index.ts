export { startSwitchyard, type LoginOptions, type Switchyard, type SwitchyardOptions } from "./gateway.ts";
export { errorTable, type Category, type ErrorCode, type Severity } from "./core/error-table.ts";
export { GatewayError, type ErrorData } from "./core/errors.ts";
export { causeTable, type CauseCode, type CauseRow } from "./explain/cause-table.ts";
export { explainError, type Explanation, type FailureContext } from "./explain/explain.ts";
export { loadConfig } from "./config/load.ts";
export { configJsonSchema } from "./config/schema.ts";
export type { Config, ConfigSource } from "./config/config.ts";
export type { CacheOptions, WarmCall, WarmOptions } from "./cache/cache-options.ts";
export type { CachePolicy, CacheScope, TtlClass } from "./policy/cache-policy.ts";
export type { SessionOptions } from "./gateway/session-options.ts";
export type {
  CatalogOptions,
  EntryOverride,
  ParameterOverride,
  ProfileOptions,
  ProfileUpstream,
  SearchMode,
  SearchOptions,
  ToolOverride,
} from "./gateway/catalog-options.ts";
export type { GatewayStatus, ProfileStatus, UpstreamLog, UpstreamStatus } from "./gateway/status.ts";
export type { KeepingStatus } from "./gateway/keeping.ts";
export type { QuarantineStatus } from "./gateway/approval.ts";
export type { BulkheadOptions } from "./policy/bulkhead.ts";
export type { CallPolicy, UpstreamPolicy, WrittenPolicies } from "./policy/call-policy.ts";
export type { FallbackOptions } from "./policy/fallback.ts";
export type { CallerLimits, RateLimit } from "./policy/rate-limit.ts";
export type { RetryOptions } from "./policy/retry.ts";
export type { Route } from "./gateway/route.ts";
export type { ListenOptions } from "./server/listen-options.ts";
export type { HttpServer } from "./server/server.ts";
export type { Channel, ChannelEnd, ChannelReceiver } from "./transport/channel.ts";
export { memoryPair } from "./transport/memory.ts";
export { ownStdio, type OwnStreams } from "./transport/own-stdio.ts";
export type {
  ChannelTarget,
  HttpTarget,
  SseTarget,
  StdioTarget,
  UpstreamOptions,
  UpstreamTarget,
  WebSocketTarget,
} from "./upstream/options.ts";
export { upstreamDefaults } from "./upstream/options.ts";
export type { ProcessUsage } from "./upstream/child-watch.ts";
export type { EntryKind, JournalEntry } from "./upstream/journal.ts";
export type { Limit, WrittenLimits } from "./upstream/limits.ts";
export type { OAuthSettings } from "./upstream/oauth/settings.ts";
export {
  watchWork,
  workLimitDefaults,
  type WorkLimits,
  type WorkMonitorOptions,
  type WorkUse,
} from "./vitals/work-monitor.ts";
export type { TracingOptions } from "./traces/options.ts";
export { systemClock, type Clock } from "./core/clock.ts";
export type { DefinitionFact, DefinitionKind } from "./upstream/definition-facts.ts";
export type { DefinitionPolicy } from "./upstream/options.ts";
export type { Problem, Stage, UpstreamState } from "./upstream/state.ts";
