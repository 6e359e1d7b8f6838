import { type JsonObject, objectAt } from "../core/json.ts";

/**
 * The experimental capability by which an upstream says that it takes what the system behind it posts to the gateway: `headers` are the names of
 * those that it wants to see.
 *
 * @see MCP 2026-07-28, schema, ServerCapabilities.
 */
export const hookCapability = "switchyard/hook";

/** The request by which it is handed one: its `headers`, by names in small letters, and its `body` as base64. The answer is a `verdict`. */
export const hookMethod = "switchyard/hook";

/** What becomes of one: it is genuine and will be seen to; it is not; it is, and there are too many. */
export const hookVerdicts = ["taken", "refused", "busy"] as const;

export type HookVerdict = (typeof hookVerdicts)[number];

/** Most headers that may be wanted. */
const maxHeaders = 20;

/** The headers that an upstream of these capabilities wants to see of what is posted for it, in small letters; undefined where it takes none. */
export function hookHeadersIn(capabilities: JsonObject): readonly string[] | undefined {
  const said = objectAt(objectAt(capabilities, "experimental") ?? {}, hookCapability);
  if (said === undefined) return undefined;
  const names = Array.isArray(said["headers"]) ? said["headers"] : [];
  return names
    .filter((name) => typeof name === "string")
    .slice(0, maxHeaders)
    .map((name) => name.toLowerCase());
}

/** The verdict in an answer; what says none has refused. */
export function verdictIn(result: JsonObject): HookVerdict {
  return hookVerdicts.find((each) => each === result["verdict"]) ?? "refused";
}
