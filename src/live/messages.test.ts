import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { factSamples } from "../../test/rig/facts.ts";
import { liveStand, principalOf } from "../../test/rig/live-stand.ts";
import { asyncApi, schemaOf } from "./async-api.ts";
import { controlTable } from "./controls.ts";
import { messageTable } from "./messages.ts";
import { topicNames } from "./topic.ts";

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map(
  [...Object.entries(messageTable), ...Object.entries(controlTable)].map(([name, definition]) => {
    const topic = "topic" in definition ? definition.topic : undefined;
    return [name, ajv.compile(schemaOf(name, definition.data, topic))] as const;
  }),
);

function checkAll(messages: readonly Readonly<Record<string, unknown>>[]): void {
  for (const message of messages) {
    const isValid = validators.get(String(message["type"]));
    assert.ok(isValid, JSON.stringify(message));
    assert.ok(isValid(message), `${JSON.stringify(message)}: ${ajv.errorsText(isValid.errors)}`);
  }
}

test("every message that any fact becomes has the form that is documented, for operators and for others", () => {
  const stand = liveStand();
  const everybody = [principalOf("admin"), principalOf("viewer", "a"), { ...principalOf("user", "a"), id: "user a" }];
  const sinks = everybody.map((principal) => {
    const allowed = topicNames.filter(
      (topic) => principal.role === "admin" || (topic !== "alerts" && topic !== "cache"),
    );
    return stand.watch(principal, allowed).sink;
  });
  for (const fact of Object.values(factSamples)) {
    stand.log.append(fact);
    stand.clock.advance(1000);
  }
  stand.log.append({ type: "resource.changed", upstream: "a" });
  stand.clock.advance(30_000);
  for (const { messages } of sinks) checkAll(messages);
  const [admin] = sinks;
  const seen = new Set(admin?.types);
  assert.deepEqual(
    Object.keys(messageTable).filter((type) => !seen.has(type)),
    // A call becomes one or the other.
    ["calculation_complete"],
  );
  stand.hub.close();
});

test("the description for programs names every message with its schema and its version, each in its topic", () => {
  const text = JSON.stringify(asyncApi());
  for (const name of [...Object.keys(messageTable), ...Object.keys(controlTable)]) {
    assert.ok(text.includes(`"#/components/messages/${name}"`), name);
    assert.ok(text.includes(`"type":{"const":"${name}"}`), name);
  }
});
