import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import {
  type ParameterContext,
  type ParameterFinding,
  type ParameterHandler,
  suggestionsOf,
} from "../parameters/handler.ts";
import { handlersOf, parameterHandlers } from "../parameters/handlers.ts";
import { bareName, knownDefaults, knownRuleset, knownShape } from "../parameters/known-rulesets.ts";
import { type Json, type JsonObject, literalOf } from "../parameters/literal-json.ts";
import { printLiteral } from "../parameters/python-literal.ts";
import { guessRulesets } from "../parameters/ruleset-discovery.ts";
import { contextShape, parametersIn, parametersShape, validityShape, validityText } from "./parameter-context.ts";

/** Knows what it tells, and asks nobody. */
const knowing = { readOnlyHint: true, idempotentHint: true, openWorldHint: false } as const;

const service = z.string().min(1).describe('The service\'s name, as "Temperature CPU 0".');

/** The parameter tools that need no site: what is known of kinds of services. */
export function parameterHandlerTools(): readonly Tool[] {
  return [
    listHandlersTool(),
    handlerInfoTool(),
    specializedDefaultsTool(),
    validateWithHandlerTool(),
    validateParametersTool(),
    suggestionsTool(),
  ];
}

const profileShape = z.object({ name: z.string(), says: z.string() });
const handlerShape = z.object({
  name: z.string(),
  title: z.string(),
  priority: z.int(),
  profiles: z.array(profileShape),
});

function shownHandler({ name, title, priority, profiles }: ParameterHandler): z.output<typeof handlerShape> {
  return { name, title, priority, profiles: [...profiles] };
}

/** The handler of a service. @throws {ToolFailure} none knows it. */
function handlerOf(name: string): ParameterHandler {
  const [first] = handlersOf(name);
  if (first !== undefined) return first;
  const [guess] = guessRulesets(name);
  const way =
    guess !== undefined && knownRuleset(guess.ruleset) !== undefined
      ? `Its ruleset seems to be ${guess.ruleset}: get_parameter_schema says what is known of that.`
      : "get_effective_parameters says what holds for it now.";
  throw new ToolFailure(
    `No handler knows services like "${name}"; list_parameter_handlers says which there are. ${way}`,
  );
}

function listHandlersTool(): Tool {
  return tool({
    name: "list_parameter_handlers",
    title: "Kinds of services whose parameters are known",
    description: "The handlers that know which parameters suit which services, with their profiles.",
    annotations: knowing,
    input: z.object({}),
    output: z.object({ handlers: z.array(handlerShape) }),
    run: () => ({ structured: { handlers: parameterHandlers.map(shownHandler) } }),
  });
}

function handlerInfoTool(): Tool {
  return tool({
    name: "get_service_handler_info",
    title: "Which handler knows a service",
    description: "The handlers that know a service by its name, and the profile each would take.",
    annotations: knowing,
    input: z.object({ service_name: service }),
    output: z.object({
      service_name: z.string(),
      handlers: z.array(handlerShape.extend({ profile: z.string() })),
    }),
    run: ({ service_name: name }) => ({
      structured: {
        service_name: name,
        handlers: handlersOf(name).map((handler) => {
          const { profile } = handler.defaults(name, {});
          return Object.assign(shownHandler(handler), { profile });
        }),
      },
    }),
  });
}

function specializedDefaultsTool(): Tool {
  return tool({
    name: "get_specialized_defaults",
    title: "Parameters that suit a service",
    description:
      "Sensible parameters for a service by what kind it is: temperatures by sensor, network services by protocol, databases by product, own checks by sort. Changes nothing.",
    annotations: knowing,
    input: z.object({ service_name: service, context: contextShape }),
    output: z.object({
      handler: z.string(),
      profile: z.string(),
      ruleset: z.string().nullable().describe("Takes the parameters as they are; null where rules have another shape."),
      parameters: parametersShape,
      value_raw: z.string().nullable().describe("The same as a rule holds it."),
      notes: z.array(z.string()),
    }),
    run: ({ service_name: name, context }) => {
      const handler = handlerOf(name);
      const { profile, parameters, ruleset = null, notes } = handler.defaults(name, fitting(handler, context));
      return {
        structured: {
          handler: handler.name,
          profile,
          ruleset,
          parameters: { ...parameters },
          value_raw: ruleset === null ? null : rawOf(ruleset, handler.prepare(name, parameters, context)),
          notes: [...notes],
        },
      };
    },
  });
}

