import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openBrowser, openPage, ownFolder } from "../rig/browser.ts";
import { DashboardStand, everything } from "../rig/dashboard-stand.ts";
import { goTo } from "../rig/dashboard-visits.ts";
import { whyWithout } from "../rig/npm-servers.ts";
import { obstaclesOn } from "../rig/obstacles.ts";
import { fileRig } from "../rig/rig.ts";

/* Every page of the dashboard in a real Chromium: whether people can use it who see, hear or point otherwise than others. */

const opened = await openBrowser();
const rig = fileRig();
after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const skip = "missing" in opened ? opened.missing : whyWithout("everything");

/** Everything that can be gone to, by what is seen when it is there. */
const pages = {
  "/": "What is connected",
  "/upstreams": "The MCP servers behind this gateway",
  "/upstreams/everything": "How it stands",
  "/tools": "everything__echo",
  "/tools/everything__echo": "Its schema",
  "/prompts": "There is no template yet",
  "/prompts/brief": "What it says",
  "/calls?view=record": "On record",
  "/jobs": "There is no schedule",
  "/jobs/new": "1. Operations",
  "/events": "Hold still",
  "/cache": "By tool",
  "/cashflow": "No upstream is a cash-flow model",
  "/monitoring": "No upstream is a monitoring site",
  "/documents": "No upstream is a Frappe site",
  "/alerts": "Objectives of tools",
  "/access": "What roles may do",
  "/settings?all=yes": "mcpServers.everything.command",
};

for (const [scheme, width] of [
  ["light", 1280],
  ["dark", 390],
] as const) {
  test(`no page is hard to use for some: ${scheme}, ${width} px wide`, { skip }, async (t) => {
    assert.ok("browser" in opened);
    const folder = await ownFolder();
    rig.defer(folder.remove);
    const stand = rig.use(
      new DashboardStand(folder.path, { mcpServers: { everything, away: { url: "http://127.0.0.1:9/mcp" } } }),
    );
    await stand.start();
    await stand.reaches("everything", "ready");
    const { page, strays, complaints, close } = await openPage(opened.browser, stand.origin, { width, scheme });
    t.after(close);
    await page.goto("/");
    for (const [path, text] of Object.entries(pages)) {
      await goTo(page, path);
      await page.getByText(text).first().waitFor();
      assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 }, path);
    }
    await page.goto("/nowhere/at/all");
    await page.getByText("There is nothing at").first().waitFor();
    assert.deepEqual([strays, complaints], [[], []]);
  });
}
