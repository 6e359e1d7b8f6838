import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Client } from "../../connectors/frappe/client/client.ts";
import { openSite } from "../../connectors/frappe/client/site.ts";
import { seedSample } from "../../connectors/frappe/simulator/seed-sample.ts";
import { type Simulator, startSimulator } from "../../connectors/frappe/simulator/start.ts";
import { openBrowser, ownFolder } from "../rig/browser.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { type VisitOptions, goTo, visitsTo } from "../rig/dashboard-visits.ts";
import { configured } from "../rig/frappe-stand.ts";
import { obstaclesOn } from "../rig/obstacles.ts";
import { fileRig } from "../rig/rig.ts";

/* The page of an ERP's documents in a real Chromium, in front of a gateway with a simulated site under a name of its own. */

const opened = await openBrowser();
const rig = fileRig();
const skip = "missing" in opened ? opened.missing : false;
const { signal } = new AbortController();

let stand: DashboardStand;
let site: Simulator;
/** Somebody else who works on the site, past the gateway. */
let other: Client;

before(async () => {
  if (skip !== false) return;
  const folder = await ownFolder();
  rig.defer(folder.remove);
  site = rig.use(await startSimulator({ seed: seedSample }));
  const backend = openSite({ url: site.url });
  rig.defer(() => {
    backend.close();
  });
  other = backend.as(site.keyOf("Administrator"));
  const config = {
    url: site.url,
    credential: configured(site, "accounts@example.com"),
    masked: { "Sales Invoice": ["territory"] },
  };
  stand = rig.use(
    new DashboardStand(folder.path, {
      mcpServers: { books: { connector: "frappe", config } },
      auth: { apiKeys: true },
      // Each view takes some calls of its visitor's key, and here one visitor looks at more of them in a minute than people do.
      rateLimit: { caller: { perMinute: 6000 } },
    }),
  );
  await stand.start();
});

after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const visitTo = visitsTo(rig, opened, "books");
const visit = (path: string, options?: VisitOptions): Promise<Page> => visitTo(stand, path, options);

/** The invoices of the sample by number, in the order in which they were written. */
const invoice = (number: number): string => `ACC-SINV-${new Date().getUTCFullYear()}-0000${number}`;

const addressOf = (name: string): string => `/documents?doctype=Sales+Invoice&name=${name}`;

/** Takes a step that is asked about once more. */
async function confirmed(page: Page, label: string): Promise<void> {
  await page.getByRole("button", { name: label, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: label, exact: true }).click();
}

/** The sums of the ledger, debit and credit, as they are shown. */
async function ledgerShows(page: Page, entries: number, sum: string): Promise<void> {
  const ledger = page.getByRole("table", { name: "Ledger" });
  await ledger.locator("tfoot").getByText(sum, { exact: true }).first().waitFor();
  assert.equal(await ledger.locator("tbody tr").count(), entries);
  assert.deepEqual((await ledger.locator("tfoot th").allTextContents()).slice(1), [sum, sum]);
}

const rowOf = (page: Page, name: string): Locator =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });

test(
  "a person finds what is overdue, charts it, cancels an invoice, amends, corrects and submits it, and sees the ledger follow",
  { skip },
  async () => {
    const page = await visit("/");
    await page.getByRole("link", { name: "Documents" }).click();
    await page.getByRole("link", { name: "Overdue invoices" }).click();
    await page.getByText("1 to 5 of 5").waitFor();
    const name = invoice(3);
    assert.match((await rowOf(page, name).textContent()) ?? "", /Birch Street Bakery.*950\.00950\.00$/);

    await page.getByRole("button", { name: "Chart", exact: true }).click();
    await page.getByRole("combobox", { name: "By", exact: true }).click();
    await page.getByRole("option", { name: "Customer", exact: true }).click();
    await page.getByRole("combobox", { name: "Sum of" }).click();
    await page.getByRole("option", { name: "Outstanding Amount", exact: true }).click();
    await page.getByRole("img", { name: /^Outstanding Amount by Customer/ }).waitFor();
    const figures = page.getByRole("table", { name: "Outstanding Amount by Customer" });
    assert.deepEqual(await figures.getByRole("row").allTextContents(), [
      "Aurora Instruments16,150",
      "Birch Street Bakery950",
      "Cobalt Shipping2,850",
      "Dune Analytics Lab7,600",
    ]);

    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await ledgerShows(page, 2, "950.00");
    await confirmed(page, "Cancel");
    await page.getByRole("button", { name: "Amend" }).waitFor();
    await ledgerShows(page, 4, "1,900.00");

    await confirmed(page, "Amend");
    await page.getByRole("heading", { name: `${name}-1` }).waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Qty of row 1 of Items").fill("2");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText(`Saved ${name}-1`).waitFor();
    await confirmed(page, "Submit");
    await page.getByRole("button", { name: "Cancel", exact: true }).waitFor();
    await ledgerShows(page, 2, "1,900.00");
    const saved = await other.read("Sales Invoice", `${name}-1`, signal);
    assert.deepEqual(
      [saved["amended_from"], saved["docstatus"], saved["grand_total"], saved["outstanding_amount"]],
      [name, 1, 1900, 1900],
    );

    await confirmed(page, "Cancel");
    await page.getByRole("button", { name: "Amend" }).waitFor();
    await ledgerShows(page, 4, "3,800.00");
    await confirmed(page, "Amend");
    await page.getByRole("heading", { name: `${name}-2` }).waitFor();
    await page.getByText("Draft", { exact: true }).first().waitFor();
  },
);