/** The context, once its profile is one that the handler has. @throws {ToolFailure} it has none of that name. */
function fitting({ name, profiles }: ParameterHandler, context: ParameterContext): ParameterContext {
  if (context.profile === undefined || profiles.some((profile) => profile.name === context.profile)) return context;
  const names = profiles.map((profile) => profile.name).join(", ");
  throw new ToolFailure(`The handler ${name} has no profile "${context.profile}"; it has ${names}.`);
}

/** Values as a rule of that ruleset holds them. */
export function rawOf(ruleset: string, parameters: JsonObject): string {
  return printLiteral(literalOf(parameters, knownShape(ruleset)));
}

function validateWithHandlerTool(): Tool {
  return tool({
    name: "validate_with_handler",
    title: "Check parameters by kind of service",
    description:
      "Whether parameters make sense for a service: the right way round, within bounds, not hotter than such a sensor should become. Changes nothing.",
    annotations: knowing,
    input: z.object({ service_name: service, parameters: parametersShape, context: contextShape }),
    output: validityShape,
    run: ({ service_name: name, parameters, context }) => {
      const handler = handlerOf(name);
      const findings = handler.check(name, parametersIn(parameters), fitting(handler, context));
      return validityOf(handler.name, findings);
    },
  });
}

function validityOf(by: string | null, findings: readonly ParameterFinding[]) {
  const valid = findings.every(({ severity }) => severity !== "error");
  const structured = { valid, checked_by: by, findings: [...findings] };
  return { structured, content: validityText(structured) };
}

function validateParametersTool(): Tool {
  return tool({
    name: "validate_service_parameters",
    title: "Check parameters by ruleset",
    description:
      "Whether parameters fit a ruleset as far as that is known: keys, and the shape of each. Checkmk itself checks the rest when a rule is written. Changes nothing.",
    annotations: knowing,
    input: z.object({
      ruleset: z.string().min(1).describe("As checkgroup_parameters:filesystem, or filesystem."),
      parameters: parametersShape,
    }),
    output: validityShape,
    run: ({ ruleset, parameters }) => {
      const given = parametersIn(parameters);
      const findings = rulesetFindings(ruleset, given);
      const handler = handlersOf("", ruleset).find(({ handles }) => handles("", ruleset));
      const more = handler?.name === "temperature" ? handler.check("", given, {}) : [];
      return validityOf(knownRuleset(ruleset) === undefined ? null : `the ruleset ${bareName(ruleset)}`, [
        ...findings,
        ...more,
      ]);
    },
  });
}

/** What is wrong with values by what is known of their ruleset. */
export function rulesetFindings(ruleset: string, parameters: JsonObject): readonly ParameterFinding[] {
  const known = knownRuleset(ruleset);
  if (known === undefined) return [];
  const defaults = knownDefaults(ruleset) ?? {};
  return Object.entries(parameters).flatMap(([field, value]): ParameterFinding[] => {
    if (!Object.hasOwn(known.keys, field)) {
      const keys = Object.keys(known.keys).join(", ");
      return [
        {
          severity: "warning",
          field,
          message: `${field} is not among what is known of ${bareName(ruleset)}: ${keys}.`,
        },
      ];
    }
    const like = defaults[field];
    if (like === undefined || kindOf(value) === kindOf(like)) return [];
    return [
      {
        severity: "error",
        field,
        message: `${field} (${known.keys[field]}) must be like ${JSON.stringify(like)}, got ${JSON.stringify(value)}.`,
      },
    ];
  });
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

const suggestionShape = z.object({ field: z.string(), current: z.json(), suggested: z.json(), reason: z.string() });

function suggestionsTool(): Tool {
  return tool({
    name: "get_parameter_suggestions",
    title: "What to change in parameters",
    description:
      "How parameters of a service differ from those of its profile, field by field, and what is wrong with them. Changes nothing.",
    annotations: knowing,
    input: z.object({
      service_name: service,
      current_parameters: parametersShape.default({}).describe("What holds now, as get_effective_parameters says."),
      context: contextShape,
    }),
    output: z.object({
      handler: z.string(),
      profile: z.string(),
      suggestions: z.array(suggestionShape),
      findings: validityShape.shape.findings.describe("What is wrong with the parameters as they are."),
    }),
    run: ({ service_name: name, current_parameters: current, context }) => {
      const handler = handlerOf(name);
      const checkedContext = fitting(handler, context);
      const suggestions = suggestionsOf(handler, name, parametersIn(current), checkedContext);
      return {
        structured: {
          handler: handler.name,
          profile: handler.defaults(name, checkedContext).profile,
          suggestions: [...suggestions],
          findings: [...handler.check(name, parametersIn(current), checkedContext)],
        },
      };
    },
  });
}
