import assert from "node:assert/strict";
import { type TestContext, after, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { JsonObject } from "../../src/core/json.ts";
import { openBrowser, openPage, ownFolder } from "../rig/browser.ts";
import { DashboardStand, everything } from "../rig/dashboard-stand.ts";
import { everythingOver } from "../rig/everything.ts";
import { scriptOf, whyWithout } from "../rig/npm-servers.ts";
import { fileRig } from "../rig/rig.ts";

/* The dashboard in a real Chromium, in front of a gateway as people run it and servers as npm has them. */

const opened = await openBrowser();
const rig = fileRig();
after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const skip = "missing" in opened ? opened.missing : whyWithout("everything");

function browserOf(): Browser {
  if ("browser" in opened) return opened.browser;
  throw new Error(opened.missing);
}

/** A tab at the overview of a new gateway; at the end nothing of it may have left the gateway, or been complained of. */
async function visit(
  context: TestContext,
  config: ConstructorParameters<typeof DashboardStand>[1],
): Promise<{ readonly stand: DashboardStand; readonly page: Page }> {
  const folder = await ownFolder();
  rig.defer(folder.remove);
  const stand = rig.use(new DashboardStand(folder.path, config));
  await stand.start();
  const { page, strays, complaints, close } = await openPage(browserOf(), stand.origin);
  context.after(async () => {
    await close();
    assert.deepEqual(strays, [], "no request leaves the gateway");
    assert.deepEqual(complaints, [], "the page complains of nothing");
  });
  await page.goto("/");
  return { stand, page };
}

async function isLive(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).waitFor();
}

test(
  "from the first visit to the first answer of a tool, which the cache gives the second time",
  { skip },
  async (t) => {
    const { stand, page } = await visit(t, { mcpServers: { everything } });
    await stand.reaches("everything", "ready");
    await page.getByRole("link", { name: /everything.*tools/ }).waitFor();
    await page.getByRole("link", { name: "Tools", exact: true }).click();
    await page.getByLabel("Search tools").fill("sum");
    await page.getByRole("link", { name: "everything__get-sum" }).click();
    await page.getByRole("textbox", { name: "a", exact: true }).fill("19");
    await page.getByRole("textbox", { name: "b", exact: true }).fill("23");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByText("The sum of 19 and 23 is 42.").waitFor();
    await page.getByText("cache miss").waitFor();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByText("cache hit").waitFor();
    await page.getByRole("link", { name: "On record" }).click();
    await page.getByRole("heading", { name: "Stages" }).waitFor();
    assert.match(page.url(), /\/calls\/[0-9a-f-]{36}$/);
  },
);

test("a call tells how far it is, and is cancelled", { skip }, async (t) => {
  const { stand, page } = await visit(t, { mcpServers: { everything } });
  await stand.reaches("everything", "ready");
  await page.goto("/tools/everything__trigger-long-running-operation");
  await page.getByRole("textbox", { name: "duration" }).fill("30");
  await page.getByRole("textbox", { name: "steps" }).fill("60");
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByText("1 of 60").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Not called yet").waitFor();
  await page.goto("/calls?view=record");
  await page.getByText("cancelled", { exact: true }).first().waitFor();
});

test("an upstream that is killed goes red and comes back, without the page being loaded again", { skip }, async (t) => {
  const server = await everythingOver("streamableHttp");
  t.after(() => server.kill());
  const { stand, page } = await visit(t, {
    mcpServers: { remote: { url: server.url, health: { intervalMs: 200, failures: 1 } } },
  });
  await stand.reaches("remote", "ready");
  await isLive(page);
  await page.getByRole("link", { name: /remote.*tools/ }).waitFor();
  await page.evaluate("globalThis.isTheSamePage = true");
  await server.kill();
  await page.getByText("1 of 1 upstream not up:").waitFor();
  const again = await everythingOver("streamableHttp", server.port);
  t.after(() => again.kill());
  await page.getByRole("link", { name: /remote.*tools/ }).waitFor({ timeout: 30_000 });
  assert.equal(await page.evaluate("globalThis.isTheSamePage"), true);
});

test("an upstream is added by pasting what a client has", { skip }, async (t) => {
  const { page } = await visit(t, { mcpServers: {} });
  await page.getByRole("link", { name: "Upstreams", exact: true }).click();
  await page.getByRole("button", { name: "Add upstreams" }).click();
  await page.getByLabel("Configuration").fill(`{"mcpServers": {"pasted": ${JSON.stringify(everything)}}}`);
  await page.getByText("Found 1 server: pasted").waitFor();
  await page.getByRole("button", { name: "Add 1 upstream" }).click();
  await page.getByRole("row", { name: /pasted.*ready/ }).waitFor();
});

