import { controllers } from "./controllers/all.ts";
import type { DocType } from "./doctype.ts";
import { type Json, isJson, objectsIn, textOf } from "./json.ts";
import { linkTo } from "./links.ts";
import { nameFor } from "./naming.ts";
import { mayField, mustMay, may, toldOf } from "./permissions.ts";
import { missing, raised, thrown } from "./raised.ts";
import type { Request } from "./request.ts";
import { givenRow } from "./rows.ts";
import { doctypeOf } from "./site.ts";
import type { StoredDoc } from "./store.ts";
import { checkLinks, missingIn, rowsOf, stored, tablesOf, validate, withDefaults } from "./values.ts";
import { recordVersion } from "./versions.ts";
import type { DocEvent } from "./webhooks.ts";

/** A document by its name. @throws {Raised} `ImportError`, `DoesNotExistError`. */
export function loaded(request: Request, doctype: string, name: string): { type: DocType; doc: StoredDoc } {
  const type = request.site.doctypes.get(doctype);
  if (type === undefined) throw noModule(doctype);
  const doc = request.site.store.get(doctype, name);
  if (doc === undefined) throw missing(doctype, name);
  return { type, doc };
}

/** Makes a document, as its user may. @throws {Raised} whatever is wrong with it. */
export function insert(request: Request, doctype: string, given: Json): StoredDoc {
  const { site, user } = request;
  const type = site.doctypes.get(doctype);
  if (type === undefined) throw noModule(doctype);
  const time = site.now();
  const standard = { owner: user, creation: time, modified: time, modified_by: user, docstatus: 0, idx: 0 };
  const doc: Json = { ...standard, ...withDefaults(site, type, given), doctype };
  for (const field of tablesOf(type)) {
    doc[field.fieldname] = objectsIn(given[field.fieldname]).map((row, index) =>
      givenRow(site, { type, field, standard, index }, row),
    );
  }
  if (!may(site, user, type, "create", doc)) mustMay(site, user, type, "create", doc);
  controllers[doctype]?.validate?.(doc, request, undefined);
  checkLinks(site, type, doc);
  const name = nameFor(site, type, {
    ...doc,
    ...(typeof given["name"] === "string" && { name: given["name"] }),
    amended_from: given["amended_from"],
  });
  const named: StoredDoc = { ...doc, name };
  for (const { fieldname } of tablesOf(type)) for (const row of rowsOf(named[fieldname])) row["parent"] = name;
  checked(request, type, named);
  refuseDuplicate(request, type, named, true);
  site.store.put(doctype, named);
  if (type.track_changes) recordAmendment(request, named);
  controllers[doctype]?.afterInsert?.(named, request, given);
  controllers[doctype]?.onChange?.(named, request);
  const made = site.store.get(doctype, name) ?? named;
  site.webhooks.note(site, doctype, made, ["after_insert", "on_update"]);
  return Number(given["docstatus"]) === 1 ? moved(request, type, made, {}, 1) : made;
}

/** Changes a document, also its state, as its user may. A table that is given replaces the one that is there. */
export function save(request: Request, doctype: string, name: string, changes: Json): StoredDoc {
  const { type, doc } = loaded(request, doctype, name);
  const wanted = changes["docstatus"] === undefined ? Number(doc["docstatus"]) : Number(changes["docstatus"]);
  mustMay(request.site, request.user, type, "write", doc);
  const known = textOf(changes["modified"]);
  const time = request.site.now();
  if (known !== "" && known !== doc["modified"]) {
    const text = `Error: Document has been modified after you have opened it (${textOf(doc["modified"])}, ${time}). Please refresh to get the latest document.`;
    throw thrown("TimestampMismatchError", text);
  }
  return moved(request, type, doc, changes, wanted);
}

