import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { test } from "node:test";
import { demoConfig } from "./demo.ts";

test("the demo starts scripts of installed packages with this Node, and names the packages that are not installed", () => {
  const { config, missing } = demoConfig("/work");
  assert.equal(config.upstreams.length + missing.length, 3);
  for (const { target } of config.upstreams) {
    if (target.kind === "connector") continue;
    assert.ok(target.kind === "stdio");
    assert.equal(target.command, process.execPath);
    assert.ok(existsSync(target.args[0] ?? ""), target.args[0]);
  }
});

test("the demo's files upstream serves the examples of this package", () => {
  const { config } = demoConfig("/work");
  const files = config.upstreams.find(({ name }) => name === "files");
  const folder = files?.target.kind === "stdio" ? files.target.args[1] : undefined;
  if (folder !== undefined) assert.ok(isAbsolute(folder) && /examples[\\/]$/.test(folder), folder);
});

test("without the optional packages the demo has the cash flow of the sample company alone", () => {
  const { config, missing } = demoConfig("/work", () => undefined);
  const [target, ...others] = config.upstreams.map((upstream) => upstream.target);
  assert.deepEqual(others, []);
  assert.ok(target?.kind === "connector" && target.connector === "cashflow");
  assert.ok(existsSync(join(target.folder, String(target.config["dir"]), "company.yaml")));
  assert.deepEqual(config.source, { kind: "none" });
  assert.deepEqual(missing, ["@modelcontextprotocol/server-everything", "@modelcontextprotocol/server-filesystem"]);
});