test("who is slower sees both versions, and says what shall stand", { skip }, async () => {
  const name = invoice(9);
  const page = await visit(addressOf(name));
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Also fields that are empty").check();
  await page.getByLabel("Po No").fill("mine");
  await page.getByLabel("Remarks").fill("kept by me");
  await other.update("Sales Invoice", name, { po_no: "theirs" }, signal);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Somebody else has changed it meanwhile" }).waitFor();
  assert.equal((await other.read("Sales Invoice", name, signal))["po_no"], "theirs", "nothing was written");
  const save = page.getByRole("button", { name: "Save what I chose" });
  await page.getByRole("radiogroup", { name: "Po No" }).getByLabel("Theirs", { exact: true }).check();
  assert.equal(await save.isEnabled(), false);
  await page.getByRole("radiogroup", { name: "Remarks" }).getByLabel("Mine").check();
  await save.click();
  await page.getByText("kept by me").waitFor();
  const { po_no: po, remarks } = await other.read("Sales Invoice", name, signal);
  assert.deepEqual([po, remarks], ["theirs", "kept by me"]);
});

test("what the site refuses is told with the way out, and what was typed stays", { skip }, async () => {
  const page = await visit(addressOf(invoice(9)));
  await page.getByRole("button", { name: "Edit" }).click();
  const customer = page.getByRole("combobox", { name: "Customer", exact: true });
  await customer.fill("Nobody");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page
    .getByRole("alert")
    .getByText(/Nobody/)
    .first()
    .waitFor();
  assert.equal(await customer.inputValue(), "Nobody");
});

