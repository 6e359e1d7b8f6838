import type { Json } from "../json.ts";
import type { ReportResult } from "../methods/reports.ts";
import type { Request } from "../request.ts";
import { balanceSheet, cashFlow, profitAndLoss } from "./financial.ts";
import { accountsReceivable, budgetVariance, generalLedger, trialBalance } from "./ledger-reports.ts";

/** Reports that are computed, by name. */
export const statements: Readonly<Record<string, ((request: Request, filters: Json) => ReportResult) | undefined>> = {
  "General Ledger": generalLedger,
  "Trial Balance": trialBalance,
  "Balance Sheet": balanceSheet,
  "Profit and Loss Statement": profitAndLoss,
  "Cash Flow": cashFlow,
  "Accounts Receivable": accountsReceivable,
  "Budget Variance Report": budgetVariance,
};
