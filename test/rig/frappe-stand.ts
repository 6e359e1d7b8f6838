import { after, before, suite } from "node:test";
import type { Credential } from "../../connectors/frappe/client/credential.ts";
import { openSite } from "../../connectors/frappe/client/site.ts";
import type { Client } from "../../connectors/frappe/client/client.ts";
import { connector } from "../../connectors/frappe/connector.ts";
import { type Simulator, startSimulator } from "../../connectors/frappe/simulator/start.ts";
import { type OpenConnector, openConnector } from "../../src/connector/open-connector.ts";

const { signal } = new AbortController();

/** A simulated site with a small company in it, and the connector on it. */
export interface FrappeStand extends AsyncDisposable {
  readonly site: Simulator;
  /** As Administrator, past the connector. */
  readonly admin: Client;
  readonly open: OpenConnector;
  /** What a tool answers, as structure. */
  readonly call: (name: string, args?: object, caller?: string) => Promise<Answer>;
}

/** An answer whose parts a test looks at. */
// oxlint-disable-next-line typescript/no-explicit-any -- what a tool answers is known by its own schema alone
export type Answer = any;

/** What stands for a key in the configuration. */
export function configured({ keyOf }: Simulator, user: string): { readonly key: string; readonly secret: string } {
  const { key, secret } = keyOf(user);
  return { key, secret };
}

export const company = "Nordlicht";

/** The company's books: accounts, three customers, two items. Users: ada keeps the accounts, sam sells, eve has no role. */
export async function openStand(version: 14 | 15, config: object = {}): Promise<FrappeStand> {
  const site = await startSimulator({ version });
  const backend = openSite({ url: site.url });
  const credential: Credential = site.keyOf("Administrator");
  const admin = backend.as(credential);
  await seed(admin);
  const given = { url: site.url, credential: configured(site, "Administrator"), ...config };
  const open = await openConnector(connector, given);
  return {
    site,
    admin,
    open,
    call: async (name, args = {}, caller) => {
      const { structuredContent } = await open.call(name, Object(args), { ...(caller !== undefined && { caller }) });
      return structuredContent;
    },
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      backend.close();
      await site.close();
    },
  };
}

async function seed(admin: Client): Promise<void> {
  const make = async (doctype: string, values: object): Promise<void> => {
    await admin.create(doctype, Object(values), signal);
  };
  await make("Company", { company_name: company, abbr: "NL", default_currency: "EUR", country: "Germany" });
  const accounts = [
    ["Debtors - NL", "Asset", "Balance Sheet"],
    ["Cash - NL", "Asset", "Balance Sheet"],
    ["Sales - NL", "Income", "Profit and Loss"],
  ] as const;
  for (const [name, root_type, report_type] of accounts) {
    await make("Account", { name, account_name: name.slice(0, -5), company, root_type, report_type });
  }
  const defaults = { default_receivable_account: "Debtors - NL", default_income_account: "Sales - NL" };
  await admin.update("Company", company, { ...defaults, default_cash_account: "Cash - NL" }, signal);
  const limit = { label: "Credit Limit", fieldname: "credit_limit", fieldtype: "Currency", permlevel: 1 };
  await make("Custom Field", { dt: "Customer", ...limit });
  for (const [customer_name, territory] of [
    ["Birch Ltd", "North"],
    ["Cedar GmbH", "South"],
    ["Dune SA", "South"],
  ]) {
    await make("Customer", { customer_name, customer_group: "Trade", territory, credit_limit: 5000 });
  }
  for (const [item_code, standard_rate] of [
    ["BOLT", 2.5],
    ["NUT", 1],
  ])
    await make("Item", { item_code, standard_rate });
  const people = [
    ["ada@example.com", ["Accounts Manager"]],
    ["sam@example.com", ["Sales User"]],
    ["eve@example.com", []],
  ] as const;
  for (const [email, roles] of people) {
    await make("User", {
      email,
      first_name: email.split("@")[0],
      roles: roles.map((role) => ({ role })),
      send_welcome_email: 0,
    });
  }
}

/** Values of an invoice. */
export function invoice(customer: string, qty: number, more: object = {}): object {
  return {
    doctype: "Sales Invoice",
    data: {
      customer,
      company,
      naming_series: "ACC-SINV-.YYYY.-",
      posting_date: "2026-01-10",
      due_date: "2026-02-10",
      items: [{ item_code: "BOLT", qty, rate: 2.5 }],
      ...more,
    },
  };
}

/** A suite of tests on a site of each version, which all of its tests share. `stand` is there once they run. */
export function onEachVersion(
  tests: (site: { readonly stand: FrappeStand; readonly call: FrappeStand["call"]; readonly version: 14 | 15 }) => void,
): void {
  for (const version of [14, 15] as const) {
    suite(`on a site of version ${version}`, () => {
      let opened: FrappeStand | undefined;
      const site = {
        version,
        get stand() {
          if (opened === undefined) throw new Error("the site is not there before the first test");
          return opened;
        },
        call: (...args: Parameters<FrappeStand["call"]>) => site.stand.call(...args),
      };
      before(async () => {
        opened = await openStand(version);
      });
      after(async () => {
        await opened?.[Symbol.asyncDispose]();
      });
      tests(site);
    });
  }
}
