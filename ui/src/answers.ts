/* What the gateway answers, by its own types: a change there that breaks a page is an error here. */
import type { AlertReport, ShownAlert, ShownRule } from "../../src/alerts/alerts.ts";
import type { ObjectiveUse } from "../../src/alerts/slo.ts";
import type { ShownKey } from "../../src/access/keyring.ts";
import type { CacheCounts, CacheStatus } from "../../src/gateway/cache-desk.ts";
import type { GatewayStatus, UpstreamLog, UpstreamStatus } from "../../src/gateway/status.ts";
import type { WarmReport } from "../../src/gateway/warming.ts";
import type { KeepingStatus } from "../../src/gateway/keeping.ts";
import type { ShownSchedule } from "../../src/jobs/schedules/shown-schedule.ts";
import type { ShownJob } from "../../src/jobs/shown-job.ts";
import type { MetricReport } from "../../src/metrics/report.ts";
import type { AccessAnswer } from "../../src/server/access-api.ts";
import type { PromptsAnswer } from "../../src/server/prompts-api.ts";
import type { OtherPrompt, ShownTemplate, WholeTemplate } from "../../src/server/shown-prompts.ts";
import type { TemplateContent, TemplateVersion } from "../../src/prompts/template.ts";
import type { RenderedMessage } from "../../src/prompts/render.ts";
import type { Setting, Settings } from "../../src/server/settings.ts";

export type {
  AccessAnswer,
  AlertReport,
  CacheCounts,
  CacheStatus,
  GatewayStatus,
  KeepingStatus,
  MetricReport,
  ObjectiveUse,
  OtherPrompt,
  PromptsAnswer,
  RenderedMessage,
  Setting,
  Settings,
  ShownAlert,
  ShownJob,
  ShownKey,
  ShownRule,
  ShownSchedule,
  ShownTemplate,
  TemplateContent,
  TemplateVersion,
  UpstreamLog,
  UpstreamStatus,
  WarmReport,
  WholeTemplate,
};

/** JSON, of which nothing more is known. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** A JSON object. */
export type JsonObject = { readonly [name: string]: Json | undefined };

/** A JSON Schema, as far as a form looks at it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

/** A tool as MCP lists it. */
export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Schema;
  readonly annotations?: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly title?: string;
  };
  readonly _meta?: JsonObject;
}

/** A tool as the gateway's own list shows it. */
export interface ShownTool {
  readonly name: string;
  readonly upstream: string;
  /** What the upstream itself calls it. */
  readonly tool: string;
  /** From which role on it may be used; undefined: from any. */
  readonly from?: string;
}

/** A part of a result. */
export interface Content {
  readonly type: string;
  readonly text?: string;
  readonly data?: string;
  readonly mimeType?: string;
  readonly uri?: string;
  readonly name?: string;
  readonly resource?: {
    readonly uri: string;
    readonly text?: string;
    /** In base64. */
    readonly blob?: string;
    readonly mimeType?: string;
  };
}

/** What a tool answers. */
export interface ToolResult {
  readonly content?: readonly Content[];
  readonly structuredContent?: Json;
  readonly isError?: boolean;
}

/** A row of the record, as lists show it. */
export interface CallRow {
  readonly id: string;
  readonly seq: number;
  readonly kind: string;
  /** ISO 8601. */
  readonly time: string;
  readonly method: string;
  readonly name?: string;
  readonly upstream?: string;
  readonly tool?: string;
  readonly principal?: string;
  readonly outcome?: string;
  readonly code?: string;
  readonly cache?: string;
  readonly durationMs?: number;
}

/** A row of the record with everything. */
export interface WholeRow extends CallRow {
  readonly detail: JsonObject;
  readonly arguments?: Json;
  readonly result?: Json;
  readonly hash: string;
}
