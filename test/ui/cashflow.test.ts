import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { openBrowser, ownFolder } from "../rig/browser.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { type VisitOptions, goTo, visitsTo } from "../rig/dashboard-visits.ts";
import { obstaclesOn } from "../rig/obstacles.ts";
import { fileRig } from "../rig/rig.ts";

/* The page of the cash flow in a real Chromium, in front of a gateway with the example company under a name of its own. */

const opened = await openBrowser();
const rig = fileRig();
const skip = "missing" in opened ? opened.missing : false;
const example = fileURLToPath(new URL("../../examples/cashflow", import.meta.url));

let stand: DashboardStand;

before(async () => {
  if (skip !== false) return;
  const folder = await ownFolder();
  rig.defer(folder.remove);
  cpSync(example, join(folder.path, "company"), { recursive: true });
  stand = rig.use(
    new DashboardStand(folder.path, {
      mcpServers: { borealis: { connector: "cashflow", config: { dir: "./company" } } },
      auth: { apiKeys: true },
    }),
  );
  await stand.start();
});

after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

/** The YAML of the people. */
const team = (): string => join(stand.folder, "company", "entities", "team.yaml");

const visitTo = visitsTo(rig, opened, "borealis");
const visit = (path: string, options?: VisitOptions): Promise<Page> => visitTo(stand, path, options);

test(
  "the menu leads to the cash flow, whose address holds what was chosen, and follows the files",
  { skip },
  async () => {
    const page = await visit("/");
    await page.getByRole("link", { name: "Cash flow" }).click();
    await page.getByText("Borealis Instruments, from Jan 2026 with 420,000 EUR").waitFor();
    await page.getByRole("combobox", { name: "Scenario" }).click();
    await page.getByRole("option", { name: "No second closing" }).click();
    await page.waitForURL(/scenario=no_second_closing/);
    await page.goto("/cashflow?scenario=late_payers&with=growth&months=12");
    await page.getByRole("img", { name: /^Cash of late_payers: -?[\d,]+ EUR at the end/ }).waitFor();
    await page.getByText("Cash, growth").waitFor();
    await page.getByRole("button", { name: "Total expenses of Jan 2026: 67,465" }).waitFor();
    await page.evaluate("globalThis.isTheSamePage = true");
    writeFileSync(team(), readFileSync(team(), "utf8").replace("salary: 71000", "salary: 83000"));
    // 1,000 a month more, and 28 % on top.
    await page.getByRole("button", { name: "Total expenses of Jan 2026: 68,745" }).waitFor();
    assert.equal(await page.evaluate("globalThis.isTheSamePage"), true);
  },
);

test(
  "figures are explained by keyboard, and say how they are computed where they have the focus",
  { skip },
  async () => {
    const page = await visit("/cashflow?months=12");
    await page.getByRole("group", { name: /^Runway months/ }).focus();
    await page
      .getByRole("tooltip")
      .getByText(/months until cash_balance < 0/)
      .waitFor();
    await page.getByRole("button", { name: /^Total revenue of Jan 2026/ }).focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "Enter"]) await page.keyboard.press(key);
    const dialog = page.getByRole("dialog", { name: "Total expenses of Mar 2026" });
    await dialog.getByText("budget 96000.00 ÷ 9 months, part 2").waitFor();
    await dialog.getByText("project.budget · entities/costs.yaml:66").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  },
);

test("a simulation tells how far it is, and is cancelled", { skip }, async () => {
  const page = await visit("/cashflow?view=risk&months=60");
  await page.getByRole("img", { name: /^Cash at the end in the middle of all cases/ }).waitFor();
  await page.getByRole("combobox", { name: "Cases" }).click();
  await page.getByRole("option", { name: "100,000" }).click();
  await page.getByText(/^[\d,]+ of 100,000$/).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Cancelled", { exact: true }).waitFor();
});

test(
  "a field is checked as it is typed, and saved into its file, the rest of which stays as it was",
  { skip },
  async () => {
    const page = await visit("/cashflow?view=entities");
    await page.getByLabel("Search entities").fill("okafor");
    await page.getByText("1 of 44 entities").waitFor();
    await page.getByRole("button", { name: "Mira Okafor" }).click();
    const salary = page.getByRole("textbox", { name: "salary" });
    await salary.fill("84000.123");
    await page.getByText("84000.123 has more than two decimals. Write 84000.12.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Save 1 field" }).isEnabled(), false);
    const written = readFileSync(team(), "utf8");
    await salary.fill("90000");
    await page.getByText("Valid", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Save 1 field" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const expected = written.replace(/(?<head>name: Mira Okafor[^-]*?salary: )\d+/, "$<head>90000");
    assert.notEqual(expected, written);
    assert.equal(readFileSync(team(), "utf8"), expected);
  },
);

test("whoever may not save looks at an entity, and is told why", { skip }, async () => {
  const page = await visit("/cashflow?view=entities&entity=employee:ines-falk", { role: "viewer" });
  await page.getByText("your key does not reach entity_save").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "salary" }).isDisabled(), true);
});

/** What is seen of each view once it is there. */
const views = {
  "/cashflow": "What ends on the way",
  "/cashflow?view=risk": "What drives it",
  "/cashflow?view=entities": "44 entities",
  "/cashflow?view=entities&entity=employee:ines-falk": "Nothing is changed",
  "/cashflow?view=captable": "Holdings",
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
