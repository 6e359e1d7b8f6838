import type { Access } from "../access/access.ts";
import type { Alerts } from "../alerts/alerts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Sessions } from "../gateway/sessions.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Schedules } from "../jobs/schedules/schedules.ts";
import type { LiveHub } from "../live/hub.ts";
import type { CacheApi } from "./cache-api.ts";
import type { Prompts } from "../prompts/prompts.ts";
import type { PromptUses } from "../prompts/uses.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { Connections } from "./connections.ts";
import type { ReadMetrics } from "./metrics-api.ts";
import type { UpstreamDesk } from "./upstream-desk.ts";

/** What the REST side serves. */
export interface ApiDeps {
  readonly gateway: Gateway;
  readonly sessions: Sessions;
  readonly access: Access;
  /** Whom operators' changes of upstreams go to. */
  readonly desk: UpstreamDesk;
  readonly cache: CacheApi;
  /** What is on record; undefined where nothing is. */
  readonly trail: AuditTrail | undefined;
  readonly metrics: ReadMetrics;
  readonly jobs: Jobs;
  readonly schedules: Schedules;
  /** What happens, for those who watch. */
  readonly live: LiveHub;
  /** Monotonic time at which the gateway was started. */
  readonly startedAt: number;
  readonly connections: Connections;
  readonly webhooks: Webhooks;
  readonly alerts: Alerts;
  readonly prompts: Prompts;
  readonly promptUses: PromptUses;
}
