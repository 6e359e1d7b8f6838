import { z } from "zod";

/** Arguments that several tools take. */
export const asked = {
  doctype: z.string().min(1).max(140).describe("The DocType, singular, as the site writes it, such as Sales Invoice."),
  name: z.string().min(1).max(140).describe("The document's name, which is its id, such as SINV-00012."),
  fields: z
    .array(z.string().min(1).max(200))
    .max(100)
    .describe("Names of fields; table_field.field for those of rows; count(name) as n with group_by."),
  filters: z
    .union([z.record(z.string(), z.unknown()), z.array(z.array(z.unknown()).min(3).max(5)).max(100)])
    .describe(
      'Conditions that all hold: {"status": "Overdue"}, {"due_date": ["<", "2026-01-31"]} or [["total", ">", 100], ["customer", "in", ["A", "B"]]]. Operators: =, !=, >, <, >=, <=, like (with %), not like, in, not in, is (set or not set), between, timespan (such as last month).',
    ),
};

/** A document as an answer has it. */
export const docShape = z.looseObject({});
