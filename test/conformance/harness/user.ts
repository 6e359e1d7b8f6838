import { type JsonObject, isJsonObject, objectAt } from "../../../src/core/json.ts";

/** What the harness says it can be asked. */
export const capabilities: JsonObject = { roots: {}, sampling: {}, elicitation: { form: {} } };

/** Answers a question as a user would who agrees to everything and leaves every default as it is. */
export function answerTo(method: string, params: JsonObject): JsonObject {
  switch (method) {
    case "elicitation/create":
      return { action: "accept", content: filledIn(objectAt(params, "requestedSchema") ?? {}) };
    case "sampling/createMessage":
      return {
        role: "assistant",
        content: { type: "text", text: "Yes." },
        model: "harness",
        stopReason: "endTurn",
      };
    case "roots/list":
      return { roots: [{ uri: "file:///harness" }] };
    default:
      throw new Error(`the harness cannot answer ${method}`);
  }
}

function filledIn(schema: JsonObject): JsonObject {
  const content: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(objectAt(schema, "properties") ?? {})) {
    if (isJsonObject(field)) content[name] = field["default"] ?? valueOf(field["type"]);
  }
  return content;
}

function valueOf(type: unknown): unknown {
  if (type === "boolean") return true;
  return type === "integer" || type === "number" ? 1 : "something";
}
