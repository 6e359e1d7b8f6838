import { type JsonObject, isJsonObject, parsedJson, stringAt } from "./json.ts";
import { plainText } from "./plain-text.ts";

/**
 * What a site told its user along with an answer, as plain text, each once: also a good answer may carry warnings.
 *
 * `_server_messages` is JSON in a string that holds JSON in strings that hold HTML; version 2 of the interface has `errors` and `messages` that
 * are lists of objects.
 */
export function serverMessages(body: JsonObject): readonly string[] {
  const encoded = stringAt(body, "_server_messages");
  const outer = encoded === undefined ? undefined : parsedJson(encoded);
  const entries = [outer, body["errors"], body["messages"]].filter((list) => Array.isArray(list)).flat();
  const texts = entries.map((entry) => messageIn(typeof entry === "string" ? (parsedJson(entry) ?? entry) : entry));
  return [...new Set(texts.filter((text) => text !== undefined))];
}

function messageIn(entry: unknown): string | undefined {
  const html = isJsonObject(entry) ? entry["message"] : entry;
  const text = typeof html === "string" ? plainText(html) : "";
  return text === "" ? undefined : text;
}
