import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { configFromArguments } from "./options.ts";

const schema = {
  type: "object",
  properties: {
    dir: { type: "string" },
    maxItems: { type: "integer" },
    isVerbose: { type: "boolean" },
    tag: { type: "array", items: { type: "string" } },
    limits: { type: "object", properties: { timeMs: { type: "number" } } },
  },
};

function refusal(...args: string[]): string {
  try {
    return JSON.stringify(configFromArguments(args, schema));
  } catch (thrown) {
    assert.ok(thrown instanceof GatewayError && thrown.code === "usage");
    return thrown.message;
  }
}

test("options become the configuration, each with the type that the schema gives it", () => {
  const args = "--dir ./a --max-items 5 --is-verbose --tag x --tag=y --limits.time-ms 2.5".split(" ");
  assert.deepEqual(configFromArguments(args, schema), {
    dir: "./a",
    maxItems: 5,
    isVerbose: true,
    tag: ["x", "y"],
    limits: { timeMs: 2.5 },
  });
  assert.deepEqual(configFromArguments(["--limits", '{"timeMs":1}', "--is-verbose=false"], schema), {
    limits: { timeMs: 1 },
    isVerbose: false,
  });
});

test("what is no option, or has no value of its type, is named", () => {
  assert.equal(
    refusal("--size", "1"),
    "There is no option --size; there are --dir, --max-items, --is-verbose, --tag, --limits",
  );
  assert.equal(refusal("--limits.size", "1"), "There is no option --limits.size; there are --time-ms");
  assert.equal(refusal("--dir"), "--dir needs a value");
  assert.equal(refusal("--max-items", "many"), '--max-items must be a number, got "many"');
  assert.equal(refusal("--is-verbose=maybe"), '--is-verbose must be true or false, got "maybe"');
  assert.equal(refusal("--limits", "[1]"), '--limits must be a JSON object, got "[1]"');
  assert.equal(refusal("dir"), 'Expected an option such as --name, got "dir"');
});
