import type { EntityType } from "./entity-types/all.ts";
import type { Finding } from "./findings.ts";
import type { Model, ParsedFile } from "./model.ts";
import { scenarioNames } from "./scenario.ts";

/*
 * What answers are made from, as names: an answer that is kept is dropped once one of its names is told to have changed. They are coarser than
 * files, so that also an answer is dropped that a new file would have been a part of.
 */

/** The parts of a model that an answer may be made from. */
export const part = {
  /** That the model has no errors, without which nothing is answered. */
  validity: "validity",
  /** What is wrong in the files, anywhere. */
  findings: "findings",
  company: "company",
  scenarios: "scenarios",
  scenario: (name: string): string => `scenario ${name}`,
  entities: "entities",
  ofType: (type: EntityType): string => `entities ${type}`,
  entity: (id: string): string => `entity ${id}`,
} as const;

/** What a forecast is made from: any entity may pass a scenario's filters. Scenarios are those that `scenario` or `scenarios` name. */
export function usesOfForecast(
  model: Model,
  args: { readonly scenario?: unknown; readonly scenarios?: unknown },
): readonly string[] {
  const named = [args.scenario, args.scenarios].flat().filter((name) => typeof name === "string");
  const chains = named.flatMap((name) => scenarioNames(model, name));
  return [
    part.company,
    part.entities,
    ...(chains.length === 0 ? [part.scenarios] : new Set(chains.map(part.scenario))),
  ];
}

/** What of a model one of its files is: what has changed where that file has, as it was and as it has become. */
export function usesOfFile(said: ParsedFile | Finding): readonly string[] {
  if ("rule" in said) return [];
  const uses: string[] = [];
  if (said.company !== undefined) uses.push(part.company);
  if (said.scenarios.length > 0) uses.push(part.scenarios, ...said.scenarios.map(({ name }) => part.scenario(name)));
  if (said.entities.length > 0) uses.push(part.entities);
  for (const { id, type } of said.entities) uses.push(part.ofType(type), part.entity(id));
  return uses;
}
