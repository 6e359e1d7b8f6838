import { z } from "zod";
import { alertDefaults } from "../alerts/alert-options.ts";
import { defaultRules, levels, measureTable, measures } from "../alerts/alert-rule.ts";
import type { Path } from "./content.ts";
import { isObject, optionalWholeNumber, patternList, wholeNumber } from "./schema-parts.ts";

const measureError = `must be one of ${measures.join(", ")}`;
const limitError = "must be a number from 0 to 1000000000";
const off = { error: "must be an object, or false" };
const targetError = "must be a number of percent from 50 to 99.999";

function length(description: string) {
  const error = "must be a whole number from 0 to 86400000";
  return z
    .int({ error })
    .min(0, { error })
    .max(86_400_000, { error })
    .optional()
    .meta({ description: `${description}, in ms. A whole number from 0 to 86400000.` });
}

function limit(description: string) {
  return z
    .number({ error: limitError })
    .min(0, { error: limitError })
    .max(1e9, { error: limitError })
    .optional()
    .meta({
      description: `${description} A number from 0 to 1000000000, in the measure's unit.`,
    });
}

const rule = z.strictObject(
  {
    watch: z
      .enum(measures, { error: measureError })
      .optional()
      .meta({
        description: `What is watched: ${measures.map((name) => `${name} (${measureTable[name].says})`).join("; ")}.`,
      }),
    of: patternList().optional().meta({
      description: "Of which servers, or SERVER/TOOL where the measure is of tools: names and patterns. Default: all.",
    }),
    above: limit("Too much is what is more than that."),
    clearAt: limit("Enough is what is no more than that. Default: above."),
    forMs: length("How long it must be too much before somebody is told. Default 60000"),
    clearMs: length("How long it must be enough before it is over. Default 60000"),
    level: z
      .enum(levels, { error: 'must be "warning" or "critical"' })
      .optional()
      .meta({ description: "How bad it is: warning or critical. Default warning." }),
  },
  off,
);

/** The key of the file that says what is watched. */
export const alertsKey = z
  .record(z.string(), z.union([z.literal(false), rule], off), isObject)
  .default({})
  .meta({
    description: `When somebody is told that something is too much, by name: false, or an object. Under the name of one that there is by default (${Object.keys(defaultRules).join(", ")}) only what should be otherwise; see docs/alerts.md. Default {}.`,
  });

function target(description: string) {
  return z
    .number({ error: targetError })
    .min(50, { error: targetError })
    .max(99.999, { error: targetError })
    .meta({ description: `${description} A number from 50 to 99.999.` });
}

const objectiveShape = {
  target: target("How many percent of the calls of a tool should succeed, 99 where nothing is said.").optional(),
  withinMs: optionalWholeNumber(
    0,
    3_600_000,
    "what the connector says of the tool",
    "How long a call should take at the most, in ms, known to an eighth; 0: no matter.",
  ),
  withinTarget: target(
    "How many percent of the calls should take no longer than withinMs, 95 where nothing is said.",
  ).optional(),
};

const objective = z.strictObject(objectiveShape, off);

const slo = z.strictObject(
  {
    ...objectiveShape,
    leastCalls: wholeNumber(
      1,
      1_000_000,
      alertDefaults.slo.leastCalls,
      "Calls that the longer of two windows must have before anything follows.",
    ),
    tools: z
      .record(z.string(), z.union([z.literal(false), objective], off), isObject)
      .default({})
      .meta({
        description:
          "What is expected of tools, by patterns of SERVER/TOOL, the first that fits: an object with target, withinMs and withinTarget, or false. Default {}.",
      }),
  },
  off,
);

/** The key of the file that says what is expected of tools. */
export const sloKey = z
  .union([z.literal(false), slo], off)
  .prefault({})
  .meta({
    description:
      "What is expected of tools: how many of their calls succeed, 99 of 100 where nothing is said, and how long they take; false: nothing. See docs/alerts.md. Default {}.",
  });

/** The keys that what stands at a path below `alerts` may have. */
export function knownAlertKeysAt(path: Path): readonly string[] {
  return path.length === 2 ? Object.keys(rule.shape) : [];
}

/** The keys that what stands at a path below `slo` may have. */
export function knownSloKeysAt(path: Path): readonly string[] {
  if (path.length === 1) return Object.keys(slo.shape);
  return path.length === 3 && path[1] === "tools" ? Object.keys(objectiveShape) : [];
}

/** A rule as a file has it. */
export type WrittenRule = z.output<typeof rule>;

/** An objective as a file has it. */
export type WrittenObjective = z.output<typeof objective>;
