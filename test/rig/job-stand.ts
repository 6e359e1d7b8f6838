import assert from "node:assert/strict";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import type { SwitchyardOptions } from "../../src/gateway.ts";
import { type AccessStand, type Credentials, type RestAnswer, accessStand, fullServer } from "./access-stand.ts";
import type { Rig } from "./rig.ts";
import type { Scripted, ScriptedServer } from "./scripted-server.ts";
import { until } from "./until.ts";

/** A gateway in front of one server, `up`, for jobs. */
export interface JobStand extends AccessStand {
  readonly up: ScriptedServer;
  /** Numbers that the server's tools were called with, in order. */
  readonly called: () => readonly number[];
  /** Sends operations as JSONL, or other text of another type, with this query. */
  submit(body: string, as: Credentials, query?: string, type?: string): Promise<RestAnswer>;
  /** Does something to a job. */
  act(action: string, id: string, as: Credentials): Promise<RestAnswer>;
  /** How a job stands once its status is this. */
  once(status: string, id: string, as: Credentials): Promise<JsonObject>;
  /** What became of its operations. */
  results(id: string, as: Credentials, query?: string): Promise<readonly JsonObject[]>;
}

/**
 * Starts one. Its tools take a number `n`: `look`, which reads, and `change`. Those of a number from 1000 on are never answered, and those of
 * a negative one fail.
 */
export async function jobStand(rig: Rig, options: Partial<SwitchyardOptions> = {}): Promise<JobStand> {
  const inputSchema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const up = fullServer("up", {
    "tools/list": {
      tools: [
        { name: "look", inputSchema, annotations: { readOnlyHint: true } },
        { name: "change", inputSchema },
      ],
    },
    "tools/call": (params): Scripted => {
      const n = Number(objectAt(params, "arguments")?.["n"]);
      if (n >= 1000) return "silence";
      return { content: [{ type: "text", text: `did ${n}` }], structuredContent: { n }, isError: n < 0 };
    },
  });
  const stand = await accessStand(rig, { up }, options);
  return {
    ...stand,
    up,
    called: () =>
      up.received
        .filter(({ method }) => method === "tools/call")
        .map(({ params }) => Number(objectAt(params, "arguments")?.["n"])),
    submit: (body, as, query = "", type = "application/x-ndjson") =>
      stand.rest(`/api/jobs${query}`, { ...as, "content-type": type }, { method: "POST", body }),
    act: (action, id, as) => stand.rest(`/api/jobs/${id}/${action}`, as, { method: "POST", body: "{}" }),
    async once(status, id, as) {
      let shown: JsonObject = {};
      await until(async () => {
        shown = (await stand.rest(`/api/jobs/${id}`, as)).body;
        return shown["status"] === status;
      }, `job ${id} is ${status}`);
      return shown;
    },
    async results(id, as, query = "") {
      const response = await fetch(`${stand.server.origin}/api/jobs/${id}/results${query}`, { headers: as });
      assert.equal(response.headers.get("content-type"), "application/x-ndjson");
      const lines = (await response.text()).split("\n").filter((line) => line !== "");
      return lines.map((line): unknown => JSON.parse(line)).filter(isJsonObject);
    },
  };
}

/** One operation as a line. */
export function operationLine(n: unknown, tool = "look", more: JsonObject = {}): string {
  return JSON.stringify({ type: "tool_call", parameters: { tool_name: `up__${tool}`, arguments: { n } }, ...more });
}

/** The id of a job that was made. */
export function jobIdIn({ status, body }: RestAnswer): string {
  assert.equal(status, 202, JSON.stringify(body));
  return stringAt(body, "jobId") ?? "";
}
