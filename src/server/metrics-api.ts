import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "../core/errors.ts";
import { type Reported, reportOf, textContentType, textOf } from "../metrics/report.ts";
import { answerJson } from "./reply.ts";

/** What is measured, read when somebody asks. */
export type ReadMetrics = () => Reported;

/**
 * Answers with everything that is measured: at `/metrics` in Prometheus' text format, piece by piece so that calls are served in between; at
 * `/api/metrics` as JSON, with quantiles.
 *
 * @throws {GatewayError} `method_not_allowed`.
 */
export function answerMetrics(
  { method }: IncomingMessage,
  response: ServerResponse,
  path: string,
  read: ReadMetrics,
): void {
  if (method !== "GET") throw new GatewayError("method_not_allowed", "Metrics are read with GET");
  if (path === "/api/metrics") answerJson(response, { metrics: reportOf(read()) });
  else void writeText(response, read());
}

async function writeText(response: ServerResponse, reported: Reported): Promise<void> {
  response.writeHead(200, { "content-type": textContentType });
  for (const piece of textOf(reported)) {
    if (response.destroyed) return;
    // What a slow reader leaves unread is bounded by the number of series, so that nobody need wait for it.
    response.write(piece);
    await turn();
  }
  response.end();
}
