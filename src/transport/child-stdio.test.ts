import assert from "node:assert/strict";
import { test } from "node:test";
import { childEnvironment } from "./child-stdio.ts";
import { verifies } from "../../test/requirements/verifies.ts";

test("a child inherits what programs need to run, and none of the gateway's other variables", () => {
  verifies("stdio.credentials");
  process.env["SWITCHYARD_TEST_SECRET"] = "secret";
  try {
    const env = childEnvironment({ OWN: "1" });
    assert.equal(env["PATH"], process.env["PATH"]);
    assert.equal(env["OWN"], "1");
    assert.ok(!("SWITCHYARD_TEST_SECRET" in env));
    assert.ok(!Object.values(env).includes("secret"));
  } finally {
    delete process.env["SWITCHYARD_TEST_SECRET"];
  }
});

test("a child's own variable stands above an inherited one", () => {
  verifies("stdio.credentials");
  assert.equal(childEnvironment({ PATH: "/nowhere" })["PATH"], "/nowhere");
});
