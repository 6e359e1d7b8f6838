import { type JsonObject, objectAt } from "../../src/core/json.ts";
import type { SwitchyardOptions } from "../../src/gateway.ts";
import { type AccessStand, accessStand, bearer, fullServer } from "./access-stand.ts";
import type { Rig } from "./rig.ts";
import type { Scripted, ScriptedServer } from "./scripted-server.ts";
import { until } from "./until.ts";

/** A gateway before a server with `pages`, a tool that reads, and `change`. */
export interface PageStand extends AccessStand {
  readonly up: ScriptedServer;
  /** Numbers that `change` was called with, in order. */
  readonly changed: () => number[];
  /** Cursors that `pages` was called with, in order; null for none. */
  readonly asked: () => unknown[];
  submit(body: JsonObject, query?: string): Promise<JsonObject>;
  show(id: unknown): Promise<JsonObject>;
  once(status: string, id: unknown): Promise<JsonObject>;
  post(path: string): Promise<JsonObject>;
}

/** What `pages` and `change` say. */
export interface Pages {
  readonly pages: number;
  readonly size: number;
  /** Says what a page says instead; undefined for what it would say. */
  readonly odd?: (page: number, times: number) => Scripted | undefined;
  /** Says what a call of `change` with this number says instead. */
  readonly change?: (n: number) => Scripted | undefined;
}

const schema = (properties: JsonObject, required: readonly string[] = []) => ({ type: "object", properties, required });

/** Opens one, for the rest of the test. */
export async function pageStand(rig: Rig, wish: Pages, options: Partial<SwitchyardOptions> = {}): Promise<PageStand> {
  const times = new Map<number, number>();
  const page = (args: JsonObject): Scripted => {
    const number = Number(args["cursor"] ?? 0);
    times.set(number, (times.get(number) ?? 0) + 1);
    const rows = Array.from({ length: wish.size }, (_, at) => {
      const n = number * wish.size + at;
      return { n, name: `row ${n}`, labels: { deep: [n] } };
    });
    const next = number + 1 < wish.pages ? String(number + 1) : null;
    const result = {
      content: [{ type: "text", text: `page ${number}` }],
      structuredContent: { rows, next_cursor: next },
    };
    return wish.odd?.(number, times.get(number) ?? 0) ?? result;
  };
  const up = fullServer("up", {
    "tools/list": {
      tools: [
        { name: "pages", inputSchema: schema({ cursor: { type: "string" } }), annotations: { readOnlyHint: true } },
        { name: "change", inputSchema: schema({ n: { type: "integer" }, name: { type: "string" } }, ["n"]) },
      ],
    },
    "tools/call": (params): Scripted => {
      const args = objectAt(params, "arguments") ?? {};
      if (params["name"] === "pages") return page(args);
      return wish.change?.(Number(args["n"])) ?? { content: [{ type: "text", text: "done" }] };
    },
  });
  const stand = await accessStand(rig, { up }, options);
  const local = bearer(stand.switchyard.localKey);
  const argumentsOf = (tool: string) =>
    up.received
      .filter(({ params }) => params?.["name"] === tool)
      .map(({ params }) => objectAt(params ?? {}, "arguments"));
  const show = async (id: unknown): Promise<JsonObject> => (await stand.rest(`/api/jobs/${String(id)}`, local)).body;
  return {
    ...stand,
    up,
    show,
    changed: () => argumentsOf("change").map((args) => Number(args?.["n"])),
    asked: () => argumentsOf("pages").map((args) => args?.["cursor"] ?? null),
    submit: async (body, query = "") => {
      const headers = { ...local, "content-type": "application/json" };
      return (await stand.rest(`/api/jobs${query}`, headers, { method: "POST", body: JSON.stringify(body) })).body;
    },
    async once(status, id) {
      let shown: JsonObject = {};
      await until(async () => (shown = await show(id))["status"] === status, `job ${String(id)} is ${status}`);
      return shown;
    },
    post: async (path) => (await stand.rest(path, local, { method: "POST", body: "{}" })).body,
  };
}

/** The pages of its tool. */
export const each = { tool: "up__pages", rows: "/structuredContent/rows" };
/** What is made of each row. */
export const template = {
  type: "tool_call",
  parameters: {
    tool_name: "up__change",
    arguments: { n: "{{n:number}}", name: "is {{name}}" },
  },
  idempotencyKey: "change-{{n}}",
};
