import { type Right, right } from "../doctype.ts";

/** Of what those who keep the accounts set up. */
export const forAccounts: readonly Right[] = [
  right("System Manager", "all"),
  right("Accounts Manager", "all"),
  right("Accounts User", "all"),
];

/** Of what is submitted: an auditor sees it. */
export const forVouchers: readonly Right[] = [
  right("System Manager", "submit"),
  right("Accounts Manager", "submit"),
  right("Accounts User", "submit"),
  right("Auditor", ["read", "report", "export"]),
];

/** Of what nobody writes by hand. */
export const readOnly: readonly Right[] = ["System Manager", "Accounts Manager", "Accounts User", "Auditor"].map(
  (role) => right(role, ["read", "report", "export"]),
);
