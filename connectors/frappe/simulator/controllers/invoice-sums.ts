import { type Json, numberOf, textOf } from "../json.ts";
import { cents } from "../ledger.ts";
import { rowsOf } from "../values.ts";
import { moneyInWords } from "./in-words.ts";

/**
 * Everything on an invoice that is computed from its rows: amounts, the discount on the whole, which is spread over them, taxes, and what is owed. As
 * there is one currency, what is in the company's is the same.
 */
export function fillSums(doc: Json): void {
  const rows = rowsOf(doc["items"]);
  for (const row of rows) fillAmounts(row);
  const total = sumOf(rows, "amount");
  const percentage = numberOf(doc["additional_discount_percentage"]);
  const discount = percentage > 0 ? cents((total * percentage) / 100) : cents(numberOf(doc["discount_amount"]));
  spread(rows, total, discount);
  const netTotal = cents(total - discount);
  const taxes = taxed(rowsOf(doc["taxes"]), netTotal);
  const grandTotal = cents(netTotal + taxes);
  const rounded = doc["disable_rounded_total"] === 1 ? 0 : grandTotal;
  const qty = cents(rows.reduce((sum, row) => sum + numberOf(row["qty"]), 0));
  Object.assign(doc, {
    total_qty: qty,
    total_net_weight: sumOf(rows, "total_weight"),
    ...inBoth({
      total,
      net_total: netTotal,
      total_taxes_and_charges: taxes,
      discount_amount: discount,
      grand_total: grandTotal,
      rounded_total: rounded,
    }),
    outstanding_amount: grandTotal,
  });
  const words = moneyInWords(grandTotal, textOf(doc["currency"]));
  Object.assign(doc, inBoth({ in_words: words }));
  const eligible = sumOf(
    rows.filter((row) => row["grant_commission"] === 1),
    "net_amount",
  );
  const commission = cents((eligible * numberOf(doc["commission_rate"])) / 100);
  Object.assign(doc, { amount_eligible_for_commission: eligible, total_commission: commission });
}

/** The same in the invoice's currency and in the company's. */
function inBoth(values: Json): Json {
  const own = Object.entries(values).map(([name, value]) => [`base_${name}`, value] as const);
  return { ...values, ...Object.fromEntries(own) };
}

function fillAmounts(row: Json): void {
  const price = numberOf(row["price_list_rate"]);
  const given = numberOf(row["rate"]);
  const rate = given === 0 ? cents(price * (1 - numberOf(row["discount_percentage"]) / 100)) : given;
  const qty = numberOf(row["qty"]);
  const factor = numberOf(row["conversion_factor"]) || 1;
  const amount = cents(qty * rate);
  Object.assign(row, {
    ...inBoth({ rate, amount, price_list_rate: price }),
    discount_amount: price > 0 ? cents(price - rate) : 0,
    conversion_factor: factor,
    stock_qty: qty * factor,
    stock_uom_rate: rate / factor,
    total_weight: numberOf(row["weight_per_unit"]) * qty * factor,
  });
}

/** A discount on the whole makes each row less by its part; the last bears what rounding leaves. */
function spread(rows: readonly Json[], total: number, discount: number): void {
  let left = discount;
  for (const [at, row] of rows.entries()) {
    const amount = numberOf(row["amount"]);
    const part = at === rows.length - 1 ? left : total === 0 ? 0 : cents((discount * amount) / total);
    left = cents(left - part);
    const net = cents(amount - part);
    const qty = numberOf(row["qty"]);
    Object.assign(row, inBoth({ net_amount: net, net_rate: qty === 0 ? 0 : cents(net / qty) }));
  }
}

/** What taxes come to, each in its row: a part of the net total, or a sum of its own. */
function taxed(rows: readonly Json[], netTotal: number): number {
  let taxes = 0;
  for (const row of rows) {
    const isPart = row["charge_type"] === "On Net Total";
    const amount = cents(isPart ? (netTotal * numberOf(row["rate"])) / 100 : numberOf(row["tax_amount"]));
    taxes = cents(taxes + amount);
    Object.assign(row, inBoth({ tax_amount: amount, total: cents(netTotal + taxes) }));
    row["tax_amount_after_discount_amount"] = amount;
  }
  return taxes;
}

function sumOf(rows: readonly Json[], name: string): number {
  return cents(rows.reduce((sum, row) => sum + numberOf(row[name]), 0));
}
