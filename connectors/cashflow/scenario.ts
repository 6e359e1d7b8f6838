import { CashflowError } from "./cashflow-error.ts";
import { type Entity, entityFrom, isRecord } from "./entities.ts";
import { type EntityType, entitySchemas, fieldsOf, isMoneyField } from "./entity-types/all.ts";
import { nearestName } from "./findings.ts";
import type { Model } from "./model.ts";
import { roundHalfEven, toUnits } from "./money.ts";
import type { Assumptions, Override, Scenario, Selector } from "./scenario-file.ts";

/** A model as one scenario sees it. Its entities are its own: nothing done to them is seen by another scenario. */
export interface View {
  readonly scenario: string;
  readonly entities: readonly Entity[];
  readonly assumptions: Assumptions;
  /** Changes that touched nothing, as sentences. */
  readonly notes: readonly string[];
}

/**
 * A model under a scenario of its own, by name, or under one made up for the question. Filters come first, then overrides in their order;
 * those of the scenario it extends come before its own.
 *
 * @throws {CashflowError} `not_found` no such scenario; `invalid_argument` a change makes an entity invalid, or bases go round in a circle.
 */
export function viewOf(model: Model, scenario: string | Scenario = "baseline"): View {
  const chain = chainOf(model, typeof scenario === "string" ? scenarioNamed(model, scenario) : scenario);
  const notes: string[] = [];
  let entities = model.entities.filter((entity) => chain.every((one) => passesFilters(entity, one)));
  for (const override of chain.flatMap((one) => one.entity_overrides ?? [])) {
    entities = overridden(entities, override, notes);
  }
  const assumptions: Assumptions = {};
  for (const one of chain) Object.assign(assumptions, one.assumptions);
  return { scenario: chain.at(-1)?.name ?? "baseline", entities, assumptions, notes };
}

function scenarioNamed(model: Model, name: string): Scenario {
  const scenario = model.scenarios.get(name);
  if (scenario !== undefined) return scenario;
  const names = [...model.scenarios.keys()];
  const near = nearestName(name, names);
  const hint = near === undefined ? `Scenarios: ${names.join(", ")}.` : `Did you mean ${near}?`;
  throw new CashflowError("not_found", `There is no scenario "${name}". ${hint}`, { scenarios: names });
}

/** The names of a scenario and of those it extends. @throws {CashflowError} as {@link viewOf}. */
export function scenarioNames(model: Model, name: string): readonly string[] {
  return chainOf(model, scenarioNamed(model, name)).map((one) => one.name);
}

/** The scenario and those it extends, the outermost base first. */
function chainOf(model: Model, scenario: Scenario): readonly Scenario[] {
  const chain = [scenario];
  for (let base = scenario.extends; base !== undefined; base = chain[0]?.extends) {
    const next = scenarioNamed(model, base);
    if (chain.includes(next)) {
      const circle = [...chain.map(({ name }) => name).toReversed(), next.name].join(" → ");
      throw new CashflowError(
        "invalid_argument",
        `Scenarios extend each other in a circle: ${circle}. Take one extends out.`,
      );
    }
    chain.unshift(next);
  }
  return chain;
}

function passesFilters({ data }: Entity, { entity_filters: filters }: Scenario): boolean {
  if (filters === undefined) return true;
  const tags = data.tags ?? [];
  const fits = (pattern: string): boolean => matchesPattern(data.name, pattern);
  return (
    (filters.include_types?.includes(data.type) ?? true) &&
    !filters.exclude_types?.includes(data.type) &&
    (filters.include_patterns?.some(fits) ?? true) &&
    !filters.exclude_patterns?.some(fits) &&
    (filters.require_tags?.some((tag) => tags.includes(tag)) ?? true) &&
    !filters.exclude_tags?.some((tag) => tags.includes(tag))
  );
}

/** Whether an entity is among those that a selector means: everything it says must fit. */
export function isSelected({ id, data }: Entity, selector: Selector): boolean {
  return (
    (selector.entity === undefined || selector.entity === data.name || selector.entity === id) &&
    (selector.entity_type === undefined || selector.entity_type === data.type) &&
    (selector.name_pattern === undefined || matchesPattern(data.name, selector.name_pattern)) &&
    (selector.tags?.every((tag) => data.tags?.includes(tag)) ?? true)
  );
}

