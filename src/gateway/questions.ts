import { type JsonObject, objectAt } from "../core/json.ts";
import type { Question } from "../protocol/call.ts";

/**
 * Whether a caller with these capabilities may be asked this.
 *
 * @see MCP 2026-07-28, basic/patterns/mrtr (no request that the client has not declared support for); client/elicitation (an empty
 *   capability means form mode).
 */
export function mayBeAsked(capabilities: JsonObject, { method, params }: Question): boolean {
  switch (method) {
    case "roots/list":
      return objectAt(capabilities, "roots") !== undefined;
    case "sampling/createMessage": {
      const sampling = objectAt(capabilities, "sampling");
      return sampling !== undefined && (params["tools"] === undefined || objectAt(sampling, "tools") !== undefined);
    }
    case "elicitation/create": {
      const elicitation = objectAt(capabilities, "elicitation");
      if (elicitation === undefined) return false;
      if (params["mode"] === "url") return objectAt(elicitation, "url") !== undefined;
      return objectAt(elicitation, "form") !== undefined || objectAt(elicitation, "url") === undefined;
    }
    default:
      return false;
  }
}

/** The capability that a caller would have to declare to be asked this. */
export function neededFor({ method, params }: Question): JsonObject {
  if (method === "roots/list") return { roots: {} };
  if (method === "sampling/createMessage") return { sampling: params["tools"] === undefined ? {} : { tools: {} } };
  return { elicitation: params["mode"] === "url" ? { url: {} } : {} };
}

/** Whether a caller can be asked anything at all: others need no way to be asked. */
export function isAskable(capabilities: JsonObject): boolean {
  return "elicitation" in capabilities || "sampling" in capabilities || "roots" in capabilities;
}
