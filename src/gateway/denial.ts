import { GatewayError } from "../core/errors.ts";
import type { Call } from "../protocol/call.ts";
import { nameIn } from "./call-name.ts";

/**
 * The error for a call of something that there is not, and for one of something that its caller may not use: who may not use a thing is not
 * told that it exists.
 */
export function notThere(call: Call): GatewayError {
  const name = nameIn(call) ?? "";
  const shown = JSON.stringify(name.slice(0, 200));
  if (call.method.startsWith("tasks/")) return new GatewayError("invalid_params", `There is no task ${shown}`);
  if (call.method === "tools/call") return new GatewayError("unknown_tool", `Unknown tool ${shown}`);
  if (call.method === "resources/read") {
    return new GatewayError("resource_not_found", `No resource ${shown}`, { data: { uri: name } });
  }
  const what = call.method === "prompts/get" ? "prompt" : "reference";
  return new GatewayError("unknown_prompt", `Unknown ${what} ${shown}`);
}