/** Whether a name fits a pattern with `*` and `?`, whatever its case. Takes time in proportion to both lengths at most. */
export function matchesPattern(name: string, pattern: string): boolean {
  const text = name.toLowerCase();
  const wanted = pattern.toLowerCase();
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let inPattern = 0;
  while (at < text.length) {
    if (wanted[inPattern] === "*") {
      star = inPattern;
      resumeAt = at;
      inPattern += 1;
    } else if (wanted[inPattern] === "?" || wanted[inPattern] === text[at]) {
      at += 1;
      inPattern += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      resumeAt += 1;
      at = resumeAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(wanted.slice(inPattern));
}

function overridden(entities: readonly Entity[], override: Override, notes: string[]): Entity[] {
  let touched = 0;
  const result = entities.map((entity) => {
    if (!isSelected(entity, override)) return entity;
    const changes = changesFor(entity, override);
    if (Object.keys(changes).length === 0) return entity;
    touched += 1;
    return changed(entity, changes);
  });
  if (touched === 0) notes.push(`No entity is changed by ${JSON.stringify(override)}.`);
  return result;
}

/** Fields that stand for another where an entity does not have it: what is said of one is done to all of them. */
const standIns: Readonly<Partial<Record<EntityType, Readonly<Record<string, readonly string[]>>>>> = {
  service: { monthly_amount: ["hourly_rate", "contract_value"] },
  software: { monthly_cost: ["annual_cost"] },
};

function changesFor(entity: Entity, { field, value, multiplier, add, changes }: Override): Record<string, unknown> {
  const result: Record<string, unknown> = { ...changes };
  if (field === undefined) return result;
  if (value !== undefined) {
    return { ...result, [field]: typeof value === "number" ? inPrecision(entity.type, field, value) : value };
  }
  const present = entity.data[field];
  const others = standIns[entity.type]?.[field] ?? [];
  const fields =
    present === undefined && multiplier !== undefined
      ? others.filter((name) => entity.data[name] !== undefined)
      : [field];
  for (const name of fields) {
    const now = entity.data[name];
    if (multiplier !== undefined && now !== undefined) result[name] = multiplied(entity.type, name, now, multiplier);
    if (add !== undefined && (typeof now === "number" || now === undefined)) {
      result[name] = inPrecision(entity.type, name, (now ?? 0) + add);
    }
  }
  return result;
}

function multiplied(type: EntityType, field: string, value: unknown, multiplier: number): unknown {
  if (typeof value === "number") return inPrecision(type, field, value * multiplier);
  if (!isRecord(value)) return value;
  // Allowances and benefits: each of them.
  const entries = Object.entries(value).map(([name, part]) => [
    name,
    typeof part === "number" ? toUnits(roundHalfEven(part * multiplier * 100)) : part,
  ]);
  return Object.fromEntries(entries) as unknown;
}

function inPrecision(type: EntityType, field: string, value: number): number {
  if (isMoneyField(type, field)) return toUnits(roundHalfEven(value * 100));
  return field.includes("shares") || field.endsWith("_seats") ? Math.round(value) : value;
}

/**
 * An entity with some fields replaced.
 *
 * @throws {CashflowError} `invalid_argument` where that makes it invalid.
 */
export function changed(entity: Entity, changes: Readonly<Record<string, unknown>>): Entity {
  const result = entitySchemas[entity.type].safeParse({ ...entity.data, ...changes });
  if (result.success && result.data.name === entity.data.name)
    return { ...entityFrom(result.data, entity.at), id: entity.id };
  const [issue] = result.error?.issues ?? [];
  const field = issue?.path.join(".") ?? "name";
  const known = fieldsOf(entity.type);
  throw new CashflowError(
    "invalid_argument",
    `${entity.id} cannot have ${JSON.stringify(changes)}: ${field}: ${issue?.message ?? "the name of an entity is its identity"}`,
    { entity: entity.id, field, fields: known },
  );
}
