import type { JsonObject } from "../../../src/core/json.ts";

/** A client of the gateway, of one era. */
export interface Downstream extends AsyncDisposable {
  /**
   * Sends a request, answers whatever is asked on the way, and gives the result.
   *
   * @throws {Error} it was answered with an error, or not at all.
   */
  request(method: string, params?: JsonObject): Promise<JsonObject>;
}

/** How the harness calls itself. */
export const clientInfo = { name: "conformance-harness", version: "1.0.0" };

/** Lists everything of a kind that there is. */
export async function listAll(downstream: Downstream, kind: "tools" | "resources" | "prompts"): Promise<JsonObject[]> {
  const result = await downstream.request(`${kind}/list`);
  const items: unknown = result[kind];
  return Array.isArray(items) ? items : [];
}
