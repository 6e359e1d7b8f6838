import { z } from "zod";
import { entityTypes } from "./entity-types/all.ts";

const types = z.array(z.enum(entityTypes));
const patterns = z.array(z.string().min(1)).optional();

/** What a scenario assumes of the world, for all entities. Whatever is left out changes nothing. */
export const assumptionsSchema = z.looseObject({
  /** A year: 0.15 lets sales and services grow by 15 % a year, compounded monthly from the first month. Agreed payments do not grow. */
  revenue_growth_rate: z.number().gt(-1).max(10).optional(),
  /** A year: of rent, software, maintenance and projects. */
  expense_inflation_rate: z.number().gt(-1).max(10).optional(),
  /** A year: of pay and what comes with it. */
  salary_growth_rate: z.number().gt(-1).max(10).optional(),
  /** Instead of what each employee says. */
  overhead_multiplier: z.number().min(1).max(5).optional(),
  /** Months by which everybody starts later who has not started when the forecast begins. */
  hiring_delay_months: z.int().min(0).max(120).optional(),
  /** Days by which customers and agencies pay later than agreed. */
  collection_delay_days: z.int().min(0).max(365).optional(),
  /** Instead of the company's rate. */
  tax_rate: z.number().min(0).max(1).optional(),
  /** Instead of the company's cash, in units. */
  opening_cash: z.number().optional(),
});

/** Which entities a change is for: those that everything said here fits. `*` and `?` in names stand for any text and any letter. */
export const selectorFields = {
  /** A name or an id. */
  entity: z.string().optional(),
  entity_type: z.enum(entityTypes).optional(),
  name_pattern: z.string().optional(),
  /** All of them. */
  tags: z.array(z.string()).optional(),
};

/** One change to entities: `field` with `value`, `multiplier` or `add`; or `changes`, several fields with their values. */
export const overrideSchema = z
  .looseObject({
    ...selectorFields,
    field: z.string().optional(),
    value: z.unknown().optional(),
    multiplier: z.number().optional(),
    add: z.number().optional(),
    changes: z.record(z.string(), z.unknown()).optional(),
  })
  .superRefine((value, context) => {
    const ways = [value.value, value.multiplier, value.add].filter((way) => way !== undefined).length;
    if ((value.field === undefined) === (ways === 1) || (value.field === undefined && value.changes === undefined)) {
      context.addIssue({ code: "custom", message: "Write field with one of value, multiplier or add; or changes." });
    }
    const selectors = [value.entity, value.entity_type, value.name_pattern, value.tags];
    if (selectors.every((selector) => selector === undefined)) {
      context.addIssue({ code: "custom", message: "Write entity, entity_type, name_pattern or tags." });
    }
  });

/** A file of `scenarios/`. Unknown fields are kept. */
export const scenarioSchema = z.looseObject({
  name: z.string().min(1),
  description: z.string().optional(),
  /** The scenario that this one starts from: its filters, overrides and assumptions come first. */
  extends: z.string().optional(),
  assumptions: assumptionsSchema.optional(),
  entity_overrides: z.array(overrideSchema).optional(),
  entity_filters: z
    .looseObject({
      include_types: types.optional(),
      exclude_types: types.optional(),
      include_patterns: patterns,
      exclude_patterns: patterns,
      /** An entity needs one of them. */
      require_tags: patterns,
      exclude_tags: patterns,
    })
    .optional(),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type Assumptions = z.output<typeof assumptionsSchema>;
export type Override = z.output<typeof overrideSchema>;

/** An override or an uncertainty's choice of entities. */
export type Selector = Pick<Override, keyof typeof selectorFields>;

/** The scenarios that every model has; a file of the same name takes the place of one. */
export const builtInScenarios: readonly Scenario[] = [
  { name: "baseline", description: "The entities as they are written." },
  {
    name: "optimistic",
    description: "Half as much again is sold, and services bring a fifth more.",
    entity_overrides: [
      { entity_type: "sale", field: "amount", multiplier: 1.5 },
      { entity_type: "service", field: "monthly_amount", multiplier: 1.2 },
    ],
  },
  {
    name: "conservative",
    description: "A fifth less is sold, grants bring a tenth less, and hiring is two months late.",
    assumptions: { hiring_delay_months: 2 },
    entity_overrides: [
      { entity_type: "sale", field: "amount", multiplier: 0.8 },
      { entity_type: "grant", field: "amount", multiplier: 0.9 },
    ],
  },
  {
    name: "cash_preservation",
    description:
      "Hiring waits for half a year, rents are cut by a tenth, and what is tagged non_essential is left out.",
    assumptions: { hiring_delay_months: 6 },
    entity_overrides: [{ entity_type: "facility", field: "monthly_cost", multiplier: 0.9 }],
    entity_filters: { exclude_tags: ["non_essential"] },
  },
];
