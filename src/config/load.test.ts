import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { configFileNames } from "./format.ts";
import { loadConfig } from "./load.ts";

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-config-"));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

function saying(pattern: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof GatewayError);
    assert.equal(thrown.code, "invalid_config");
    assert.match(thrown.message, pattern);
    return true;
  };
}

test("without a file the configuration is the defaults, with data below the working directory", async (context) => {
  const folder = await temporaryFolder(context);
  const config = await loadConfig(undefined, {}, folder);
  assert.deepEqual(config.source, { kind: "none" });
  assert.deepEqual(config.upstreams, []);
  assert.equal(config.dataDir, join(folder, ".switchyard"));
});

test("each of the usual names is found in the working directory", async (context) => {
  for (const name of configFileNames) {
    const folder = await temporaryFolder(context);
    await writeFile(join(folder, name), name.endsWith("ml") ? "listen: { port: 1 }" : '{ "listen": { "port": 1 } }');
    const config = await loadConfig(undefined, {}, folder);
    assert.deepEqual(config.source, { kind: "file", path: join(folder, name) });
    assert.equal(config.listen.port, 1);
  }
});

test("two files with usual names are an error that names both", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, "switchyard.json"), "{}");
  await writeFile(join(folder, "switchyard.yml"), "");
  await assert.rejects(
    loadConfig(undefined, {}, folder),
    saying(/^There must be only one configuration in .*, found switchyard\.json and switchyard\.yml$/),
  );
});

test("a path is taken from the working directory, whatever the file is called", async (context) => {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, "conf"));
  await writeFile(join(folder, "conf", "mcp.json"), '{ "servers": { "a": { "command": "x", "envFile": ".env" } } }');
  await writeFile(join(folder, "conf", ".env"), "KEY='value'\n");
  const config = await loadConfig("conf/mcp.json", {}, folder);
  assert.equal(config.dataDir, join(folder, "conf", ".switchyard"));
  assert.deepEqual(config.upstreams[0]?.target, { kind: "stdio", command: "x", args: [], env: { KEY: "value" } });
});

test("a path without a file, or with a folder, is told as such", async (context) => {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, "folder.json"));
  await assert.rejects(
    loadConfig("no-such.json", {}, folder),
    saying(/^There is no configuration file no-such\.json$/),
  );
  await assert.rejects(loadConfig("folder.json", {}, folder), saying(/folder\.json must be a file, got a folder$/));
});

test("a file that is too large, or not text in UTF-8, is refused", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, "large.json"), Buffer.alloc(4_194_305, " "));
  await writeFile(join(folder, "utf16.json"), Buffer.from("\uFEFF{}", "utf16le"));
  await assert.rejects(loadConfig("large.json", {}, folder), saying(/at most 4194304 bytes, got 4194305$/));
  await assert.rejects(
    loadConfig("utf16.json", {}, folder),
    saying(/utf16\.json must be text in UTF-8, got other bytes$/),
  );
});

test("an env file that is too large is refused", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, "a.yaml"), "servers:\n  a: { command: x, envFile: large.env }\n");
  await writeFile(join(folder, "large.env"), Buffer.alloc(1_048_577, "#"));
  const { unresolved } = await loadConfig("a.yaml", {}, folder);
  assert.match(unresolved?.message ?? "", /a\.yaml:2:20: servers\.a\.envFile .* larger than 1048576 bytes$/);
});
