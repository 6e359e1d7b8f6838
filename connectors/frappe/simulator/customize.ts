import type { Controller } from "./controllers/controller.ts";
import type { Field } from "./doctype.ts";
import { type Json, numberOf, textOf } from "./json.ts";
import { fieldIn, fieldRow, register } from "./meta.ts";
import type { SiteState } from "./site.ts";

/** Fields that a site adds to a DocType of an app. */
export const customField: Controller = {
  validate: (doc) => {
    doc["fieldname"] ??= textOf(doc["label"]).toLowerCase().replaceAll(/\W+/g, "_");
    doc["label"] ??= doc["fieldname"];
    doc["name"] ??= `${textOf(doc["dt"])}-${textOf(doc["fieldname"])}`;
  },
  onChange: (doc, { site }) => {
    customize(site, textOf(doc["dt"]));
  },
};

/** One property of a field that a site has otherwise than its app. */
export const propertySetter: Controller = {
  validate: (doc) => {
    const field = textOf(doc["field_name"]) || "main";
    doc["name"] ??= `${textOf(doc["doc_type"])}-${field}-${textOf(doc["property"])}`;
  },
  onChange: (doc, { site }) => {
    customize(site, textOf(doc["doc_type"]));
  },
};

/** Makes a DocType what its app and the site's own changes say. */
function customize(site: SiteState, name: string): void {
  const plain = site.plainDoctypes.get(name) ?? site.doctypes.get(name);
  if (plain === undefined) return;
  site.plainDoctypes.set(name, plain);
  const added = site.store.all("Custom Field").filter((one) => one["dt"] === name);
  const setters = site.store.all("Property Setter").filter((one) => one["doc_type"] === name);
  const fields = [...plain.fields, ...added.map(fieldIn).map(asCustom)];
  register(site, { ...plain, fields: fields.map((field) => withProperties(field, setters)) });
}

function withProperties(field: Field, setters: readonly Json[]): Field {
  const own = setters.filter((one) => one["field_name"] === field.fieldname);
  if (own.length === 0) return field;
  const row = fieldRow(field);
  for (const { property, value } of own) {
    const name = textOf(property);
    row[name] = typeof row[name] === "number" ? numberOf(value) : value;
  }
  return field.isCustom === true ? asCustom(fieldIn(row)) : fieldIn(row);
}

function asCustom(field: Field): Field {
  return { ...field, isCustom: true };
}
