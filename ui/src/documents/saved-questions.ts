import { type Condition, conditionsText } from "./conditions.ts";

/** A list that people often want. */
export interface SavedQuestion {
  readonly label: string;
  readonly doctype: string;
  /** What the address of the list says. */
  readonly more: Readonly<Record<string, string | undefined>>;
}

function of(
  label: string,
  doctype: string,
  conditions: readonly Condition[],
  columns: string,
  order: string,
): SavedQuestion {
  return { label, doctype, more: { filters: conditionsText(conditions), columns, order } };
}

/** Lists that people often want of an ERP; `now` says what is late. */
export function savedQuestions(now: Date): readonly SavedQuestion[] {
  const today = new Intl.DateTimeFormat("en-CA").format(now);
  const final = { field: "docstatus", operator: "=", value: "1" } as const;
  const draft = { ...final, value: "0" };
  const owed = { field: "outstanding_amount", operator: ">", value: "0" } as const;
  const late = { field: "due_date", operator: "<", value: today } as const;
  return [
    of(
      "Overdue invoices",
      "Sales Invoice",
      [final, owed, late],
      "customer,due_date,grand_total,outstanding_amount",
      "due_date asc",
    ),
    of("Invoices that are drafts", "Sales Invoice", [draft], "customer,posting_date,grand_total", "modified desc"),
    of(
      "Invoices to pay",
      "Purchase Invoice",
      [final, owed],
      "supplier,due_date,grand_total,outstanding_amount",
      "due_date asc",
    ),
    of(
      "Orders that are not billed",
      "Sales Order",
      [final, { field: "per_billed", operator: "<", value: "100" }],
      "customer,transaction_date,grand_total,per_billed",
      "transaction_date asc",
    ),
    of("Entries by hand", "Journal Entry", [final], "posting_date,total_debit,user_remark", "posting_date desc"),
    of(
      "Open tasks",
      "ToDo",
      [{ field: "status", operator: "=", value: "Open" }],
      "description,priority,date,allocated_to",
      "modified desc",
    ),
  ];
}
