import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogKeyOf, memoryCatalogs } from "./catalog-store.ts";
import { testCatalogStore } from "./catalog-store.contract.ts";
import { type UpstreamTarget, upstreamDefaults } from "./options.ts";

testCatalogStore("the store of catalogs in memory", () => {
  const store = memoryCatalogs();
  return { store, settle: () => store };
});

function targetHash(target: UpstreamTarget): string {
  return catalogKeyOf({ name: "a", target, ...upstreamDefaults }).target;
}

test("another command or address is another server, another secret is not, and neither can be read from the key", () => {
  const stdio = { kind: "stdio", command: "node", args: ["server.js"], env: {} } as const;
  const http = { kind: "http", url: "https://a.example/mcp?key=hunter2", headers: {} } as const;
  assert.equal(targetHash(stdio), targetHash({ ...stdio, env: { TOKEN: "new" } }));
  assert.equal(targetHash(http), targetHash({ ...http, headers: { authorization: "Bearer new" } }));
  const others = [
    targetHash(stdio),
    targetHash({ ...stdio, args: ["server.js", "--all"] }),
    targetHash({ ...stdio, cwd: "/srv" }),
    targetHash(http),
    targetHash({ ...http, url: "https://b.example/mcp" }),
    targetHash({ ...http, kind: "sse" }),
  ];
  assert.equal(new Set(others).size, others.length);
  assert.ok(others.every((hash) => !hash.includes("hunter2") && hash.length === 43));
});
