import type { JsonObject } from "../core/json.ts";
import { controlTable } from "./controls.ts";
import { type Fields, objectSchema } from "./field.ts";
import { messageTable } from "./messages.ts";
import { isTopic, topicNames, topics } from "./topic.ts";

/** The JSON Schema of a message of one type, the envelope included. */
export function schemaOf(type: string, data: Fields, topic: string | undefined): JsonObject {
  return {
    type: "object",
    properties: {
      id: { type: "string", description: "What to come back with; absent where more of the same event follows." },
      type: { const: type },
      ...(topic !== undefined && { topic: { const: topic } }),
      timestamp: { type: "string", format: "date-time" },
      data: objectSchema(data),
    },
    required: ["type", ...(topic === undefined ? [] : ["topic"]), "timestamp", "data"],
    additionalProperties: false,
  };
}

/** Every message of the live stream, described for programs. */
export function asyncApi(): JsonObject {
  const told = Object.entries(messageTable).map(([name, { topic, says, version, data }]): [string, JsonObject] => [
    name,
    { name, summary: says, payload: schemaOf(name, data, topic), "x-version": version },
  ]);
  const control = Object.entries(controlTable).map(([name, { says, data }]): [string, JsonObject] => [
    name,
    { name, summary: says, payload: schemaOf(name, data, undefined), "x-version": 1 },
  ]);
  const controls = Object.keys(controlTable);
  const channels = topicNames.map((topic): [string, JsonObject] => {
    const names = Object.entries(messageTable).flatMap(([name, of]) => (of.topic === topic ? [name] : []));
    return [
      topic,
      {
        address: "/ws",
        description: isTopic(topic) ? topics[topic].says : "",
        messages: refs([...names, ...controls]),
      },
    ];
  });
  return {
    asyncapi: "3.0.0",
    info: { title: "Switchyard: what happens, live", version: "1" },
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(
      topicNames.map((topic) => [`watch_${topic}`, { action: "receive", channel: { $ref: `#/channels/${topic}` } }]),
    ),
    components: { messages: Object.fromEntries([...told, ...control]) },
  };
}

function refs(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}
