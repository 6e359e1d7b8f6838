import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
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

/** Chooses from which role on the tool of this page may be used, and waits for what is told then. */
async function isToldAfterChoosing(page: Page, role: string, told: string): Promise<void> {
  await page.getByRole("combobox", { name: "From which role on it may be used" }).click();
  await page.getByRole("option", { name: role, exact: true }).click();
  const message = page.getByRole("alert").filter({ hasText: told });
  await message.getByRole("button", { name: "Close the message" }).waitFor();
  assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 }, told);
  assert.equal(await message.count(), 1, "it was there all the time");
  await message.getByRole("button", { name: "Close the message" }).click();
  await message.waitFor({ state: "detached" });
}

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

  test(`what a page tells can be read and closed by everybody: ${scheme}, ${width} px wide`, { skip }, async (t) => {
    assert.ok("browser" in opened);
    const folder = await ownFolder();
    rig.defer(folder.remove);
    const stand = rig.use(new DashboardStand(folder.path, { mcpServers: { everything } }));
    await stand.start();
    await stand.reaches("everything", "ready");
    const { page, close } = await openPage(opened.browser, stand.origin, { width, scheme });
    t.after(close);
    await page.goto("/tools/everything__echo");
    await isToldAfterChoosing(page, "operator", "It holds from now on");
    writeFileSync(join(folder.path, "switchyard.json"), "{ what somebody is still writing");
    await isToldAfterChoosing(page, "viewer", "switchyard.json");
  });
}
