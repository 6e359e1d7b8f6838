import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Pages, pageNames } from "./pages.ts";

/** Serves a folder with two files of a dashboard, or with none. */
async function served(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly folder: string } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-pages-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const pages = new Pages(`${folder}/`);
  const server: Server = createServer((request, response) => {
    if (pages.answer(request, response, request.url ?? "")) return;
    response.writeHead(410);
    response.end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return {
    folder,
    url: typeof address === "object" ? `http://127.0.0.1:${address?.port}` : "",
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => {
        closed.resolve();
      });
      await closed.promise;
      rmSync(folder, { recursive: true });
    },
  };
}

const files = {
  "index.html": `<!doctype html>${" ".repeat(500)}`,
  "assets/index-abc.js": `export const a = 1;${" ".repeat(500)}`,
  "secret.txt": "not for anybody",
};

test("every address of the router is the page, whatever a gateway holds", async () => {
  await using stand = await served(files);
  for (const path of ["/", ...pageNames.map((name) => `/${name}`), "/upstreams/a%20b", "/calls/01a2", "/jobs/new"]) {
    const response = await fetch(`${stand.url}${path}`);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(response.headers.get("cache-control"), "no-cache");
    assert.match(await response.text(), /^<!doctype html>/);
  }
});

test("the page may run its own scripts alone, and stand in no other page", async () => {
  await using stand = await served(files);
  const { headers } = await fetch(stand.url);
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'; script-src 'self';/);
  assert.match(policy, /connect-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.ok(!policy.includes("unsafe-eval"));
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

test("what is named by its content is kept for good, and nothing is sent twice", async () => {
  await using stand = await served(files);
  const first = await fetch(`${stand.url}/assets/index-abc.js`);
  assert.equal(first.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal(first.headers.get("content-encoding"), "gzip");
  assert.equal(await first.text(), files["assets/index-abc.js"]);
  const etag = first.headers.get("etag") ?? "";
  const again = await fetch(`${stand.url}/assets/index-abc.js`, { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  const head = await fetch(`${stand.url}/assets/index-abc.js`, { method: "HEAD" });
  assert.equal(head.headers.get("etag"), etag);
});

test("nothing else is answered, and no other file", async () => {
  await using stand = await served(files);
  for (const path of ["/api/status", "/mcp", "/upstreams/a/b/c", "/setting", "/secret.txt", "/assets/../secret.txt"]) {
    assert.equal((await fetch(`${stand.url}${path}`)).status, 410, path);
  }
  assert.equal((await fetch(`${stand.url}/`, { method: "POST" })).status, 410);
  for (const path of ["/assets/..%2fsecret.txt", "/assets/nothing.js"]) {
    assert.ok((await fetch(`${stand.url}${path}`)).status >= 400, path);
  }
});

test("where it is not built, the page says what to do, and is there once it is", async () => {
  await using stand = await served({});
  const response = await fetch(stand.url);
  assert.equal(response.status, 404);
  assert.match(await response.text(), /npm run build/);
  writeFileSync(join(stand.folder, "index.html"), "<!doctype html>");
  assert.equal((await fetch(stand.url)).status, 200);
});

test("the addresses are those of the dashboard's router", () => {
  const router = readFileSync(new URL("../../ui/src/router.tsx", import.meta.url), "utf8");
  const names = new Set([...router.matchAll(/path: "\/([a-z]+)/g)].map(([, name]) => name));
  assert.deepEqual(names, new Set(pageNames));
});