test(
  "a document is deleted after a question; one that others refer to stays, and they are named",
  { skip },
  async () => {
    const { doc } = await other.create(
      "Customer",
      { customer_name: "Elm Lane Books", customer_group: "Trade" },
      signal,
    );
    const name = String(doc["name"]);
    const page = await visit(`/documents?doctype=Customer&name=${encodeURIComponent("Birch Street Bakery")}`);
    await confirmed(page, "Delete");
    await page
      .getByRole("alert")
      .getByText(/ACC-SINV-/)
      .first()
      .waitFor();
    await page.getByRole("heading", { name: "Birch Street Bakery", exact: true }).waitFor();

    await goTo(page, `/documents?doctype=Customer&name=${encodeURIComponent(name)}`);
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal((await other.read("Customer", name, signal))["name"], name, "a question alone deletes nothing");
    await confirmed(page, "Delete");
    await page.getByText(`${name} is deleted`).waitFor();
    await page.getByText("1 to 4 of 4").waitFor();
    await assert.rejects(other.read("Customer", name, signal), /Elm Lane Books/);

    await goTo(page, addressOf(invoice(1)));
    await page.getByRole("button", { name: "Cancel", exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Delete", exact: true }).count(), 0, "none that is submitted");
  },
);

test("a masked field stays masked, and is none that can be asked for", { skip }, async () => {
  const page = await visit(addressOf(invoice(1)));
  await page.getByText("[masked]", { exact: true }).waitFor();
  await goTo(page, "/documents?doctype=Sales+Invoice");
  await page.getByRole("combobox", { name: "Only where" }).click();
  await page.getByRole("option", { name: "Customer", exact: true }).waitFor();
  assert.equal(await page.getByRole("option", { name: "Territory" }).count(), 0);
});

test("a list is filtered by the type of a field, ordered, paged, and saved as it is shown", { skip }, async () => {
  const page = await visit("/documents?doctype=GL+Entry&columns=account,debit&order=debit+desc");
  await page.getByText(/^1 to 20 of \d+$/).waitFor();
  await page.getByRole("button", { name: "Further ones" }).click();
  await page.getByText(/^21 to \d+ of \d+$/).waitFor();
  await page.waitForURL(/[?&]from=/);
  await page.getByRole("combobox", { name: "Only where" }).click();
  await page.getByRole("option", { name: "Account", exact: true }).click();
  await page.getByRole("combobox", { name: "Value of Account" }).fill("Main Bank");
  await page.getByRole("option", { name: "Main Bank - SC" }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("1 to 3 of 3").waitFor();
  await page.getByText("Account is Main Bank - SC").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as CSV" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  assert.deepEqual([lines[0], lines.length], ["Name,Account,Debit", 4]);
  assert.match(lines[1] ?? "", /^\w+,Main Bank - SC,0$/);
});

test("a report is asked for its filters, run, and saved", { skip }, async () => {
  const page = await visit("/documents");
  await page.getByRole("link", { name: "Accounts Receivable" }).click();
  assert.equal(await page.getByRole("button", { name: "Run" }).isEnabled(), false);
  await page.getByRole("combobox", { name: "Company" }).fill("Sample Company");
  await page.getByLabel("Report Date").fill("2099-12-31");
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("columnheader", { name: "Outstanding Amount" }).waitFor();
  await page.waitForURL(/filters=company/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as CSV" }).click(),
  ]);
  assert.match(await readFile(await download.path(), "utf8"), /Aurora Instruments/);
});

test("DocTypes and documents are found by a part of their name", { skip }, async () => {
  const page = await visit("/documents");
  const find = page.getByRole("textbox", { name: "Find", exact: true });
  await find.fill("cobalt");
  await page.getByRole("link", { name: /^Customer Cobalt Shipping/ }).waitFor();
  await find.fill("journal");
  await page.getByRole("link", { name: "Journal Entry", exact: true }).click();
  await page.getByText("1 to 3 of 3").waitFor();
});

test("what waits for a step of the visitor is named, and the step is taken", { skip }, async () => {
  const name = await awaitedWish();
  const page = await visit("/documents");
  await page.getByRole("link", { name: `Leave Wish ${name}` }).click();
  await confirmed(page, "Approve");
  await page.getByText("Approved", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Approve", exact: true }).first().waitFor({ state: "detached" });
  assert.equal((await other.read("Leave Wish", name, signal))["workflow_state"], "Approved");
});

/** A document in a workflow, in which a step waits for who keeps the accounts. */
async function awaitedWish(): Promise<string> {
  const doctype = "Leave Wish";
  const role = "Accounts Manager";
  const fields = ["title", "workflow_state"].map((fieldname) => ({ fieldname, label: fieldname, fieldtype: "Data" }));
  const permissions = [{ role, read: 1, write: 1, create: 1 }];
  await other.create("DocType", { name: doctype, module: "Custom", custom: 1, fields, permissions }, signal);
  const workflow = { workflow_name: "Leave", document_type: doctype, is_active: 1 };
  const states = ["Pending", "Approved"].map((state) => ({ state, doc_status: "0", allow_edit: role }));
  const transitions = [{ state: "Pending", action: "Approve", next_state: "Approved", allowed: role }];
  await other.create("Workflow", { ...workflow, workflow_state_field: "workflow_state", states, transitions }, signal);
  const { doc } = await other.create(doctype, { title: "A week in May", workflow_state: "Pending" }, signal);
  const name = String(doc["name"]);
  const action = { status: "Open", reference_doctype: doctype, reference_name: name, workflow_state: "Pending" };
  await other.create("Workflow Action", action, signal);
  return name;
}

test("whoever may only look is offered nothing to do", { skip }, async () => {
  const page = await visit(addressOf(invoice(9)), { role: "viewer" });
  await page.getByText("Birch Street Bakery").first().waitFor();
  await goTo(page, addressOf(invoice(4)));
  await page.getByRole("table", { name: "Ledger" }).waitFor();
  for (const label of ["Edit", "Submit", "Cancel", "Amend", "Delete"])
    assert.equal(await page.getByRole("button", { name: label, exact: true }).count(), 0, label);
});

/** What is seen of each view once it is there. */
const views = {
  "/documents": "Overdue invoices",
  "/documents?q=cobalt": "Customer Cobalt Shipping",
  "/documents?doctype=Sales+Invoice&filters=docstatus+%3D+1&chart=bar+by+customer+sum+of+grand_total":
    "Grand Total by Customer",
  [addressOf(invoice(1))]: "Sum",
  "/documents?report=General+Ledger": "It has not been run yet",
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
    await goTo(page, addressOf(invoice(9)));
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByText("Nothing is changed").waitFor();
    assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 }, "the editor");
  });
}

test("a site that does not answer is told with what to do", { skip }, async () => {
  await site.close();
  const page = await visit(addressOf(invoice(2)));
  await page.getByRole("alert").first().waitFor();
  await page.getByRole("button", { name: "Try again" }).first().waitFor();
});
