import type { Principal } from "../access/principal.ts";
import type { Signal } from "../core/canceller.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";
import { Payload } from "../protocol/payload.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Listed } from "./entry.ts";
import type { Inbound } from "./inbound.ts";

/** Who calls one of the gateway's own tools. */
export interface Asker {
  readonly principal: Principal;
  /** Fires when the call is to end early. */
  readonly signal: Signal;
  /** Tells the caller how far it is, where it wants to know; `progress` must grow. */
  readonly tell: (progress: number, total: number, message: string) => void;
}

/** A tool of the gateway's own, at the route to everything: no upstream's has such a name there. */
export interface OwnTool {
  /** As a list shows it. */
  readonly definition: JsonObject & { readonly name: string };
  /**
   * Does what it is called for, for who asks; what it resolves with is the structured content of the result.
   *
   * @throws {GatewayError} what is wrong, `invalid_arguments` among it.
   */
  readonly answer: (given: JsonObject, asker: Asker) => Promise<JsonObject>;
}

/** Has one answer a call. The result is for clients that read structured content and for those that read text. */
export async function answerOwn(tool: OwnTool, call: Call, inbound: Inbound): Promise<CallAnswer> {
  const { progressToken, params } = call;
  const structuredContent = await tool.answer(objectAt(params, "arguments") ?? {}, {
    principal: inbound.principal,
    signal: inbound.controller.signal,
    tell(progress, total, message) {
      if (progressToken === undefined) return;
      inbound.notify({ method: "notifications/progress", params: { progressToken, progress, total, message } });
    },
  });
  const content = [{ type: "text", text: JSON.stringify(structuredContent) }];
  return { kind: "complete", answer: { kind: "result", result: Payload.of({ content, structuredContent }) } };
}

/** What is listed with these tools among it, sorted. */
export function withOwn(listed: ReadonlyMap<string, Listed>, own: readonly OwnTool[]): ReadonlyMap<string, Listed> {
  if (own.length === 0) return listed;
  const added = own.map(({ definition }) => ({ exposed: definition.name, definition, upstream: undefined }));
  const sorted = [...listed.values(), ...added].toSorted((a, b) => (a.exposed < b.exposed ? -1 : 1));
  return new Map(sorted.map((each) => [each.exposed, each]));
}
