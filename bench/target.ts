import type { Era } from "../src/protocol/revision.ts";

/** What the load generator calls, whatever carries the calls. */
export interface Target {
  /** Sends one request or notification; `done` is called once, with the text of its answer, or with what went wrong. */
  send(text: string, tool: string, done: (answer: string | Error) => void): void;
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
