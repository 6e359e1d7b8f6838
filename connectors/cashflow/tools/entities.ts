import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Entity } from "../entities.ts";
import { entityTypes, jsonSchemaOf } from "../entity-types/all.ts";
import { formatFinding, nearestName } from "../findings.ts";
import type { LiveModel } from "../live-model.ts";
import { matchesPattern } from "../scenario.ts";
import { textTable } from "../text-table.ts";
import { part } from "../uses.ts";
import { reading, told } from "./model-tool.ts";

/** The type of an entity, as tools are given it. */
export const entityType = z.enum(entityTypes).describe("The entity's type.");

/** What is wrong with a file, as tools tell it. */
export const findingSchema = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  severity: z.enum(["error", "warning"]),
  rule: z.string(),
  message: z.string(),
  suggestion: z.string(),
  entity: z.string().optional(),
  field: z.string().optional(),
});

const listOutput = z.object({
  total: z.int().describe("How many fit."),
  entities: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      name: z.string(),
      start_date: z.string(),
      end_date: z.string().optional(),
      tags: z.array(z.string()).optional(),
      source: z.string().describe("file:line"),
    }),
  ),
});

/** What `entities_list` answers. */
export type EntitiesAnswer = z.output<typeof listOutput>;

export function entitiesListTool(live: LiveModel): Tool {
  return tool({
    name: "entities_list",
    title: "Entities",
    description: "What the model is made of: employees, facilities, sales, grants, rounds and so on, with their ids.",
    annotations: reading,
    input: z.object({
      type: entityType.optional(),
      name_pattern: z.string().optional().describe("* is any text, ? any letter."),
      tag: z.string().optional(),
      limit: z.int().min(1).max(1000).default(100).describe("At most so many, 1 to 1000."),
      offset: z.int().min(0).default(0).describe("How many to pass over."),
    }),
    output: listOutput,
    run: async ({ type, name_pattern: pattern, tag, limit, offset }) => {
      const { entities } = await told(() => live.model());
      const fits = ({ data }: Entity): boolean =>
        (type === undefined || data.type === type) &&
        (pattern === undefined || matchesPattern(data.name, pattern)) &&
        (tag === undefined || (data.tags?.includes(tag) ?? false));
      const found = entities.filter(fits);
      const listed = found.slice(offset, offset + limit).map(listedOf);
      const rest = found.length - offset - listed.length;
      const more = rest > 0 ? `\n${rest} more: ask again with offset ${offset + limit}.` : "";
      const table = textTable(
        ["id", "name", "from", "to", "source"],
        listed.map((one) => [one.id, one.name, one.start_date, one.end_date ?? "", one.source]),
      );
      return {
        structured: { total: found.length, entities: listed },
        content: found.length === 0 ? "No entity fits." : `${table}${more}`,
        uses: [type === undefined ? part.entities : part.ofType(type)],
      };
    },
  });
}

function listedOf({ id, data, source }: Entity) {
  const { type, name, start_date, end_date, tags } = data;
  return {
    id,
    type,
    name,
    start_date,
    ...(end_date !== undefined && { end_date }),
    ...(tags !== undefined && { tags }),
    source: `${source.file}:${source.line}`,
  };
}

const entityOutput = z.object({
  id: z.string(),
  source: z.string().describe("file:line"),
  data: z.record(z.string(), z.unknown()).describe("Its fields; money in units of the currency."),
  findings: z.array(findingSchema),
});

/** What `entity_get` answers. */
export type EntityAnswer = z.output<typeof entityOutput>;

export function entityGetTool(live: LiveModel): Tool {
  return tool({
    name: "entity_get",
    title: "One entity",
    description: "One entity with all its fields, where it stands, and what is wrong with it.",
    annotations: reading,
    input: z.object({ id: z.string().describe("As entities_list says it: employee:ada-lovelace.") }),
    output: entityOutput,
    run: async ({ id }) => {
      const { entities, findings } = await told(() => live.model());
      const about = findings.filter(({ entity }) => entity === id);
      const entity = entities.find((one) => one.id === id);
      if (entity === undefined) throw new ToolFailure(notFound(id, entities, about.map(formatFinding)));
      const source = `${entity.source.file}:${entity.source.line}`;
      const fields = Object.entries(entity.data).map(([name, value]) => `${name}: ${shown(value)}`);
      return {
        structured: { id, source, data: { ...entity.data }, findings: about },
        content: [`${id} in ${source}`, ...fields, ...about.map(formatFinding)].join("\n"),
        uses: [part.entity(id), part.findings],
      };
    },
  });
}

/** Why there is no such entity, and which there is. */
export function notFound(id: string, entities: readonly Entity[], findings: readonly string[] = []): string {
  if (findings.length > 0) return `${id} is not valid:\n${findings.join("\n")}`;
  const near = nearestName(
    id,
    entities.map((entity) => entity.id),
  );
  return `There is no entity "${id}". ${near === undefined ? "entities_list knows the ids." : `Did you mean ${near}?`}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function entitySchemaTool(): Tool {
  return tool({
    name: "entity_schema",
    title: "Fields of a type",
    description: "The fields of an entity type as JSON Schema: read it before you save one.",
    annotations: reading,
    input: z.object({ type: entityType }),
    output: z.object({ type: z.string(), schema: z.record(z.string(), z.unknown()) }),
    run: ({ type }) => {
      const { $schema: _, ...schema } = jsonSchemaOf(type);
      return { structured: { type, schema }, content: JSON.stringify(schema), uses: [] };
    },
  });
}
