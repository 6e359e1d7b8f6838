import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesIn } from "./client-config.ts";

const files = { command: "npx", args: ["server-files"] };

test("servers are found where each client keeps them", () => {
  for (const config of [
    { mcpServers: { files } },
    { servers: { files }, inputs: [] },
    { mcp: { servers: { files } } },
    { context_servers: { files } },
    { files },
  ]) {
    assert.deepEqual(entriesIn(JSON.stringify(config)), { files });
  }
});

test("what was copied out of the middle of a file is taken, too", () => {
  assert.deepEqual(entriesIn(`"mcpServers": ${JSON.stringify({ files })}`), { files });
  assert.deepEqual(entriesIn(`"files": ${JSON.stringify(files)},`), { files });
});

test("what is no configuration is told in a sentence", () => {
  assert.match(problemIn("{"), /^This is not JSON/);
  assert.match(problemIn("[]"), /must be an object/);
  assert.match(problemIn(JSON.stringify(files)), /without its name/);
  assert.match(problemIn('{"theme": "dark"}'), /There is no server in it/);
  assert.match(problemIn('{"mcpServers": {}}'), /There is no server in it/);
});

function problemIn(text: string): string {
  const read = entriesIn(text);
  assert.ok(typeof read === "string", "there are servers in it");
  return read;
}
