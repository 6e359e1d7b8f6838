import { type Json, textOf } from "../json.ts";
import { raised, thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { balanceOn, paymentFor } from "../accounts.ts";
import { clientMethods } from "./client.ts";
import { deskMethods } from "./desk.ts";
import { fileMethods } from "./files.ts";
import { type Method, type Methods, type Returned, needAll } from "./method.ts";
import { reportMethods } from "./reports.ts";
import { userMethods } from "./users.ts";
import { workflowMethods } from "./workflow.ts";

const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...clientMethods,
    ...deskMethods,
    ...fileMethods,
    ...reportMethods,
    ...userMethods,
    ...workflowMethods,
    "erpnext.accounts.utils.get_balance_on": { run: balanceOn },
    "erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry": { needs: ["dt", "dn"], run: paymentFor },
  } satisfies Methods),
);

/** Calls a method by its name. @throws {Raised} there is none, it may not be called so, an argument is missing; what it raises. */
export function called(request: Request, name: string, args: Json): Returned {
  const method = methods.get(name);
  if (method === undefined) throw unknownMethod(name);
  if (request.user === "Guest" && method.allowGuest !== true) throw notOpen(name);
  if (method.isWriting === true && request.method === "GET") throw thrown("PermissionError", "Not permitted");
  needAll(name, method, args);
  return method.run(args, request);
}

/** For what exists and is not open to callers from outside. */
export function notOpen(name: string) {
  const text = `<details><summary>You are not permitted to access this resource.</summary>Function <strong>${name}</strong> is not whitelisted.</details>`;
  return thrown("PermissionError", text, "Method Not Allowed");
}

const apps: ReadonlySet<string> = new Set(["frappe", "erpnext"]);

function unknownMethod(name: string) {
  const [app = "", module = ""] = name.split(".");
  if (!name.includes(".")) return raised("DoesNotExistError");
  const isInstalled = apps.has(app);
  const why = isInstalled ? `No module named '${app}.${module}'` : `App ${app} is not installed`;
  const before = isInstalled ? [] : [{ message: why, title: "Message", indicator: "red", isRaised: true }];
  return thrown("ValidationError", `Failed to get method for command ${name} with ${why}`, "Message", before);
}

/** The name of a method of documents, as messages have it. */
export function methodOfDocument(name: unknown): string {
  return `frappe.model.document.${textOf(name)}`;
}
