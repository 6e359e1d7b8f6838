import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { connector } from "./greeter.ts";

test("somebody is greeted as configured", async () => {
  await using open = await openConnector(connector, { greeting: "Good morning" });
  const { structuredContent } = await open.call("greet", { name: "Ada" });
  assert.deepEqual(structuredContent, { text: "Good morning, Ada." });
});

test("a name that is empty is refused with the way out", async () => {
  await using open = await openConnector(connector, {});
  await assert.rejects(open.call("greet", { name: " " }), /say who is to be greeted/);
});
