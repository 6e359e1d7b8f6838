import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { toGatewayError } from "../core/errors.ts";
import type { Reported } from "../metrics/report.ts";
import { usageOf } from "../metrics/usage.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { answerJson, refuse } from "./reply.ts";

/** Answers with what was called how often since the gateway's start, and how it went. */
export function answerUsage({ response, deps: { metrics } }: Exchange<ApiDeps>): void {
  answerJson(response, usageOf(metrics()));
}

/** Answers with what the gateway's process, each server's processes and the disk of the data folder have in use. */
export function answerResources({ response, deps }: Exchange<ApiDeps>): void {
  const { gateway, metrics } = deps;
  const process = processOf(metrics());
  const upstreams = gateway.upstreams.flatMap(({ name, record: { usage } }) =>
    usage === undefined ? [] : [{ name, ...usage }],
  );
  diskOf(gateway.keeping().file).then(
    (disk) => {
      if (!response.destroyed) answerJson(response, { process, upstreams, disk });
    },
    (thrown: unknown) => {
      refuse(response, toGatewayError(thrown));
    },
  );
}

function processOf({ samples }: Reported): object {
  const value = (name: string, quantile?: string): number | undefined =>
    samples.find((sample) => sample.name === name && sample.labels?.["quantile"] === quantile)?.value;
  return {
    cpuSeconds: value("process_cpu_seconds_total"),
    residentBytes: value("process_resident_memory_bytes"),
    heapBytes: value("process_heap_bytes"),
    busyRatio: value("switchyard_event_loop_busy_ratio"),
    delaySeconds: value("switchyard_event_loop_delay_seconds", "0.99"),
  };
}

/** Of the disk where the gateway keeps what survives it; undefined where it keeps nothing. */
async function diskOf(file: string | undefined): Promise<object | undefined> {
  if (file === undefined) return undefined;
  const { bsize, blocks, bavail } = await statfs(dirname(file));
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
}
