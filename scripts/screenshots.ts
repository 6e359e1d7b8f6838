/** Takes a picture of every page, light and dark, wide and narrow, into docs/images/: a gateway with real servers, some traffic and one of them down. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { startSimulator } from "../connectors/checkmk/simulator/simulator.ts";
import { seedSample } from "../connectors/frappe/simulator/seed-sample.ts";
import { startSimulator as startErp } from "../connectors/frappe/simulator/start.ts";
import { openBrowser, openPage } from "../test/rig/browser.ts";
import { demoGateway } from "../test/rig/dashboard-stand.ts";
import { configured } from "../test/rig/frappe-stand.ts";
import { Rig } from "../test/rig/rig.ts";

const out = fileURLToPath(new URL("../docs/images/", import.meta.url));
const only = process.argv[2];

const opened = await openBrowser();
if ("missing" in opened) throw new Error(opened.missing);
const { browser } = opened;
const folder = mkdtempSync(join(tmpdir(), "switchyard-pictures-"));
await using rig = new Rig();
const monitored = rig.use(await startSimulator({ hosts: 40, nowMs: () => Date.now() }));
const { site } = monitored;
const monitoring = {
  connector: "checkmk",
  config: {
    url: monitored.url,
    site: site.name,
    user: "automation",
    secret: "automation-secret",
    livestatus: { [site.name]: { host: "127.0.0.1", port: monitored.livestatusPort ?? 0 } },
  },
};
const erpSite = rig.use(await startErp({ seed: seedSample }));
const credential = configured(erpSite, "accounts@example.com");
const erp = { connector: "frappe", config: { url: erpSite.url, credential } };
const { origin, jobId, callId } = await demoGateway(rig, folder, { monitoring, erp });
const invoice = (number: number): string =>
  `/documents?doctype=Sales+Invoice&name=ACC-SINV-${new Date().getUTCFullYear()}-0000${number}`;
mkdirSync(out, { recursive: true });

/** What is done on a page before its picture is taken. */
const pages: Readonly<
  Record<string, { readonly path: string; readonly first?: ((page: Page) => Promise<unknown>) | undefined }>
> = {
  overview: { path: "/" },
  upstreams: { path: "/upstreams" },
  upstream: { path: "/upstreams/tracker" },
  tools: { path: "/tools" },
  tool: {
    path: "/tools/everything__get-sum",
    first: async (page) => {
      await page.getByRole("textbox", { name: "a", exact: true }).fill("19");
      await page.getByRole("textbox", { name: "b", exact: true }).fill("23");
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await page.getByText("The sum of 19").waitFor();
    },
  },
  calls: { path: "/calls?view=record" },
  call: { path: `/calls/${callId}` },
  jobs: { path: "/jobs" },
  job: { path: `/jobs/${jobId}` },
  "new-job": {
    path: "/jobs/new",
    first: async (page) => {
      await page.getByLabel("Operations as CSV").fill("message,priority\nRestart the relay,1\nCheck the log,2\n");
      await page.getByRole("combobox", { name: "Tool" }).fill("echo");
      await page.getByRole("option", { name: "everything__echo" }).click();
    },
  },
  events: { path: "/events" },
  cache: { path: "/cache" },
  prompts: { path: "/prompts" },
  cashflow: { path: "/cashflow?scenario=no_second_closing&with=growth&months=36" },
  "cashflow-risk": { path: "/cashflow?view=risk&scenario=late_payers&months=36" },
  "cashflow-entity": {
    path: "/cashflow?view=entities&entity=employee:mira-okafor",
    first: async (page) => {
      await page.getByRole("textbox", { name: "salary" }).fill("71000.125");
      await page.getByText("has more than two decimals").waitFor();
    },
  },
  "cashflow-captable": { path: "/cashflow?view=captable" },
  monitoring: { path: "/monitoring" },
  "monitoring-problems": { path: "/monitoring?view=problems" },
  documents: { path: "/documents" },
  "documents-list": {
    path: "/documents?doctype=Sales+Invoice&filters=docstatus+%3D+1&columns=customer,due_date,outstanding_amount&chart=bar+by+customer+sum+of+outstanding_amount",
    first: (page) => page.getByRole("img", { name: /by Customer/ }).waitFor(),
  },
  "documents-document": {
    path: invoice(3),
    first: (page) => page.getByRole("table", { name: "Ledger" }).waitFor(),
  },
  "documents-editor": {
    path: invoice(9),
    first: (page) => page.getByRole("button", { name: "Edit" }).click(),
  },
  "documents-report": {
    path: "/documents?report=General+Ledger&filters=company+%3D+Sample+Company|from_date+%3D+2020-01-01|to_date+%3D+2099-12-31",
    first: (page) => page.getByRole("columnheader", { name: "Debit" }).waitFor(),
  },
  alerts: {
    path: "/alerts",
    first: (page) => page.getByText("tracker is not connected").waitFor({ timeout: 40_000 }),
  },
  access: { path: "/access" },
  settings: { path: "/settings" },
};

// Something to see on what shows the last minutes.
const traffic = setInterval(() => void call().catch(() => undefined), 400);

async function call(): Promise<void> {
  const round = Math.floor(Math.random() * 12);
  const body = JSON.stringify(
    round === 11
      ? { tool: "files__read_text_file", arguments: { path: "/etc/nothing" } }
      : { tool: "everything__get-sum", arguments: { a: round, b: Math.floor(Math.random() * 9) } },
  );
  await fetch(`${origin}/api/call`, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body,
  });
}

for (const width of [1280, 390]) {
  for (const scheme of ["light", "dark"] as const) {
    const { page, close } = await openPage(browser, origin, { width, scheme });
    await page.goto("/");
    await page.getByText("Live", { exact: true }).waitFor({ state: "attached" });
    for (const [name, shown] of Object.entries(pages)) {
      const { path } = shown;
      if (only !== undefined && !name.startsWith(only)) continue;
      // By the router, as a person goes there: what was seen live stays.
      await page.evaluate(
        `history.pushState({}, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`,
      );
      await shown.first?.(page);
      await page.waitForTimeout(900);
      const overflow = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
      if (overflow > 0) console.error(`${name} at ${width} is ${overflow} px too wide`);
      writeFileSync(join(out, `${name}-${scheme}-${width}.png`), await page.screenshot());
    }
    await close();
  }
}
clearInterval(traffic);
await browser.close();
rmSync(folder, { recursive: true, force: true });
