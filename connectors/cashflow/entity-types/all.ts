import { z } from "zod";
import { employee } from "./employee.ts";
import { equipment } from "./equipment.ts";
import { facility } from "./facility.ts";
import { fundingRound } from "./funding-round.ts";
import { grant } from "./grant.ts";
import { investment } from "./investment.ts";
import { project } from "./project.ts";
import { sale } from "./sale.ts";
import { money, positiveMoney } from "./fields.ts";
import { service } from "./service.ts";
import { shareClass } from "./share-class.ts";
import { shareholder } from "./shareholder.ts";
import { software } from "./software.ts";

/** Every type of entity and its schema. Fields that a schema does not know are kept. */
export const entitySchemas = {
  employee,
  grant,
  investment,
  sale,
  service,
  facility,
  software,
  equipment,
  project,
  shareholder,
  share_class: shareClass,
  funding_round: fundingRound,
} as const;

export type EntityType = keyof typeof entitySchemas;

/** The fields of an entity of one type, as its file says them; money in units. */
export type EntityData<T extends EntityType = EntityType> = {
  [K in T]: z.output<(typeof entitySchemas)[K]>;
}[T];

/** The twelve types, in the order of {@link entitySchemas}. */
export const entityTypes: readonly EntityType[] = Object.keys(entitySchemas).filter(isEntityType);

export function isEntityType(name: unknown): name is EntityType {
  return typeof name === "string" && Object.hasOwn(entitySchemas, name);
}

/** The fields that a type knows, in the order of its schema. */
export function fieldsOf(type: EntityType): readonly string[] {
  return Object.keys(entitySchemas[type].shape);
}

/** A type's fields as JSON Schema 2020-12, for forms and for models. */
export function jsonSchemaOf(type: EntityType): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(entitySchemas[type], { io: "input" });
}

/** Whether a field of a type is an amount of money, and so has at most two decimals. */
export function isMoneyField(type: EntityType, field: string): boolean {
  const schema: unknown = Object.entries(entitySchemas[type].shape).find(([name]) => name === field)?.[1];
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner === money || inner === positiveMoney;
}
