import { insert, save } from "./documents.ts";
import { asAdministrator } from "./seed.ts";
import type { SiteState } from "./site.ts";

/** A company whose books are begun. */
export interface CompanySeed {
  readonly name: string;
  readonly abbr: string;
  readonly currency: string;
}

/** An account, what kind it is of, and what is below it. */
interface Account {
  readonly name: string;
  readonly type: string;
  readonly below: readonly Account[];
}

function account(name: string, type: string, ...below: readonly Account[]): Account {
  return { name, type, below };
}

const receivable = account("Accounts Receivable", "", account("Debtors", "Receivable"));
const bank = account("Bank Accounts", "Bank", account("Main Bank", "Bank"));
const cash = account("Cash In Hand", "Cash", account("Cash", "Cash"));
const stock = account("Stock Assets", "Stock", account("Stock In Hand", "Stock"));
const fixed = account(
  "Fixed Assets",
  "",
  account("Accumulated Depreciation", "Accumulated Depreciation"),
  account("CWIP Account", "Capital Work in Progress"),
);
const payable = account("Accounts Payable", "", account("Creditors", "Payable"));
const unbilled = account(
  "Stock Liabilities",
  "",
  account("Stock Received But Not Billed", "Stock Received But Not Billed"),
  account("Asset Received But Not Billed", "Asset Received But Not Billed"),
);
const sold = account(
  "Stock Expenses",
  "",
  account("Cost of Goods Sold", "Cost of Goods Sold"),
  account("Stock Adjustment", "Stock Adjustment"),
);
const indirect = [
  ...["Administrative Expenses", "Exchange Gain/Loss", "Gain/Loss on Asset Disposal", "Office Rent"].map((name) =>
    account(name, ""),
  ),
  account("Depreciation", "Depreciation"),
  account("Round Off", "Round Off"),
  ...["Salary", "Write Off"].map((name) => account(name, "")),
];

const chart = {
  Asset: account(
    "Application of Funds (Assets)",
    "",
    account("Current Assets", "", receivable, bank, cash, stock),
    fixed,
  ),
  Liability: account("Source of Funds (Liabilities)", "", account("Current Liabilities", "", payable, unbilled)),
  Equity: account("Equity", "", account("Capital Stock", "Equity")),
  Income: account("Income", "", account("Direct Income", "", account("Sales", ""), account("Service", ""))),
  Expense: account("Expenses", "", account("Direct Expenses", "", sold), account("Indirect Expenses", "", ...indirect)),
};

/** Which account a company uses for what. */
const accountsInUse = {
  default_receivable_account: "Debtors",
  default_payable_account: "Creditors",
  default_income_account: "Sales",
  default_expense_account: "Cost of Goods Sold",
  default_cash_account: "Cash",
  default_bank_account: "Main Bank",
  round_off_account: "Round Off",
  write_off_account: "Write Off",
  exchange_gain_loss_account: "Exchange Gain/Loss",
  default_inventory_account: "Stock In Hand",
  stock_adjustment_account: "Stock Adjustment",
  stock_received_but_not_billed: "Stock Received But Not Billed",
  asset_received_but_not_billed: "Asset Received But Not Billed",
  accumulated_depreciation_account: "Accumulated Depreciation",
  depreciation_expense_account: "Depreciation",
  disposal_account: "Gain/Loss on Asset Disposal",
  capital_work_in_progress_account: "CWIP Account",
} as const;

/** Begins the books of a company: accounts, fiscal years, cost centres. */
export function seedBooks(site: SiteState, { name, abbr, currency }: CompanySeed): void {
  const request = asAdministrator(site);
  insert(request, "Company", { company_name: name, abbr, default_currency: currency, country: "Germany" });
  const thisYear = Number(site.now().slice(0, 4));
  for (const year of [thisYear - 1, thisYear, thisYear + 1]) {
    insert(request, "Fiscal Year", {
      year: String(year),
      year_start_date: `${year}-01-01`,
      year_end_date: `${year}-12-31`,
    });
  }
  let count = 0;
  for (const [rootType, root] of Object.entries(chart)) {
    const add = ({ name: account_name, type: account_type, below }: Account, parent: string | undefined): void => {
      count += 1;
      const lft = count;
      const isBalance = rootType !== "Income" && rootType !== "Expense";
      const full = `${account_name} - ${abbr}`;
      const kind = { root_type: rootType, report_type: isBalance ? "Balance Sheet" : "Profit and Loss", account_type };
      const place = {
        parent_account: parent,
        company: name,
        is_group: +(below.length > 0),
        account_currency: currency,
      };
      const made = insert(request, "Account", { name: full, account_name, ...kind, ...place, lft });
      for (const one of below) add(one, full);
      count += 1;
      // An account without number or type has an empty text there, as its form sends it.
      site.store.put("Account", { ...made, account_number: "", account_type, rgt: count });
    };
    add(root, undefined);
  }
  insert(request, "Cost Center", { name: `${name} - ${abbr}`, cost_center_name: name, is_group: 1, company: name });
  const main = {
    name: `Main - ${abbr}`,
    cost_center_name: "Main",
    company: name,
    parent_cost_center: `${name} - ${abbr}`,
  };
  insert(request, "Cost Center", main);
  const used = Object.entries(accountsInUse).map(([use, accountName]) => [use, `${accountName} - ${abbr}`] as const);
  const centers = ["cost_center", "round_off_cost_center", "depreciation_cost_center"].map(
    (use) => [use, main.name] as const,
  );
  save(request, "Company", name, Object.fromEntries([...used, ...centers]));
}
