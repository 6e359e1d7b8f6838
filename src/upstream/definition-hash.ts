import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical.ts";
import type { JsonObject } from "../core/json.ts";

const hashes = new WeakMap<JsonObject, string>();

/**
 * SHA-256 of a definition's canonical JSON, in hex: the same for two that say the same, in whatever order. Made once for each object, which
 * must not be changed afterwards.
 */
export function definitionHash(definition: JsonObject): string {
  const made = hashes.get(definition) ?? createHash("sha256").update(canonicalJson(definition)).digest("hex");
  hashes.set(definition, made);
  return made;
}
