import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { isJsonObject } from "./client/json.ts";
import { connector } from "./connector.ts";
import { startSimulator } from "./simulator/start.ts";

test("where the site's time zone is known, a fetched document says with its offset when it was changed", async () => {
  await using site = await startSimulator({ timeZone: "Asia/Kolkata" });
  const { key, secret } = site.keyOf("Administrator");
  const config = { url: site.url, credential: { key, secret }, timeZone: "Asia/Kolkata" };
  await using open = await openConnector(connector, config);
  const { structuredContent } = await open.call("fetch", { id: "User/Administrator" });
  assert.ok(isJsonObject(structuredContent) && isJsonObject(structuredContent["metadata"]));
  const modified = String(structuredContent["metadata"]["modified"]);
  assert.match(modified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+05:30$/);
  const age = Date.now() - Date.parse(modified);
  assert.ok(age >= 0 && age < 600_000, `changed ${age} ms ago`);
});

test("a time zone that is none is refused with one that is", async () => {
  const config = { url: "http://127.0.0.1:9", timeZone: "Mars/Olympus" };
  await assert.rejects(openConnector(connector, config), /timeZone: It must be the name of a time zone, such as Asia/);
});
