import { z } from "zod";
import type { ParameterContext } from "../parameters/handler.ts";
import type { JsonObject } from "../parameters/literal-json.ts";

/** What a person knows of a service, as an argument. */
export const contextShape = z
  .object({
    environment: z.string().optional().describe("Where it stands: datacenter (5 °C less) or server (5 °C more)."),
    include_trending: z.boolean().optional().describe("Whether temperature trends are watched too."),
    unit: z.enum(["c", "f", "k"]).optional().describe("Of temperatures in the arguments and the answer. Default: c."),
    profile: z.string().optional().describe("A handler's profile, where the name of the service leads to another."),
  })
  .default({})
  .describe("What the service's name does not say.") satisfies z.ZodType<ParameterContext>;

/** Values by name, as JSON: tuples are arrays. */
export const parametersShape = z
  .record(z.string(), z.json())
  .describe("Values by name; levels are [warning, critical].");

/** Values by name that were checked. */
export function parametersIn(given: z.output<typeof parametersShape>): JsonObject {
  return given;
}

export const findingShape = z.object({
  severity: z.enum(["error", "warning"]),
  field: z.string(),
  message: z.string(),
});

export const validityShape = z.object({
  valid: z.boolean().describe("No finding is an error."),
  checked_by: z.string().nullable().describe("The handler or table that knows such values; null where nothing does."),
  findings: z.array(findingShape),
});

/** What the tools that check parameters answer. */
export type ValidityAnswer = z.output<typeof validityShape>;

/** What was found, as a text. */
export function validityText({ valid, checked_by: by, findings }: ValidityAnswer): string {
  const whole =
    by === null ? "Nothing is known of such values, so that only their form was checked." : `Checked by ${by}.`;
  return [
    valid ? "Valid." : "Not valid.",
    whole,
    ...findings.map(({ severity, message }) => `${severity}: ${message}`),
  ].join("\n");
}