function moved(request: Request, type: DocType, doc: StoredDoc, changes: Json, wanted: number): StoredDoc {
  const { site, user } = request;
  const was = Number(doc["docstatus"]);
  if (was === 2) throw raised("ValidationError", "Cannot edit cancelled document");
  if (was === 0 && wanted === 2)
    throw thrown("DocstatusTransitionError", "Cannot change docstatus from 0 (Draft) to 2 (Cancelled)");
  if (was === 1 && wanted === 0)
    throw thrown("DocstatusTransitionError", "Cannot change docstatus from 1 (Submitted) to 0 (Draft)");
  if (wanted !== was && !type.is_submittable) throw thrown("ValidationError", `${type.name} cannot be submitted`);
  if (was === 0 && wanted === 1) mustMay(site, user, type, "submit", doc);
  if (was === 1 && wanted === 2) mustMay(site, user, type, "cancel", doc);
  const next = changed(request, type, doc, was === 1 && wanted === 2 ? {} : changes, wanted);
  if (was === 1 && wanted === 1) refuseFinal(type, doc, next);
  if (wanted < 2) {
    if (was === 0) controllers[type.name]?.validate?.(next, request, doc);
    checkLinks(site, type, next);
    checked(request, type, next);
    refuseDuplicate(request, type, next, false);
  }
  site.store.put(type.name, next);
  if (type.track_changes) recordVersion(request, type, doc, next);
  controllers[type.name]?.onChange?.(next, request);
  if (was === 0 && wanted === 1) controllers[type.name]?.onSubmit?.(next, request);
  if (was === 1 && wanted === 2) controllers[type.name]?.onCancel?.(next, request);
  const made = site.store.get(type.name, next.name) ?? next;
  site.webhooks.note(site, type.name, made, happenings(was, wanted));
  return made;
}

/** What a site calls what becomes of a document that goes from one state to another. */
function happenings(was: number, is: number): readonly DocEvent[] {
  if (is === 2) return ["on_cancel", "on_change"];
  if (was === 1) return ["on_change"];
  return is === 1 ? ["on_update", "on_submit", "on_change"] : ["on_update", "on_change"];
}

/** A copy of a document with changes: what is no field of it, or may not be changed by the user, is left out in silence. */
function changed(request: Request, type: DocType, doc: StoredDoc, changes: Json, docstatus: number): StoredDoc {
  const { site, user } = request;
  const stamp = { modified: site.now(), modified_by: user, docstatus };
  const next: StoredDoc = { ...doc, ...stamp };
  for (const field of type.fields) {
    const given = changes[field.fieldname];
    if (given === undefined || !mayField(site, user, type, field, "write")) continue;
    if (field.fieldtype !== "Table") next[field.fieldname] = stored(field, given);
  }
  for (const field of tablesOf(type)) {
    const { fieldname, options = "" } = field;
    const before = rowsOf(doc[fieldname]);
    const given = Array.isArray(changes[fieldname]) ? objectsIn(changes[fieldname]) : undefined;
    const created = { owner: user, creation: stamp.modified };
    next[fieldname] = (given ?? before).map((row, index) => {
      const old = before.find(({ name }) => name === row["name"]);
      if (old === undefined) {
        const fresh = givenRow(site, { type, field, standard: Object.assign(created, stamp), index }, row);
        return Object.assign(fresh, { parent: doc.name });
      }
      const values = given === undefined ? {} : overlaid(doctypeOf(site, options), old, row);
      return Object.assign(structuredClone(old), values, stamp, { idx: index + 1 });
    });
  }
  return next;
}

function overlaid(rowType: DocType, old: Json, row: Json): Json {
  const values: Json = {};
  for (const field of rowType.fields) {
    const given = row[field.fieldname];
    values[field.fieldname] = given === undefined ? old[field.fieldname] : stored(field, given);
  }
  return values;
}

function checked({ site }: Request, type: DocType, doc: StoredDoc): void {
  validate(type, doc);
  for (const { fieldname, options = "" } of tablesOf(type)) {
    for (const row of rowsOf(doc[fieldname])) validate(doctypeOf(site, options), row);
  }
  const { told, names } = missingIn(site, type, doc);
  if (names.length === 0) return;
  throw raised("MandatoryError", `[${type.name}, ${doc.name}]: ${names.join(", ")}`, { told });
}

