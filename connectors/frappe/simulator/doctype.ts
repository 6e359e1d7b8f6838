/** What a field holds. Those of layout hold nothing. */
export type FieldType =
  | "Data"
  | "Text"
  | "Small Text"
  | "Text Editor"
  | "Long Text"
  | "Code"
  | "Link"
  | "Dynamic Link"
  | "Select"
  | "Date"
  | "Datetime"
  | "Time"
  | "Int"
  | "Float"
  | "Currency"
  | "Percent"
  | "Check"
  | "Password"
  | "Table"
  | "Attach"
  | "Color"
  | "Read Only"
  | "JSON"
  | "Section Break"
  | "Column Break"
  | "HTML"
  | "Button"
  | "Tab Break";

/** One field of a DocType. */
export interface Field {
  readonly fieldname: string;
  readonly label: string;
  readonly fieldtype: FieldType;
  /** The DocType of a link or table, the field of a dynamic link, or the choices, one a line. */
  readonly options?: string;
  readonly reqd?: boolean;
  readonly unique?: boolean;
  /** `Today` in a date is today. */
  readonly default?: string;
  readonly allow_on_submit?: boolean;
  readonly read_only?: boolean;
  readonly in_list_view?: boolean;
  readonly hidden?: boolean;
  /** Whether the site has added it to a DocType of an app. */
  readonly isCustom?: boolean;
  /** Rights to the field are given apart from those to the document. */
  readonly permlevel?: number;
}

/** What a role may do with documents of a DocType. */
export interface Right {
  readonly role: string;
  readonly permlevel: number;
  /** Only with one's own. */
  readonly if_owner: boolean;
  readonly actions: ReadonlySet<Action>;
}

export const actions = [
  "select",
  "read",
  "write",
  "create",
  "delete",
  "submit",
  "cancel",
  "amend",
  "print",
  "email",
  "report",
  "import",
  "export",
  "share",
] as const;
export type Action = (typeof actions)[number];

/** A kind of document. */
export interface DocType {
  readonly name: string;
  readonly module: string;
  readonly fields: readonly Field[];
  readonly rights: readonly Right[];
  readonly istable: boolean;
  readonly issingle: boolean;
  readonly is_submittable: boolean;
  readonly custom: boolean;
  readonly track_changes: boolean;
  /** `hash`, `field:…`, `naming_series:`, `prompt` or a series such as `BO-.#####`. */
  readonly autoname: string;
  readonly title_field?: string;
  readonly search_fields?: string;
}

const layout: ReadonlySet<FieldType> = new Set(["Section Break", "Column Break", "HTML", "Button", "Tab Break"]);
const numeric: ReadonlySet<FieldType> = new Set(["Int", "Float", "Currency", "Percent", "Check"]);

/** Whether a field has a value of its own in a document. */
export function holdsValue({ fieldtype }: Field): boolean {
  return !layout.has(fieldtype) && fieldtype !== "Table";
}

/** Whether a field is a number, 0 where nothing was given. */
export function isNumeric({ fieldtype }: Field): boolean {
  return numeric.has(fieldtype);
}

/** Columns that every table has. */
export const standardColumns = ["name", "owner", "creation", "modified", "modified_by", "docstatus", "idx"] as const;
/** Columns that tables of rows have besides. */
export const rowColumns = ["parent", "parentfield", "parenttype"] as const;

/** A field; its label is made of its name where it is not given. */
export function field(fieldname: string, fieldtype: FieldType, more: Partial<Field> = {}): Field {
  const label = fieldname.replaceAll("_", " ").replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return { fieldname, label, fieldtype, ...more };
}

/** Fields of one type of which nothing is to be said but their names, which stand between spaces. */
export function fieldsOf(fieldtype: FieldType, names: string, more: Partial<Field> = {}): readonly Field[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => field(name, fieldtype, more));
}

/** A table in a document: its rows are of a DocType of their own. */
export function table(fieldname: string, rows: string, more: Partial<Field> = {}): Field {
  return field(fieldname, "Table", { options: rows, ...more });
}

/** A DocType of rows. */
export function rowType(name: string, module: string, own: readonly Field[]): DocType {
  return doctype(name, module, own, { istable: true, rights: [] });
}

/** Everything that a role does with documents that are not final, or with `submit` also with those. */
export function right(role: string, given: readonly Action[] | "all" | "submit", more: Partial<Right> = {}): Right {
  const plain: readonly Action[] = [
    "select",
    "read",
    "write",
    "create",
    "delete",
    "print",
    "email",
    "report",
    "export",
    "share",
  ];
  const list =
    given === "all" ? plain : given === "submit" ? ([...plain, "submit", "cancel", "amend"] as const) : given;
  return { role, permlevel: 0, if_owner: false, actions: new Set(list), ...more };
}

/** A DocType as it is defined here. */
export function doctype(name: string, module: string, fields: readonly Field[], more: Partial<DocType> = {}): DocType {
  return {
    name,
    module,
    fields,
    rights: [right("System Manager", more.is_submittable === true ? "submit" : "all")],
    istable: false,
    issingle: false,
    is_submittable: false,
    custom: false,
    track_changes: false,
    autoname: "hash",
    ...more,
  };
}
