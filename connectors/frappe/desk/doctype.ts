import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";

/** A field of a DocType, as far as it matters here. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  /** Of a Link the DocType, of a Table the DocType of its rows, of a Select one choice a line. */
  readonly options: string;
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  readonly isHidden: boolean;
  readonly isUnique: boolean;
  readonly mayChangeAfterSubmit: boolean;
  readonly isInList: boolean;
  /** The heading that it stands under on the form; empty where there is none. */
  readonly section: string;
  readonly default: string | undefined;
  /** Above 0, only roles with rights at this level see it. */
  readonly level: number;
}

/** Rights of a role on a DocType. */
export interface RoleRights {
  readonly role: string;
  readonly level: number;
  readonly rights: readonly string[];
  readonly isOnlyOwn: boolean;
}

/** What a DocType is like. */
export interface DocType {
  readonly name: string;
  readonly module: string;
  readonly isSubmittable: boolean;
  readonly isSingle: boolean;
  readonly isChild: boolean;
  readonly titleField: string | undefined;
  readonly searchFields: readonly string[];
  readonly autoname: string;
  readonly fields: readonly Field[];
  /** By the name of the field: what the rows of its tables are like. */
  readonly tables: ReadonlyMap<string, DocType>;
  readonly roles: readonly RoleRights[];
}

/** Types of fields that only lay a form out: they hold no value. */
const layout = new Set(["Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading", "Fold", "Image"]);

/** Those of them that begin a new part of the form. */
const breaks = new Set(["Section Break", "Tab Break"]);

/** Types of fields that hold rows of another DocType. */
export const tableTypes: ReadonlySet<string> = new Set(["Table", "Table MultiSelect"]);

/** Fields that every document has. */
export const standardFields: ReadonlySet<string> = new Set(
  "name owner creation modified modified_by docstatus idx parent parentfield parenttype amended_from _user_tags _comments _assign _liked_by doctype".split(
    " ",
  ),
);

/** The DocTypes of an answer of `getdoctype`: the first of them, with those of its tables. Undefined where there is none. */
export function docTypeIn(answer: JsonObject): DocType | undefined {
  const docs = Array.isArray(answer["docs"]) ? answer["docs"].filter(isJsonObject) : [];
  const [first, ...others] = docs;
  if (first === undefined) return undefined;
  const children = new Map(others.map((doc) => [stringAt(doc, "name") ?? "", docTypeOf(doc, new Map())]));
  return docTypeOf(first, children);
}

function docTypeOf(doc: JsonObject, children: ReadonlyMap<string, DocType>): DocType {
  const fields = fieldsIn(listOf(doc, "fields"));
  const tables = fields.flatMap(({ name, type, options }) => {
    const child = tableTypes.has(type) ? children.get(options) : undefined;
    return child === undefined ? [] : ([[name, child]] as const);
  });
  return {
    name: stringAt(doc, "name") ?? "",
    module: stringAt(doc, "module") ?? "",
    isSubmittable: isSet(doc, "is_submittable"),
    isSingle: isSet(doc, "issingle"),
    isChild: isSet(doc, "istable"),
    titleField: stringAt(doc, "title_field") || undefined,
    searchFields: (stringAt(doc, "search_fields") ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
    autoname: stringAt(doc, "autoname") ?? "",
    fields,
    tables: new Map(tables),
    roles: listOf(doc, "permissions").map(rightsOf),
  };
}

function fieldsIn(rows: readonly JsonObject[]): readonly Field[] {
  const fields: Field[] = [];
  let section = "";
  for (const row of rows) {
    const field = fieldOf(row, section);
    if (breaks.has(field.type)) section = stringAt(row, "label") ?? "";
    else if (!layout.has(field.type)) fields.push(field);
  }
  return fields;
}

function fieldOf(field: JsonObject, section: string): Field {
  const name = stringAt(field, "fieldname") ?? "";
  return {
    name,
    label: stringAt(field, "label") ?? name,
    type: stringAt(field, "fieldtype") ?? "Data",
    options: stringAt(field, "options") ?? "",
    isRequired: isSet(field, "reqd"),
    isReadOnly: isSet(field, "read_only"),
    isHidden: isSet(field, "hidden"),
    isUnique: isSet(field, "unique"),
    mayChangeAfterSubmit: isSet(field, "allow_on_submit"),
    isInList: isSet(field, "in_list_view"),
    section,
    default: stringAt(field, "default") || undefined,
    level: Number(field["permlevel"] ?? 0),
  };
}

const rights = [
  "read",
  "write",
  "create",
  "delete",
  "submit",
  "cancel",
  "amend",
  "report",
  "export",
  "import",
  "print",
];

function rightsOf(rule: JsonObject): RoleRights {
  return {
    role: stringAt(rule, "role") ?? "",
    level: Number(rule["permlevel"] ?? 0),
    rights: rights.filter((right) => isSet(rule, right)),
    isOnlyOwn: isSet(rule, "if_owner"),
  };
}

function listOf(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function isSet(object: JsonObject, key: string): boolean {
  return Number(object[key] ?? 0) === 1;
}
