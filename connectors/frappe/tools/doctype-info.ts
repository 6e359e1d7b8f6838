import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type Desk, answer, docTypeFor } from "../desk/desk.ts";
import type { DocType, Field } from "../desk/doctype.ts";
import { docUse } from "../desk/uses.ts";
import { asked } from "./shapes.ts";

const fieldShape = z.object({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  options: z.union([z.string(), z.array(z.string())]).optional(),
  required: z.literal(true).optional(),
  read_only: z.literal(true).optional(),
  hidden: z.literal(true).optional(),
  unique: z.literal(true).optional(),
  changes_after_submit: z.literal(true).optional(),
  masked: z.literal(true).optional().describe("Its values are not shown, and cannot be asked for."),
  default: z.string().optional(),
  section: z.string().optional().describe("The heading that it stands under on the form."),
});

export type FieldAnswer = z.output<typeof fieldShape>;

const infoShape = z.object({
  doctype: z.string(),
  module: z.string(),
  submittable: z.boolean(),
  single: z.boolean().describe("There is one document of it, with its name."),
  child: z.boolean().describe("Its documents are rows of others."),
  title_field: z.string().optional(),
  naming: z.string().describe("How names are made; prompt or field:… want one in data."),
  fields: z.array(fieldShape),
  link_fields: z.array(z.object({ field: z.string(), doctype: z.string() })),
  child_tables: z.array(z.object({ field: z.string(), doctype: z.string(), fields: z.array(fieldShape) })),
  permissions: z.array(
    z.object({ role: z.string(), level: z.int(), rights: z.array(z.string()), only_own: z.boolean() }),
  ),
});

export type DocTypeAnswer = z.output<typeof infoShape>;

/** What a DocType is like. */
export function doctypeInfoTool(desk: Desk): Tool {
  return tool({
    name: "get_doctype_info",
    title: "Describe a DocType",
    description:
      "Says which fields a DocType has, of which types, which are required, what links to what, which tables it has, and which roles may do what. Read it before creating or changing documents of it.",
    input: z.object({ doctype: asked.doctype }),
    output: infoShape,
    annotations: { readOnlyHint: true, openWorldHint: false },
    run: async ({ doctype }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const docType = await docTypeFor(desk, visitor, doctype, signal);
      return answer(visitor, infoOf(desk, docType), [docUse("DocType", doctype)]);
    },
  });
}

/** A DocType as it is told. */
export function infoOf(desk: Desk, docType: DocType): z.output<typeof infoShape> {
  const { name, module, isSubmittable, isSingle, isChild, titleField, autoname, fields, tables, roles } = docType;
  return {
    doctype: name,
    module,
    submittable: isSubmittable,
    single: isSingle,
    child: isChild,
    ...(titleField !== undefined && { title_field: titleField }),
    naming: autoname,
    fields: fields.map((field) => fieldOf(desk, name, field)),
    link_fields: fields
      .filter(({ type }) => type === "Link")
      .map(({ name: field, options }) => ({ field, doctype: options })),
    child_tables: [...tables].map(([field, child]) => ({
      field,
      doctype: child.name,
      fields: child.fields.map((each) => fieldOf(desk, child.name, each)),
    })),
    permissions: roles.map(({ role, level, rights, isOnlyOwn }) => ({
      role,
      level,
      rights: [...rights],
      only_own: isOnlyOwn,
    })),
  };
}

function fieldOf(desk: Desk, doctype: string, field: Field): z.output<typeof fieldShape> {
  const { name, label, type, options, isRequired, isReadOnly, isHidden, isUnique, mayChangeAfterSubmit, section } =
    field;
  const yes = true as const;
  return {
    name,
    label,
    type,
    ...(options !== "" && { options: type === "Select" ? options.split("\n") : options }),
    ...(isRequired && { required: yes }),
    ...(isReadOnly && { read_only: yes }),
    ...(isHidden && { hidden: yes }),
    ...(isUnique && { unique: yes }),
    ...(mayChangeAfterSubmit && { changes_after_submit: yes }),
    ...(desk.masks.has(doctype, name) && { masked: yes }),
    ...(field.default !== undefined && { default: field.default }),
    ...(section !== "" && { section }),
  };
}