test("a batch is submitted from CSV, tried on some, watched, and cancelled", { skip }, async (t) => {
  const { stand, page } = await visit(t, { mcpServers: { everything } });
  await stand.reaches("everything", "ready");
  await page.goto("/jobs/new");
  const rows = Array.from({ length: 60 }, (_, index) => `${1 + index / 100},1`);
  await page.getByLabel("Operations as CSV").fill(`duration,steps\n${rows.join("\n")}\n`);
  await page.getByText("CSV, 60 operations").waitFor();
  await page.getByRole("combobox", { name: "Tool" }).fill("long-running");
  await page.getByRole("option", { name: "everything__trigger-long-running-operation" }).click();
  assert.match(await page.getByLabel("Operation", { exact: true }).inputValue(), /\{\{duration:number\}\}/);
  await page.getByRole("button", { name: "Make the first 2, then pause" }).click();
  await page.getByText("58 begin when it is resumed").waitFor();
  await page.getByText("Long running operation completed").first().waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("running", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Cancel job" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel job" }).click();
  await page.getByText("cancelled", { exact: true }).first().waitFor();
});

test("the page says that the gateway is gone, and goes on when it is back", { skip }, async (t) => {
  const { stand, page } = await visit(t, { mcpServers: { everything } });
  await isLive(page);
  await stand.stop();
  await page.getByText("The connection to the gateway is lost").waitFor();
  await stand.start();
  await isLive(page);
  await page.getByText("The connection to the gateway is lost").waitFor({ state: "detached" });
  await stand.reaches("everything", "ready");
  await page.getByRole("link", { name: /everything.*tools/ }).waitFor();
});

test(
  "a gateway that asks for keys is entered with one, which stands in no address and ends with the tab",
  { skip },
  async (t) => {
    const folder = await ownFolder();
    rig.defer(folder.remove);
    const stand = rig.use(new DashboardStand(folder.path, { mcpServers: { everything }, auth: { apiKeys: true } }));
    await stand.start();
    const { page, complaints, close } = await openPage(browserOf(), stand.origin);
    t.after(close);
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    page.on("websocket", (socket) => addresses.push(socket.url()));
    const key = await stand.makeKey("visitor", "admin");
    await page.goto("/access");
    await page.getByLabel("API key").fill("swy_000000000000_wrong");
    await page.getByRole("button", { name: "Enter" }).click();
    await page.getByText("This key is not valid, or no longer.").waitFor();
    await page.getByLabel("API key").fill(key.text);
    await page.getByRole("button", { name: "Enter" }).click();
    await isLive(page);
    await page.getByRole("row", { name: /visitor/ }).waitFor();
    assert.ok(
      addresses.every((address) => !address.includes("swy_")),
      "no key stands in an address",
    );
    await stand.revokeKey(key.id);
    await page.getByText("Who is there?").waitFor();
    assert.equal(await page.evaluate("sessionStorage.length + localStorage.length"), 0);
    assert.deepEqual(complaints, []);
  },
);

test("what is looked for is found by typing some of its name", { skip }, async (t) => {
  const { stand, page } = await visit(t, {
    mcpServers: { everything, files: { command: process.execPath, args: [scriptOf("filesystem"), "/tmp"] } },
  });
  await stand.reaches("everything", "ready");
  await isLive(page);
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Pages, upstreams, tools …").fill("get-sum");
  await page.getByText("everything__get-sum").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "everything__get-sum" }).waitFor();
});

test(
  "what is wrong is seen, and that somebody sees to it; a schedule is run; settings are found; a call is made once more",
  { skip },
  async (t) => {
    const { stand, page } = await visit(t, {
      mcpServers: { everything, away: { url: "http://127.0.0.1:9/mcp" } },
      alerts: { upstream_down: { forMs: 0 } },
    });
    await stand.reaches("everything", "ready");
    await page.getByRole("link", { name: /Alerts & SLO/ }).click();
    await page.getByText("away is not connected").waitFor();
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("local sees to it").waitFor();

    const operation = { type: "tool_call", parameters: { tool_name: "everything__echo", arguments: { message: "x" } } };
    await stand.api("/api/schedules?cron=0%203%20*%20*%20*&name=nightly", { operations: [operation] });
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.getByText("nightly").waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByRole("link", { name: /^Last / }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();

    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByRole("switch", { name: "defaults, too" }).click({ force: true });
    await page.getByLabel("Search settings").fill("listen port");
    await page.getByText("listen.port").waitFor();
    await page.getByRole("cell", { name: "default", exact: true }).waitFor();

    const call = async (args: JsonObject): Promise<string> => {
      const response = await fetch(`${stand.origin}/api/call`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: JSON.stringify({ tool: "everything__echo", arguments: args }),
      });
      await response.arrayBuffer();
      return response.headers.get("switchyard-call") ?? "";
    };
    await page.goto(`/calls/${await call({ message: "once" })}`);
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("link", { name: "On record" }).waitFor();
    await page.goto(`/calls/${await call({ message: "once", password: "hunter2" })}`);
    await page.getByText("It cannot be made again, as its arguments were redacted").waitFor();
  },
);

test("pages say for which role they are", { skip }, async (t) => {
  const { stand, page } = await visit(t, { mcpServers: { everything }, auth: { apiKeys: true } });
  const { text } = await stand.makeKey("watcher", "viewer");
  await page.getByLabel("API key").fill(text);
  await page.getByRole("button", { name: "Enter" }).click();
  await isLive(page);
  for (const name of ["Cache", "Alerts & SLO", "Settings"]) {
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await page.getByText("Not for your role").waitFor();
  }
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByText("with the role viewer").waitFor();
});
