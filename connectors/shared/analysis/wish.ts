import { z } from "zod";

/** What can be computed of rows. */
export const analysisKinds = [
  "profile",
  "statistics",
  "correlation",
  "trend",
  "distribution",
  "quality",
  "group",
] as const;

const name = z.string().min(1);

/** What is to be computed, of which columns. */
export const wishShape = {
  kind: z
    .enum(analysisKinds)
    .describe(
      "profile: what each column holds; statistics: of numbers; correlation: Pearson's r of each pair of number columns; trend: a line through value over time; distribution: how often which values are; quality: what is missing, double or odd; group: counts and sums for each value of by.",
    ),
  columns: z.array(name).min(1).max(200).optional().describe("Only these columns. Default: all."),
  value: name.optional().describe("trend: the column of numbers."),
  over: name
    .optional()
    .describe("trend: the column of times or numbers that it goes over. Default: the order of the rows."),
  every: z
    .enum(["day", "week", "month", "quarter", "year"])
    .default("month")
    .describe("trend over time: the periods that are summed up besides."),
  by: z.array(name).min(1).max(5).optional().describe("group: the columns whose values make the groups."),
  measures: z.array(name).max(20).default([]).describe("group: columns of numbers that are summed up in each."),
  bins: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe("distribution: how many ranges of equal width numbers are put into."),
  top: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe("distribution and group: how many of the most frequent are given."),
};

/** One such wish. */
export type Wish = z.output<z.ZodObject<typeof wishShape>>;
