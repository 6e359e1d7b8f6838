import type { ParameterFinding } from "./handler.ts";
import type { Json } from "./literal-json.ts";

/** How two levels stand to each other: of upper ones critical is the larger, of lower ones the smaller. */
export type LevelOrder = "upper" | "lower";

function isList(json: Json): json is Json[] {
  return Array.isArray(json);
}

/** Two levels, warning and critical; undefined where it is something else. `["fixed", [1, 2]]` is read too. */
export function levelsIn(value: Json | undefined): readonly [number, number] | undefined {
  if (value === undefined || value === null || !isList(value)) return undefined;
  const [first, second] = value;
  if (typeof first === "string" && second !== undefined) return levelsIn(second);
  return value.length === 2 && typeof first === "number" && typeof second === "number" ? [first, second] : undefined;
}

/** What is wrong with two levels: that they are not two numbers, are the wrong way round, or out of bounds. */
export function levelFindings(
  field: string,
  value: Json | undefined,
  order: LevelOrder,
  bounds: { readonly min?: number; readonly max?: number; readonly unit: string },
): readonly ParameterFinding[] {
  if (value === undefined || value === null) return [];
  const levels = levelsIn(value);
  if (levels === undefined)
    return [
      {
        severity: "error",
        field,
        message: `${field} must be two numbers, [warning, critical], got ${JSON.stringify(value)}.`,
      },
    ];
  const [warning, critical] = levels;
  const findings: ParameterFinding[] = [];
  const isRound = order === "upper" ? warning > critical : warning < critical;
  if (isRound)
    findings.push({
      severity: "error",
      field,
      message: `${field}: critical (${critical}) must be ${order === "upper" ? "at least" : "at most"} warning (${warning}).`,
    });
  else if (warning === critical)
    findings.push({
      severity: "warning",
      field,
      message: `${field}: warning and critical are both ${warning}, so that nothing warns before.`,
    });
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, unit } = bounds;
  for (const level of levels)
    if (level < min || level > max)
      findings.push({
        severity: "error",
        field,
        message: `${field}: ${level} ${unit} is outside of ${boundsText(min, max)} ${unit}.`,
      });
  return findings;
}

function boundsText(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `${min} and more`;
  return min === Number.NEGATIVE_INFINITY ? `${max} and less` : `${min} to ${max}`;
}
