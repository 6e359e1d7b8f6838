import type { z } from "zod";
import {
  type EntityData,
  type EntityType,
  entitySchemas,
  entityTypes,
  fieldsOf,
  isEntityType,
} from "./entity-types/all.ts";
import { type Finding, type Position, nearestName } from "./findings.ts";
import { type Path, type YamlDocument, formatPath, readYaml } from "./yaml-source.ts";

/** One entity of the model. Its data is never changed: a scenario makes new ones. */
export type Entity<T extends EntityType = EntityType> = { [K in T]: EntityOf<K> }[T];

interface EntityOf<T extends EntityType> {
  /** `type:name` with the name in lower case and dashes; unique in a model. */
  readonly id: string;
  readonly type: T;
  readonly data: EntityData<T>;
  /** Where it begins in its file. */
  readonly source: Position;
  /** Where the value at a path in it begins. */
  readonly at: YamlDocument["at"];
}

/** What was read of a file or a folder: entities that are valid, and everything that is wrong. */
export interface ParsedEntities {
  readonly entities: readonly Entity[];
  readonly findings: readonly Finding[];
}

/** The id of an entity: `employee:ada-lovelace`. */
export function entityId(type: EntityType, name: string): string {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `${type}:${slug === "" ? "unnamed" : slug}`;
}

/**
 * The entities of a YAML text: one in a document, a list of them, or a list under `entities`; several documents are divided by `---`.
 */
export function parseEntities(file: string, text: string): ParsedEntities {
  const { documents, findings } = readYaml(file, text);
  const parsed = documents.flatMap((document) =>
    itemsOf(document.value).map(({ value, path }) =>
      parseEntity(value, (inner, part) => document.at([...path, ...inner], part)),
    ),
  );
  return {
    entities: parsed.flatMap(({ entities }) => entities),
    findings: [...findings, ...parsed.flatMap((one) => one.findings)],
  };
}

function itemsOf(value: unknown): readonly { readonly value: unknown; readonly path: Path }[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: unknown, at) => ({ value: item, path: [at] }));
  const inner: unknown = isRecord(value) && !("type" in value) ? value["entities"] : undefined;
  if (Array.isArray(inner)) return inner.map((item: unknown, at) => ({ value: item, path: ["entities", at] }));
  return [{ value, path: [] }];
}

/** One entity from a value, with where its parts stand. */
export function parseEntity(value: unknown, at: YamlDocument["at"]): ParsedEntities {
  const finding = (path: Path, rule: string, message: string, suggestion: string): ParsedEntities => ({
    entities: [],
    findings: [{ ...at(path), severity: "error", rule, message, suggestion }],
  });
  if (!isRecord(value)) {
    return finding([], "entity_shape", `An entity is a map of fields, not ${kindOf(value)}.`, "Write type: and name:.");
  }
  const { type, name } = value;
  if (!isEntityType(type)) {
    const near = typeof type === "string" ? nearestName(type, entityTypes) : undefined;
    const message = type === undefined ? "The entity has no type." : `There is no entity type ${JSON.stringify(type)}.`;
    return finding(
      ["type"],
      "type_unknown",
      message,
      near ? `Did you mean ${near}?` : `Types: ${entityTypes.join(", ")}.`,
    );
  }
  const entity = typeof name === "string" ? entityId(type, name) : type;
  const result = entitySchemas[type].safeParse(value);
  const findings = [
    ...misspelt(value, type, entity, at),
    ...(result.error?.issues ?? []).map((issue) => findingOf(issue, value, type, entity, at)),
  ];
  if (!result.success) return { entities: [], findings };
  return { entities: [entityFrom(result.data, at)], findings };
}

/** An entity of valid data. */
export function entityFrom(data: EntityData, at: YamlDocument["at"]): Entity {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- type and data belong together: both come from one entity's data
  return { id: entityId(data.type, data.name), type: data.type, data, source: at([]), at } as Entity;
}

/** Fields that no schema knows but that look like one it does. Others are the user's own, and kept. */
function misspelt(
  value: Readonly<Record<string, unknown>>,
  type: EntityType,
  entity: string,
  at: YamlDocument["at"],
): Finding[] {
  const known = fieldsOf(type);
  return Object.keys(value).flatMap((field) => {
    const near = known.includes(field) ? undefined : nearestName(field, known);
    if (near === undefined || near in value) return [];
    const message = `The field ${field} has no meaning for a ${type}, and is kept as it is.`;
    const suggestion = `Did you mean ${near}?`;
    const { file, line, column } = at([field], "key");
    return [{ file, line, column, severity: "warning", rule: "field_misspelt", message, suggestion, entity, field }];
  });
}

function findingOf(
  issue: z.core.$ZodIssue,
  value: Readonly<Record<string, unknown>>,
  type: EntityType,
  entity: string,
  at: YamlDocument["at"],
): Finding {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  const field = formatPath(path);
  const given = valueAt(value, path);
  const isMissing = issue.code !== "custom" && given === undefined;
  const place = { ...at(path), severity: "error" as const, entity, ...(field === "" ? {} : { field }) };
  if (isMissing) {
    const misspeltAs = Object.keys(value).find((name) => nearestName(name, [field]) === field);
    const suggestion = misspeltAs === undefined ? `Write ${field}: with a value.` : `Rename ${misspeltAs} to ${field}.`;
    return { ...place, rule: "required", message: `A ${type} needs ${field}.`, suggestion };
  }
  if (issue.code === "custom") {
    const { rule, suggestion } = issue.params ?? {};
    return { ...place, rule: String(rule), message: issue.message, suggestion: String(suggestion) };
  }
  const message = `${field === "" ? type : field} is ${shown(given)}: ${issue.message}.`;
  return { ...place, rule: ruleByCode[issue.code] ?? "invalid", message, suggestion: suggestionFor(issue, given) };
}

/** Our names for the codes of zod that people meet; anything rarer is `invalid`. */
const ruleByCode: Readonly<Record<string, string>> = {
  invalid_type: "wrong_type",
  invalid_value: "not_a_choice",
  too_big: "out_of_range",
  too_small: "out_of_range",
  not_multiple_of: "out_of_range",
};

function suggestionFor(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === "invalid_type") {
    if (issue.expected === "number" && typeof given === "string") {
      const digits = given.replaceAll(/[^\d.-]/g, "");
      return digits === "" ? "Write a number." : `Write ${digits}, without quotes, currency or thousands separators.`;
    }
    return given === null ? "Write a value, or leave the field out." : `Write a value of type ${issue.expected}.`;
  }
  if (issue.code === "invalid_value") {
    const near = typeof given === "string" ? nearestName(given, issue.values.map(String)) : undefined;
    return near === undefined ? `Write one of ${issue.values.map(String).join(", ")}.` : `Did you mean ${near}?`;
  }
  if (issue.code === "too_small") return `The least is ${String(issue.minimum)}.`;
  if (issue.code === "too_big") return `The most is ${String(issue.maximum)}.`;
  return "";
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, step) => {
    if (Array.isArray(part)) return part[Number(step)];
    return isRecord(part) ? part[step] : undefined;
  }, value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return value === null ? "nothing" : `a ${typeof value}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Whether an entity is of one of the types. */
export function isOfType<T extends EntityType>(entity: Entity, ...types: readonly T[]): entity is Entity & Entity<T> {
  return types.some((type) => type === entity.type);
}

/** Those entities that are of one type. */
export function entitiesOf<T extends EntityType>(
  entities: readonly Entity[],
  type: T,
): readonly (Entity & Entity<T>)[] {
  return entities.filter((entity): entity is Entity & Entity<T> => entity.type === type);
}
