import { z } from "zod";
import { type Assumptions, selectorFields } from "../scenario-file.ts";
import type { Lever } from "../what-if.ts";
import { forecastFields, metricText } from "./forecast-options.ts";

const assumptions = z.enum([
  "revenue_growth_rate",
  "expense_inflation_rate",
  "salary_growth_rate",
  "overhead_multiplier",
  "hiring_delay_months",
  "collection_delay_days",
  "tax_rate",
  "opening_cash",
] as const satisfies readonly (keyof Assumptions)[]);

/** Which entities' field is turned. */
export const fieldLeverFields = {
  entity: selectorFields.entity.describe("One entity, by name or id."),
  entity_type: selectorFields.entity_type.describe("All entities of a type."),
  name_pattern: selectorFields.name_pattern.describe("Those whose name fits; * is any text, ? any letter."),
  tags: selectorFields.tags.describe("Those with all of these tags."),
};

/** What may be turned: a field of entities, or an assumption. */
export const leverSchema = z
  .object({
    ...fieldLeverFields,
    field: z.string().optional().describe("The field, such as salary, amount or monthly_cost."),
    mode: z
      .enum(["multiply", "set", "add"])
      .default("multiply")
      .describe("What is done to the field with each value: 1.1 with multiply is 10 % more."),
    assumption: assumptions.optional().describe("Instead of a field: an assumption that is set to each value."),
  })
  .refine(({ field, assumption }) => (field === undefined) !== (assumption === undefined), {
    error: "write either field, with the entities that are meant, or assumption",
  })
  .refine((lever) => lever.assumption !== undefined || Object.keys(fieldLeverFields).some((key) => key in lever), {
    error: "say whose field: entity, entity_type, name_pattern or tags",
  })
  .describe("What is turned: a field of the entities selected, or an assumption.");

/** A lever as the engine takes it. */
export function leverOf({ assumption, field = "", ...rest }: z.output<typeof leverSchema>): Lever {
  return assumption === undefined ? { ...rest, field } : { assumption };
}

/** What every what-if question may say. */
export const whatIfFields = {
  metric: z.string().default("final_cash").describe(`What is asked about: ${metricText}`),
  ...forecastFields,
};
