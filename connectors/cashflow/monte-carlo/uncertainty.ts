import { z } from "zod";
import type { Distribution } from "./distributions.ts";
import { selectorFields } from "../scenario-file.ts";

const number = z.number();

/** A {@link Distribution}, checked. */
export const distributionSchema: z.ZodType<Distribution> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("normal"), mean: number, std: number.min(0) }),
  z
    .object({ kind: z.literal("uniform"), low: number, high: number })
    .refine(({ low, high }) => low <= high, "low is above high"),
  z
    .object({ kind: z.literal("triangular"), left: number, mode: number, right: number })
    .refine(
      ({ left, mode, right }) => left <= mode && mode <= right && left < right,
      "not left ≤ mode ≤ right, with left below right",
    ),
  z.object({ kind: z.literal("lognormal"), mean: number, sigma: number.min(0) }),
  z.object({ kind: z.literal("beta"), a: number.gt(0).max(1e4), b: number.gt(0).max(1e4) }),
]);

/**
 * What is uncertain. A `field` of entities is multiplied with the value, or has it added; each entity has a value of its own, unless it is
 * `shared`. An `assumption` is the value. A `shock` is the value in units, in each month from `from` to `to`, with a probability that
 * it happens at all.
 */
const targetSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("field"),
    ...selectorFields,
    field: z.string(),
    mode: z.enum(["multiply", "add"]).default("multiply"),
    shared: z.boolean().default(false),
  }),
  z.object({
    kind: z.literal("assumption"),
    assumption: z.enum(["revenue_growth_rate", "expense_inflation_rate", "salary_growth_rate"]),
  }),
  z.object({
    kind: z.literal("shock"),
    on: z.enum(["revenue", "expense"]),
    from: z.string().optional(),
    to: z.string().optional(),
    probability: z.number().min(0).max(1).default(1),
  }),
]);

export const uncertaintySchema = z.object({
  name: z.string().min(1),
  target: targetSchema,
  distribution: distributionSchema,
});

/** How uncertainties go together: `coefficient` between each two of them, or a matrix in their order. */
export const correlationSchema = z.object({
  variables: z.array(z.string()).min(2),
  coefficient: z.number().min(-1).max(1).optional(),
  matrix: z.array(z.array(z.number())).optional(),
});

export type Uncertainty = z.output<typeof uncertaintySchema>;
export type Correlation = z.output<typeof correlationSchema>;

/** What is taken for uncertain where nobody says: salaries, grants, sales and rents. */
export const defaultUncertainties: readonly Uncertainty[] = [
  { name: "salaries", target: field("employee", "salary"), distribution: { kind: "normal", mean: 1, std: 0.1 } },
  {
    name: "grants",
    target: field("grant", "amount"),
    distribution: { kind: "triangular", left: 0.5, mode: 1, right: 1.5 },
  },
  { name: "sales", target: field("sale", "amount"), distribution: { kind: "lognormal", mean: 0, sigma: 0.3 } },
  { name: "rents", target: field("facility", "monthly_cost"), distribution: { kind: "normal", mean: 1, std: 0.05 } },
];

function field(entityType: "employee" | "grant" | "sale" | "facility", name: string): Uncertainty["target"] {
  return { kind: "field", entity_type: entityType, field: name, mode: "multiply", shared: false };
}
