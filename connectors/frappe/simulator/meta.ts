import { type Action, type DocType, type Field, type FieldType, actions } from "./doctype.ts";
import { type Json, objectsIn, textOf } from "./json.ts";
import { type SiteState, randomName } from "./site.ts";
import type { StoredDoc } from "./store.ts";

/** Makes a DocType known to a site, with the document that stands for it. */
export function register(site: SiteState, type: DocType): void {
  site.doctypes.set(type.name, type);
  const time = site.now();
  const standard = {
    owner: "Administrator",
    creation: time,
    modified: time,
    modified_by: "Administrator",
    docstatus: 0,
  };
  const rows = (list: readonly Json[], parentfield: string, doctype: string): Json[] =>
    list.map((row, index) => ({
      name: randomName(site),
      ...standard,
      idx: index + 1,
      ...row,
      parent: type.name,
      parentfield,
      parenttype: "DocType",
      doctype,
    }));
  const { name, module, fields, rights, autoname, title_field = null, search_fields = null } = type;
  site.store.put("DocType", {
    name,
    ...standard,
    idx: 0,
    module,
    ...flags(type),
    autoname,
    title_field,
    search_fields,
    sort_field: "modified",
    sort_order: "DESC",
    editable_grid: 1,
    allow_rename: 1,
    engine: "InnoDB",
    doctype: "DocType",
    fields: rows(fields.map(fieldRow), "fields", "DocField"),
    permissions: rows(rights.map(rightRow), "permissions", "DocPerm"),
  });
}

/** Takes a DocType that a user has made into use. */
export function adopt(site: SiteState, doc: StoredDoc): void {
  const fields = objectsIn(doc["fields"]).map(fieldIn);
  const isSubmittable = doc["is_submittable"] === 1;
  const amended: Field = {
    fieldname: "amended_from",
    label: "Amended From",
    fieldtype: "Link",
    options: doc.name,
    read_only: true,
  };
  const has = fields.some(({ fieldname }) => fieldname === "amended_from");
  register(site, {
    name: doc.name,
    module: textOf(doc["module"]),
    fields: isSubmittable && !has ? [...fields, amended] : fields,
    rights: objectsIn(doc["permissions"]).map((row) => ({
      role: textOf(row["role"]),
      permlevel: Number(row["permlevel"] ?? 0),
      if_owner: row["if_owner"] === 1,
      actions: new Set(actions.filter((action) => row[action] === 1)),
    })),
    istable: doc["istable"] === 1,
    issingle: doc["issingle"] === 1,
    is_submittable: isSubmittable,
    custom: true,
    track_changes: doc["track_changes"] === 1,
    autoname: textOf(doc["autoname"]) === "" ? "hash" : textOf(doc["autoname"]),
  });
}

/** A DocType as the desk loads it, its fields with it. */
export function metaOf(site: SiteState, type: DocType): Json {
  const doc = site.store.get("DocType", type.name);
  return {
    ...doc,
    actions: [],
    links: [],
    states: [],
    __assets_loaded: true,
    __js: null,
    __css: null,
    __list_js: null,
    __custom_js: "",
    __custom_list_js: "",
    __messages: null,
    __print_formats: [],
    __workflow_docs: site.store
      .all("Workflow")
      .filter((one) => one["document_type"] === type.name && one["is_active"] === 1),
    __dashboard: { transactions: [], internal_links: {}, non_standard_fieldnames: {} },
  };
}

function flags({ istable, issingle, is_submittable, custom, track_changes }: DocType): Json {
  return {
    istable: +istable,
    issingle: +issingle,
    is_submittable: +is_submittable,
    custom: +custom,
    track_changes: +track_changes,
    is_tree: 0,
    is_virtual: 0,
    read_only: 0,
    in_create: 0,
  };
}

/** A field as its DocType lists it. */
export function fieldRow(field: Field): Json {
  const { fieldname, label, fieldtype, options = null, permlevel = 0 } = field;
  return {
    fieldname,
    label,
    fieldtype,
    options,
    default: field.default ?? null,
    reqd: +(field.reqd ?? false),
    unique: +(field.unique ?? false),
    read_only: +(field.read_only ?? false),
    hidden: +(field.hidden ?? false),
    in_list_view: +(field.in_list_view ?? false),
    in_standard_filter: 0,
    allow_on_submit: +(field.allow_on_submit ?? false),
    permlevel,
    description: null,
    depends_on: null,
    fetch_from: null,
    precision: "",
    length: 0,
    ...(field.isCustom === true && { is_custom_field: 1 }),
  };
}

function rightRow({ role, permlevel, if_owner, actions: given }: DocType["rights"][number]): Json {
  return {
    role,
    permlevel,
    if_owner: +if_owner,
    ...Object.fromEntries(actions.map((action: Action) => [action, +given.has(action)])),
  };
}

/** The kinds of fields that a user's DocType may have; every other is taken for a text. */
const types: ReadonlySet<string> = new Set<FieldType>([
  "Data",
  "Text",
  "Small Text",
  "Text Editor",
  "Long Text",
  "Code",
  "Link",
  "Dynamic Link",
  "Select",
  "Date",
  "Datetime",
  "Time",
  "Int",
  "Float",
  "Currency",
  "Percent",
  "Check",
  "Password",
  "Table",
  "Attach",
  "Color",
  "Read Only",
  "JSON",
  "Section Break",
  "Column Break",
  "HTML",
  "Button",
  "Tab Break",
]);

function isFieldType(name: string): name is FieldType {
  return types.has(name);
}

/** A field as a DocType lists it, or as the site has added it. */
export function fieldIn(row: Json): Field {
  const fieldtype = textOf(row["fieldtype"]);
  const options = textOf(row["options"]);
  const initial = textOf(row["default"]);
  return {
    fieldname: textOf(row["fieldname"]),
    label: textOf(row["label"]),
    fieldtype: isFieldType(fieldtype) ? fieldtype : "Data",
    ...(options !== "" && { options }),
    ...(initial !== "" && { default: initial }),
    reqd: row["reqd"] === 1,
    unique: row["unique"] === 1,
    read_only: row["read_only"] === 1,
    hidden: row["hidden"] === 1,
    in_list_view: row["in_list_view"] === 1,
    allow_on_submit: row["allow_on_submit"] === 1,
    permlevel: Number(row["permlevel"] ?? 0),
  };
}
