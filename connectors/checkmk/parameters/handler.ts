import type { Json, JsonObject } from "./literal-json.ts";

/** What a person knows of a service that its name does not say. */
export interface ParameterContext {
  /** Where it stands: a datacenter is cooler than an office. */
  readonly environment?: string | undefined;
  /** Whether temperature trends are to be watched too. */
  readonly include_trending?: boolean | undefined;
  /** The unit of the temperatures in the answer. Default: c. */
  readonly unit?: "c" | "f" | "k" | undefined;
  /** The profile, where the name would lead to another. */
  readonly profile?: string | undefined;
}

/** What sort of thing a handler knows, with its sensible values. */
export interface Profile {
  readonly name: string;
  readonly says: string;
}

/** Values that suit a service. */
export interface Defaults {
  readonly profile: string;
  readonly parameters: JsonObject;
  /** The ruleset that takes them as they are; undefined where rules of such services have another shape in each version of Checkmk. */
  readonly ruleset: string | undefined;
  readonly notes: readonly string[];
}

/** Something that is wrong, or may be. */
export interface ParameterFinding {
  readonly severity: "error" | "warning";
  /** The parameter, as `levels` or `trend_compute.period`. */
  readonly field: string;
  readonly message: string;
}

/** A change that may be for the better. */
export interface Suggestion {
  readonly field: string;
  /** Null where there is none now. */
  readonly current: Json;
  readonly suggested: Json;
  readonly reason: string;
}

/** What is known of the parameters of one kind of service. Pure. */
export interface ParameterHandler {
  readonly name: string;
  readonly title: string;
  /** Of several that fit, the one with the highest goes first. */
  readonly priority: number;
  readonly profiles: readonly Profile[];
  /** Whether it knows services of this name, or of this ruleset. */
  readonly handles: (service: string, ruleset?: string) => boolean;
  readonly defaults: (service: string, context: ParameterContext) => Defaults;
  /** What is wrong with parameters; nothing where all is well. */
  readonly check: (service: string, parameters: JsonObject, context: ParameterContext) => readonly ParameterFinding[];
  /** What `set_service_parameters` writes for what was asked. */
  readonly prepare: (service: string, parameters: JsonObject, context: ParameterContext) => JsonObject;
}

/** What to change so that parameters become those of the profile. */
export function suggestionsOf(
  handler: ParameterHandler,
  service: string,
  current: JsonObject,
  context: ParameterContext,
): readonly Suggestion[] {
  const { parameters, profile } = handler.defaults(service, context);
  return Object.entries(parameters).flatMap(([field, suggested]) => {
    const now = current[field] ?? null;
    if (JSON.stringify(now) === JSON.stringify(suggested)) return [];
    const reason =
      now === null
        ? `Services of the profile ${profile} have this as a rule.`
        : `The profile ${profile} has other values; keep yours where you know why.`;
    return [{ field, current: now, suggested, reason }];
  });
}
