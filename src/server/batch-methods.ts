import { GatewayError } from "../core/errors.ts";
import { type JsonObject, stringAt } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { eachIn } from "../jobs/each.ts";
import { operationIn } from "../jobs/given-operation.ts";
import { jobOptionNames } from "../jobs/job-options.ts";
import type { JobAction, Jobs } from "../jobs/jobs.ts";
import type { JobContent } from "../jobs/read-operations.ts";
import type { ShownJob } from "../jobs/shown-job.ts";
import type { ChannelDownstream, OwnMethod } from "./channel-endpoint.ts";
import { tellOperation } from "./operator-request.ts";

/** What the methods are served from. */
interface BatchDeps {
  readonly gateway: Gateway;
  readonly jobs: Jobs;
}

/**
 * The methods by which a client over WebSocket has many calls made, beside those of MCP: `batch/create` with `operations`, or `each` and `template`, and
 * the options of a job makes one that begins with `batch/execute`; `batch/status`, `batch/cancel` and `batch/list` say how they stand, and end one. A batch is a job: its
 * `batchId` is the job's id, and what else there is of jobs goes for it.
 */
export function batchMethods({ gateway, jobs }: BatchDeps): ReadonlyMap<string, OwnMethod> {
  const act = async (action: JobAction, params: JsonObject, from: ChannelDownstream): Promise<JsonObject> => {
    const id = idIn(params);
    const job = await jobs.act(from.principal, id, action);
    const visitor = { principal: from.principal, address: from.address ?? "" };
    tellOperation(gateway, visitor, { operation: `${action}_job`, about: [`job ${id}`] });
    return batchOf(job);
  };
  return new Map<string, OwnMethod>([
    [
      "batch/create",
      async (params, { principal }) => {
        const { content, options } = wishIn(params);
        const job =
          content.kind === "each"
            ? await jobs.submitEach(principal, content.wish, options, { isHeld: true })
            : await jobs.submit(principal, content.operations, options, { isHeld: true });
        return batchOf(job);
      },
    ],
    ["batch/execute", (params, from) => act("resume", params, from)],
    ["batch/cancel", (params, from) => act("cancel", params, from)],
    [
      "batch/status",
      async (params, { principal }) => {
        const job = await jobs.show(principal, idIn(params));
        return batchOf(job);
      },
    ],
    [
      "batch/list",
      async (_params, { principal }) => {
        const listed = await jobs.list(principal, {});
        return { batches: listed.map(batchOf) };
      },
    ],
  ]);
}

function batchOf(job: ShownJob): JsonObject {
  return { batchId: job.jobId, ...job };
}

function wishIn(params: JsonObject): { readonly content: JobContent; readonly options: JsonObject } {
  const { operations, each, template, _meta, ...options } = params;
  checkOptions(options);
  if (each !== undefined && operations === undefined) {
    return { content: { kind: "each", wish: eachIn({ each, template }) }, options };
  }
  if (!Array.isArray(operations) || operations.length === 0) {
    throw wrong("params.operations must be a list of operations");
  }
  const read = operations.map((one: unknown, at) => operationIn(one, at + 1));
  return { content: { kind: "operations", operations: read }, options };
}

function checkOptions(options: JsonObject): void {
  const unknown = Object.keys(options).find((name) => !jobOptionNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw wrong(`There is no option ${JSON.stringify(unknown.slice(0, 100))}; there are ${jobOptionNames.join(", ")}`);
  }
}

function idIn(params: JsonObject): string {
  const id = stringAt(params, "batchId");
  if (id !== undefined) return id;
  throw wrong("params.batchId must be the id of a batch, as batch/create and batch/list give it");
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_params", message);
}
