import type { Defaults, ParameterContext, ParameterFinding, ParameterHandler } from "./handler.ts";
import { knownDefaults, knownRuleset } from "./known-rulesets.ts";
import { type LevelOrder, levelFindings } from "./levels.ts";
import type { Json, JsonObject } from "./literal-json.ts";
import { guessRulesets } from "./ruleset-discovery.ts";

/** One figure of a profile. */
export interface Figure {
  readonly value: Json;
  /** Of levels: which way round. Without, it is one value. */
  readonly order?: LevelOrder;
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
}

/** A kind of service by words of its name, with its figures by name. */
export interface FigureProfile {
  readonly name: string;
  readonly words: readonly string[];
  readonly figures: Readonly<Record<string, Figure>>;
}

/** A handler whose knowledge is a table. */
export interface FigureTable {
  readonly name: string;
  readonly title: string;
  readonly priority: number;
  /** The first whose word is in the name counts; the first of all where none is. */
  readonly profiles: readonly [FigureProfile, ...FigureProfile[]];
  readonly handles: (service: string, ruleset?: string) => boolean;
}

/** Two levels of which critical is the larger. */
export function upper(warning: number, critical: number, unit: string): Figure {
  return { value: [warning, critical], order: "upper", unit, min: 0, ...(unit === "%" && { max: 100 }) };
}

/** Two levels of which critical is the smaller. */
export function lower(warning: number, critical: number, unit: string): Figure {
  return { value: [warning, critical], order: "lower", unit, min: 0, ...(unit === "%" && { max: 100 }) };
}

/** One value between bounds. */
export function plain(value: Json, unit: string, min?: number, max?: number): Figure {
  return { value, unit, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

/**
 * Makes a handler of a table. Where the ruleset of a service is known, its own keys are given, which rules take as they are; else the figures of
 * the profile under their plain names, since rules of such services look different in each version of Checkmk.
 */
export function tableHandler({ profiles, ...table }: FigureTable): ParameterHandler {
  const profileOf = (service: string, { profile }: ParameterContext): FigureProfile => {
    const name = service.toLowerCase();
    return (
      profiles.find((each) => each.name === profile) ??
      profiles.find(({ words }) => words.some((word) => name.includes(word))) ??
      profiles[0]
    );
  };
  return {
    ...table,
    profiles: profiles.map(({ name, figures }) => ({
      name,
      says: Object.entries(figures)
        .map(([field, { value, unit }]) => `${field.replaceAll("_", " ")} ${textOf(value)} ${unit}`.trim())
        .join(", "),
    })),
    defaults: (service, context) => defaultsOf(service, profileOf(service, context)),
    check: (service, parameters, context) => checked(parameters, profileOf(service, context)),
    prepare: (_service, parameters) => parameters,
  };
}

function textOf(value: Json): string {
  return JSON.stringify(value)
    .replaceAll(/["[\]]/g, "")
    .replaceAll(",", "/");
}

function defaultsOf(service: string, { name, figures }: FigureProfile): Defaults {
  const known = guessRulesets(service).find(({ ruleset }) => knownRuleset(ruleset) !== undefined)?.ruleset;
  const parameters = known === undefined ? undefined : knownDefaults(known);
  if (known !== undefined && parameters !== undefined) return { profile: name, ruleset: known, parameters, notes: [] };
  return {
    profile: name,
    ruleset: undefined,
    parameters: Object.fromEntries(Object.entries(figures).map(([field, { value }]) => [field, value])),
    notes: [
      `These are figures of the profile by plain names (${Object.entries(figures)
        .map(([field, { unit }]) => `${field}: ${unit}`)
        .join(
          "; ",
        )}). Rules of such services differ between versions of Checkmk: see how the site's own rules look with get_parameter_schema before you set them.`,
    ],
  };
}

function checked(parameters: JsonObject, { figures }: FigureProfile): readonly ParameterFinding[] {
  return Object.entries(figures).flatMap(([field, figure]) => {
    const value = parameters[field];
    if (value === undefined) return [];
    return figure.order === undefined
      ? plainFindings(field, value, figure)
      : levelFindings(field, value, figure.order, figure);
  });
}

function plainFindings(field: string, value: Json, figure: Figure): readonly ParameterFinding[] {
  if (typeof value !== typeof figure.value)
    return [
      {
        severity: "error",
        field,
        message: `${field} must be like ${JSON.stringify(figure.value)}, got ${JSON.stringify(value)}.`,
      },
    ];
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = figure;
  if (typeof value !== "number" || (value >= min && value <= max)) return [];
  const range = max === Number.POSITIVE_INFINITY ? `from ${min}` : `from ${min} to ${max}`;
  return [{ severity: "error", field, message: `${field} must be ${range} ${figure.unit}, got ${value}.` }];
}
