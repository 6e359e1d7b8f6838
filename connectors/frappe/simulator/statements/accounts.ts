import { balanceOf, linesOf } from "../accounts.ts";
import { type Json, numberOf, textOf } from "../json.ts";
import { cents } from "../ledger.ts";
import type { SiteState } from "../site.ts";
import type { StoredDoc } from "../store.ts";
import type { Period } from "./periods.ts";

/** An account in its place: how deep, and the names of it and all below it. */
export interface Placed {
  readonly account: StoredDoc;
  readonly indent: number;
  readonly names: ReadonlySet<string>;
}

/** The accounts of a company in the order of their tree, of these kinds. */
export function accountsOf(site: SiteState, company: string, rootTypes: readonly string[]): readonly Placed[] {
  const all = site.store.all("Account").filter((one) => one["company"] === company);
  const placed: Placed[] = [];
  const place = (parent: string | null, indent: number): ReadonlySet<string> => {
    const below = new Set<string>();
    for (const account of all.filter((one) => (one["parent_account"] ?? null) === parent)) {
      const at = placed.length;
      const names = new Set([account.name]);
      placed.push({ account, indent, names });
      for (const name of place(account.name, indent + 1)) names.add(name);
      placed[at] = { account, indent, names };
      for (const name of names) below.add(name);
    }
    return below;
  };
  place(null, 0);
  return placed.filter(({ account }) => rootTypes.includes(textOf(account["root_type"])));
}

/** What a side of a statement is made of. */
export interface Side {
  readonly company: string;
  readonly rootType: "Asset" | "Liability" | "Equity" | "Income" | "Expense";
  /** Whether values are from the beginning, or of each period alone. */
  readonly isAccumulated: boolean;
}

/** The rows of one side: accounts that hold something, its sum, and an empty one. */
export function sideOf(
  site: SiteState,
  { company, rootType, isAccumulated }: Side,
  periods: readonly Period[],
): Json[] {
  const sign = rootType === "Asset" || rootType === "Expense" ? 1 : -1;
  const valuesOf = (names: ReadonlySet<string>): Json => {
    const values = periods.map(({ key, from, to }) => {
      const span = isAccumulated ? { company, to } : { company, from, to };
      return [key, cents(sign * balanceOf(linesOf(site, span), names))] as const;
    });
    const amounts = values.map(([, value]) => value);
    const total = isAccumulated ? (amounts.at(-1) ?? 0) : cents(amounts.reduce((sum, value) => sum + value, 0));
    return { ...Object.fromEntries(values), has_value: amounts.some((value) => value !== 0), total };
  };
  const accounts = accountsOf(site, company, [rootType]);
  const rows = accounts
    .map((placed) => Object.assign(rowOf(site, placed, periods), valuesOf(placed.names)))
    .filter((row) => row["has_value"] === true);
  const [root] = accounts;
  if (rows.length === 0 || root === undefined) return [];
  const { has_value: _, ...sums } = valuesOf(root.names);
  const name = `Total ${rootType} (${sign === 1 ? "Debit" : "Credit"})`;
  return [
    ...rows,
    { account_name: name, account: name, currency: currencyOf(site, company), opening_balance: 0, ...sums },
    {},
  ];
}

function rowOf(site: SiteState, { account, indent }: Placed, periods: readonly Period[]): Json {
  return {
    account: account.name,
    parent_account: textOf(account["parent_account"]),
    indent,
    year_start_date: periods[0]?.from ?? "",
    year_end_date: periods.at(-1)?.to ?? "",
    currency: currencyOf(site, textOf(account["company"])),
    include_in_gross: 0,
    account_type: textOf(account["account_type"]),
    is_group: numberOf(account["is_group"]),
    opening_balance: 0,
    account_name: account["account_name"],
  };
}

/** A row of a sum, by periods; undefined where there is no such row. */
export function sumRow(rows: readonly Json[], name: string): Json | undefined {
  return rows.find((row) => textOf(row["account"]).startsWith(name));
}

/** The currency of a company's books. */
export function currencyOf(site: SiteState, company: string): string {
  return textOf(site.store.get("Company", company)?.["default_currency"]) || "EUR";
}

/** The columns of a statement. */
export function columnsOf(periods: readonly Period[]): readonly Json[] {
  return [
    { fieldname: "account", label: "Account", fieldtype: "Link", options: "Account", width: 300 },
    { fieldname: "currency", label: "Currency", fieldtype: "Link", options: "Currency", hidden: 1 },
    ...periods.map(({ key, label }) => ({
      fieldname: key,
      label,
      fieldtype: "Currency",
      options: "currency",
      width: 150,
    })),
  ];
}
