import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Simulator, startSimulator } from "../../connectors/checkmk/simulator/simulator.ts";
import { openBrowser, ownFolder } from "../rig/browser.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { type VisitOptions, goTo, visitsTo } from "../rig/dashboard-visits.ts";
import { obstaclesOn } from "../rig/obstacles.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* The page of the monitoring in a real Chromium, in front of a gateway with a simulated site under a name of its own. */

const opened = await openBrowser();
const rig = fileRig();
const skip = "missing" in opened ? opened.missing : false;

let stand: DashboardStand;
let simulator: Simulator;

before(async () => {
  if (skip !== false) return;
  const folder = await ownFolder();
  rig.defer(folder.remove);
  simulator = rig.use(await startSimulator({ hosts: 40, nowMs: () => Date.now(), workMs: 50 }));
  const { url, livestatusPort: port, site } = simulator;
  const login = { url, site: site.name, user: "automation", secret: "automation-secret", changesEveryMs: 100 };
  const config = { ...login, livestatus: { [site.name]: { host: "127.0.0.1", port } } };
  stand = rig.use(
    new DashboardStand(folder.path, {
      mcpServers: { north: { connector: "checkmk", config }, south: { connector: "checkmk", config: login } },
      auth: { apiKeys: true },
    }),
  );
  await stand.start();
});

after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const visitTo = visitsTo(rig, opened, "north");
const visit = (path: string, options?: VisitOptions): Promise<Page> => visitTo(stand, path, options);

test("the menu leads to the monitoring, which says how everything stands", { skip }, async () => {
  const page = await visit("/");
  await page.getByRole("link", { name: "Monitoring" }).click();
  await page.getByText(/^40 hosts with [\d,]+ services, \d+ problems?$/).waitFor();
  await page.getByText(/^grade [A-DF][+-]?$/).waitFor();
  await page.getByRole("heading", { name: "Most urgent" }).waitFor();
});

test("a problem is acknowledged and planned away, and is then no open one", { skip }, async () => {
  const page = await visit("/monitoring?view=problems");
  const first = page.getByRole("button", { name: /^Acknowledge: / }).first();
  const label = (await first.getAttribute("aria-label")) ?? "";
  await first.click();
  const dialog = page.getByRole("dialog", { name: label });
  assert.equal(await dialog.getByRole("button", { name: "Acknowledge", exact: true }).isEnabled(), false);
  await dialog.getByLabel("Comment").fill("Ada looks after it");
  await dialog.getByRole("button", { name: "Acknowledge", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: label, exact: true }).waitFor({ state: "detached" });
  await page.getByLabel("Also what is taken care of").check();
  await page.getByText("acknowledged", { exact: true }).first().waitFor();

  const about = label.replace("Acknowledge: ", "Downtime: ");
  await page.getByRole("button", { name: about, exact: true }).click();
  await page.getByRole("dialog", { name: about }).getByLabel("Comment").fill("New disks");
  await page.getByRole("button", { name: "Plan downtime" }).click();
  await page.getByRole("dialog", { name: about }).waitFor({ state: "detached" });
  await until(
    async () => [...simulator.site.estate.downtimes.values()].some(({ comment }) => comment === "New disks"),
    "the downtime is planned",
  );
});

test("a host is opened from where it is named, and stands in the address", { skip }, async () => {
  const page = await visit("/monitoring");
  const host = await page.locator(".problem button").first().textContent();
  assert.ok(host !== null);
  await page.locator(".problem button").first().click();
  await page.waitForURL(new RegExp(`host=${host}`));
  const dialog = page.getByRole("dialog", { name: host });
  await dialog.getByText(/^Health [\d.]+ %, grade/).waitFor();
  await dialog.getByText("Among its peers").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.doesNotMatch(page.url(), /host=/);
});

test(
  "of a site that has the REST API alone the same is shown, and what that does not tell is said",
  { skip },
  async () => {
    const page = await visit("/monitoring?upstream=south");
    await page.getByText(/^40 hosts with [\d,]+ services, \d+ problems?$/).waitFor();
    await page
      .getByText(/^What began and what ended within the last hour is not known: The REST API has no log/)
      .waitFor();
    await page.locator(".problem button").first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/^Health [\d.]+ %, grade/).waitFor();
    await dialog.getByText(/^Whether it becomes worse is not known/).waitFor();
  },
);

test("whoever may only look is offered nothing to do", { skip }, async () => {
  const page = await visit("/monitoring", { role: "viewer" });
  await page.locator(".problem").first().waitFor();
  assert.equal(await page.getByRole("button", { name: /^(?:Acknowledge|Downtime): / }).count(), 0);
});

test("what happens is shown as it happens, and so is its end", { skip }, async () => {
  const { estate } = simulator.site;
  const [host = ""] = [...estate.hosts.values()].flatMap(({ name, state }) => (state === 0 ? [name] : []));
  const page = await visit("/monitoring?view=problems");
  await page.locator(".problem").first().waitFor();
  await page.evaluate("globalThis.isTheSamePage = true");
  const target = { host, service: "CPU load" };
  estate.result(target, { state: 2, output: "load of 42", perfData: "" });
  await page.getByText("load of 42").waitFor();
  estate.result(target, { state: 0, output: "load of 1", perfData: "" });
  await page.getByText("load of 42").waitFor({ state: "detached" });
  assert.equal(await page.evaluate("globalThis.isTheSamePage"), true);
});

/** What is seen of each view once it is there. */
const views = {
  "/monitoring": "Worst hosts",
  "/monitoring?view=problems": "Also what is taken care of",
  "/monitoring?upstream=south": "within the last hour is not known",
};

for (const [scheme, width] of [
  ["light", 1280],
  ["dark", 390],
] as const) {
  test(`no view is hard to use for some: ${scheme}, ${width} px wide`, { skip }, async () => {
    const page = await visit("/", { scheme, width });
    for (const [path, text] of Object.entries(views)) {
      await goTo(page, path);
      await page.getByText(text).first().waitFor();
      assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 }, path);
    }
  });
}

test("a site that does not answer is told with what to do, and what was read before stays", { skip }, async () => {
  const [, host = ""] = simulator.site.estate.hosts.keys();
  const page = await visit("/monitoring");
  await page.locator(".problem").first().waitFor();
  await simulator.close();
  await goTo(page, `/monitoring?host=${host}`);
  const dialog = page.getByRole("dialog", { name: host });
  await dialog.getByRole("alert").waitFor();
  await dialog.getByRole("button", { name: "Try again" }).waitFor();
});
