import type { ErrorCode } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";

/** What a caller is given where a tool cannot be reached. */
export type FallbackOptions =
  /** What another tool answers. */
  | {
      readonly kind: "tool";
      readonly upstream: string;
      /** The tool's own name there. */
      readonly tool: string;
      /** Its arguments, as {@link filledIn} says; the same as those of the call where absent. */
      readonly arguments?: JsonObject | undefined;
    }
  /** Always the same result. */
  | { readonly kind: "result"; readonly result: JsonObject };

/** Failures that are the upstream's, or lie on the way to it. What its caller did wrong, wants no more or may not do, is none. */
const upstreamSide: ReadonlySet<ErrorCode> = new Set([
  "upstream_unavailable",
  "upstream_disconnected",
  "upstream_disabled",
  "upstream_isolated",
  "upstream_empty",
  "upstream_rate_limited",
  "upstream_busy",
  "upstream_unresponsive",
  "upstream_protocol_error",
  "upstream_over_limit",
  "upstream_refused_credentials",
  "login_required",
  "login_failed",
  "breaker_open",
  "deadline_exceeded",
]);

/** Whether a failure is one that another tool, or a prepared result, can stand in for. */
export function isUpstreamSide(thrown: unknown): thrown is GatewayError {
  return thrown instanceof GatewayError && upstreamSide.has(thrown.code);
}

const wholeText = /^\{([^{}]+)\}$/;
const inText = /\{([^{}]+)\}/g;

/**
 * A template with the call's arguments filled in: a string that is `{name}` becomes the argument of that name, whatever kind of value it is;
 * within other text it becomes text. A member whose whole value is an argument that was not given is left out. Names of arguments within
 * objects are written with dots: `{filter.city}`.
 */
export function filledIn(template: JsonObject, given: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(template).flatMap(([key, value]) => {
      const filled = filledValue(value, given);
      return filled === undefined ? [] : [[key, filled]];
    }),
  );
}

function filledValue(value: unknown, given: JsonObject): unknown {
  if (typeof value === "string") return filledText(value, given);
  if (Array.isArray(value)) return value.map((each) => filledValue(each, given)).filter((each) => each !== undefined);
  return isJsonObject(value) ? filledIn(value, given) : value;
}

function filledText(text: string, given: JsonObject): unknown {
  const [, name] = wholeText.exec(text) ?? [];
  if (name !== undefined) return argumentAt(given, name);
  return text.replaceAll(inText, (_all, inner: string) => {
    const found = argumentAt(given, inner);
    return typeof found === "string" ? found : found === undefined ? "" : JSON.stringify(found);
  });
}

function argumentAt(given: JsonObject, path: string): unknown {
  let found: unknown = given;
  for (const name of path.split(".")) {
    if (!isJsonObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}