function refuseDuplicate({ site }: Request, type: DocType, doc: StoredDoc, isNew: boolean): void {
  if (isNew && site.store.get(type.name, doc.name) !== undefined) {
    const text = `('${type.name}', '${doc.name}', IntegrityError(1062, "Duplicate entry '${doc.name}' for key 'PRIMARY'"))`;
    const told = [
      {
        message: `${type.name} <strong>${doc.name}</strong> already exists`,
        title: "Duplicate Name",
        indicator: "red",
      },
    ];
    throw raised("DuplicateEntryError", text, { told });
  }
  for (const { fieldname, label } of type.fields.filter(({ unique }) => unique)) {
    const value = textOf(doc[fieldname]);
    const other =
      value === ""
        ? undefined
        : site.store.all(type.name).find((one) => one.name !== doc.name && one[fieldname] === value);
    if (other === undefined) continue;
    const text = `('${type.name}', '${doc.name}', IntegrityError(1062, "Duplicate entry '${value}' for key '${fieldname}'"))`;
    throw raised("UniqueValidationError", text, { told: [{ message: `${label} must be unique`, title: "Message" }] });
  }
}

/** Refuses changes of what is final, except in fields that allow it. */
function refuseFinal(type: DocType, before: Json, next: Json): void {
  for (const { fieldname, label, fieldtype, allow_on_submit } of type.fields) {
    if (allow_on_submit === true || fieldtype === "Table") continue;
    const [from, to] = [textOf(before[fieldname]), textOf(next[fieldname])];
    if (from === to) continue;
    const text = ` Not allowed to change <strong>${label}</strong> after submission from <strong>${from}</strong> to <strong>${to}</strong>`;
    throw thrown("UpdateAfterSubmitError", text, "Cannot Update After Submit");
  }
}

/** Removes a document, as its user may. */
export function remove(request: Request, doctype: string, name: string): void {
  const { site, user } = request;
  const type = site.doctypes.get(doctype);
  if (type === undefined) throw noModule(doctype);
  const doc = site.store.get(doctype, name);
  if (doc === undefined) throw raised("DoesNotExistError");
  if (!may(site, user, type, "delete", doc)) {
    throw thrown(
      "PermissionError",
      `User not allowed to delete ${doctype}: ${name}`,
      "Message",
      toldOf(site, user, type),
    );
  }
  if (doc["docstatus"] === 1) {
    const text = `${doctype} ${name}: Submitted Record cannot be deleted. You must <a href='/docs/delete-submitted' target='_blank'> Cancel </a> it first.`;
    throw raised("ValidationError", text, {
      told: [{ message: text, title: "Message", indicator: "red", isRaised: true }],
    });
  }
  const linked = linkTo(site, doctype, name);
  if (linked !== undefined) {
    const text = `Cannot delete or cancel because ${anchor(doctype, name)} is linked with ${anchor(linked.doctype, linked.name)} `;
    throw thrown("LinkExistsError", text);
  }
  site.store.remove(doctype, name);
  controllers[doctype]?.onChange?.(doc, request);
  site.webhooks.note(site, doctype, doc, ["on_trash", "on_change"]);
}

function anchor(doctype: string, name: string): string {
  return `${doctype} <a href="/app/Form/${doctype}/${name}">${name}</a>`;
}

function recordAmendment(request: Request, doc: StoredDoc): void {
  const type = doctypeOf(request.site, textOf(doc["doctype"]));
  const before = request.site.store.get(type.name, textOf(doc["amended_from"]));
  if (before !== undefined && isJson(before)) recordVersion(request, type, before, doc);
}

function noModule(doctype: string) {
  const path = `frappe.core.doctype.${doctype.toLowerCase().replaceAll(" ", "_")}`;
  const text = `No module named '${path}'`;
  const written = {
    14: `ImportError: Module import failed for ${doctype}, the DocType you're trying to open might be deleted.<br> Error: ${text}`,
    15: `Error: ${text}`,
  } as const;
  return raised("ImportError", text, { module: "", written });
}
