import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { startSimulator } from "../../connectors/checkmk/simulator/simulator.ts";
import { openBrowser, ownFolder } from "../rig/browser.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { visitsTo } from "../rig/dashboard-visits.ts";
import { fileRig } from "../rig/rig.ts";

/* Jobs and schedules of what a tool answers page by page, made in a real Chromium in front of a simulated site. */

const opened = await openBrowser();
const rig = fileRig();
const skip = "missing" in opened ? opened.missing : false;

let stand: DashboardStand;

before(async () => {
  if (skip !== false) return;
  const folder = await ownFolder();
  rig.defer(folder.remove);
  const { url, site } = rig.use(await startSimulator({ hosts: 40, nowMs: () => Date.now(), workMs: 50 }));
  const config = { url, site: site.name, user: "automation", secret: "automation-secret", changesEveryMs: 100 };
  stand = rig.use(
    new DashboardStand(folder.path, {
      mcpServers: { south: { connector: "checkmk", config } },
      auth: { apiKeys: true },
    }),
  );
  await stand.start();
});

after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const visitTo = visitsTo(rig, opened, "south");

const operation = {
  type: "tool_call",
  parameters: {
    tool_name: "south__acknowledge_service_problem",
    arguments: { host_name: "{{host_name}}", service_name: "{{service_name}}", comment: "Ada looks after it" },
  },
  idempotencyKey: "ack-{{host_name}}-{{service_name}}",
};

/** Fills the form with the problems of all services, and what is done with each. */
async function fillForm(page: Page): Promise<void> {
  await page.getByText("From a tool's pages").click();
  await page.getByRole("combobox", { name: "Tool that is read" }).fill("stream_services");
  await page.getByRole("option", { name: "south__stream_services" }).click();
  await page.getByLabel("Its arguments").fill('{"state_filter": ["CRITICAL"]}');
  await page.getByRole("button", { name: "Look at the first page" }).click();
  await page.getByText(/^\d+ rows? on the first page:$/).waitFor();
  assert.equal(await page.getByLabel("Where the rows are").inputValue(), "/structuredContent/services");
  await page.getByRole("combobox", { name: "Tool", exact: true }).fill("acknowledge_service");
  await page.getByRole("option", { name: "south__acknowledge_service_problem" }).click();
  const template = page.getByLabel("Operation", { exact: true });
  assert.match(await template.inputValue(), /"host_name": "\{\{host_name\}\}"/, "columns are filled in");
  await template.fill(JSON.stringify(operation));
}

test("a job is made of a tool's pages by a form, and says what it reads and does", { skip }, async () => {
  const page = await visitTo(stand, "/jobs/new");
  await fillForm(page);
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  await page.getByRole("heading", { name: "Pages" }).waitFor();
  await page.getByText(/^\d+ pages? read, all$/).waitFor();
  await page.getByText("completed", { exact: true }).waitFor();
  const does = page.getByRole("region", { name: "What each row does" });
  assert.deepEqual(JSON.parse((await does.textContent()) ?? ""), operation);
  await page.goto("/jobs");
  await page.getByText(/^each row of south__stream_services, \d+ pages?$/).waitFor();
});

test("a schedule is made of a tool's pages by the same form, and run", { skip }, async () => {
  const page = await visitTo(stand, "/jobs/new");
  await fillForm(page);
  await page.getByLabel("Or at times").fill("often");
  await page.getByRole("button", { name: "Make a schedule" }).click();
  await page.getByText(/cron must be minute, hour/).waitFor();
  await page.getByLabel("Or at times").fill("0 3 * * *");
  await page.getByRole("button", { name: "Make a schedule" }).click();
  await page.getByText("each row of south__stream_services", { exact: true }).first().waitFor();
  await page.locator("summary").filter({ hasText: "each row of south__stream_services" }).click();
  const does = page.getByRole("region", { name: "What it does" });
  assert.deepEqual(JSON.parse((await does.textContent()) ?? "").template, operation);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByRole("link", { name: /^Last / }).click();
  await page.getByText(/^\d+ pages? read, all$/).waitFor();
});
