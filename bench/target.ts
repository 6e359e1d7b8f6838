import type { JsonObject } from "../src/core/json.ts";
import type { Era } from "../src/protocol/revision.ts";

/** Told once how a call ended: its answer, parsed, or what went wrong on the way. */
export type Done = (answer: JsonObject | Error) => void;

/** What the load generator calls, whatever carries the calls. */
export interface Target {
  /** Sends one request, whose text holds this id. */
  send(id: number, text: string, done: Done): void;
  /** CPU time of a server that the load generator started itself. */
  cpu?(): Promise<NodeJS.CpuUsage>;
  close(): Promise<void>;
}

/** Where a target is, and how it is spoken to. */
export interface TargetOptions {
  readonly kind: "http" | "stdio";
  readonly era: Era;
  /** Empty for stdio. */
  readonly origin: string;
  /** What the target calls the echo tool. */
  readonly tool: string;
  /** Who calls, where the target asks. */
  readonly key?: string;
  /** Whether every call is the same one. */
  readonly isRepeated?: boolean;
}

/** The params that a client of this era sends; `meta` of a modern one is as the official SDK sends it. */
export function paramsText(members: string, era: Era): string {
  return era === "legacy" ? `{${members}}` : `{${members === "" ? "" : `${members},`}${modernMeta}}`;
}

const modernMeta = `"_meta":${JSON.stringify({
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1.0.0" },
  "io.modelcontextprotocol/clientCapabilities": {},
})}`;
