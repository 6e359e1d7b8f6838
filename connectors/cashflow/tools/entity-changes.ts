import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { CashflowError } from "../cashflow-error.ts";
import { formatFinding } from "../findings.ts";
import type { LiveModel } from "../live-model.ts";
import { type Saved, deleteEntity, patchEntity } from "../save.ts";
import { entityType, findingSchema, notFound } from "./entities.ts";
import { part } from "../uses.ts";
import { reading, told } from "./model-tool.ts";

const name = z.string().trim().min(1).max(200).describe("Its name; with the type it is the entity's identity.");
const fields = z
  .record(z.string(), z.unknown())
  .describe(
    "The fields to set, as entity_schema says; null takes one out, those not named stay. Money in units, dates as YYYY-MM-DD.",
  );

/** One write at a time: each reads what the one before has written. */
export type Writes = <T>(write: () => Promise<T>) => Promise<T>;

/** Lets one write follow the other, whatever becomes of each. */
export function oneAtATime(): Writes {
  let last: Promise<unknown> = Promise.resolve();
  return async (write) => {
    const next = last.then(write);
    last = next.catch(() => undefined);
    return next;
  };
}

const validityOutput = z.object({ valid: z.boolean(), findings: z.array(findingSchema) });

/** What `entity_validate` answers. */
export type ValidityAnswer = z.output<typeof validityOutput>;

export function entityValidateTool(live: LiveModel): Tool {
  return tool({
    name: "entity_validate",
    title: "Check the model, or a change",
    description:
      "Without arguments: everything that is wrong in the model's files, with line and remedy. With type, name and fields: what entity_save would find wrong. Writes nothing.",
    annotations: reading,
    input: z.object({ type: entityType.optional(), name: name.optional(), fields: fields.optional() }),
    output: validityOutput,
    run: async ({ type, name: whose, fields: given }) => {
      if (type === undefined && whose === undefined && given === undefined) {
        return { ...validity((await told(() => live.model())).findings), uses: [part.findings] };
      }
      if (type === undefined || whose === undefined) throw new ToolFailure("To check a change, say type and name.");
      const uses = [part.findings, part.company, part.scenarios, part.entities];
      return { ...validity(await trial(live, { type, name: whose, fields: given ?? {} })), uses };
    },
  });
}

type Told = z.output<typeof findingSchema>;

async function trial(live: LiveModel, patch: Parameters<typeof patchEntity>[1]): Promise<readonly Told[]> {
  try {
    return (await told(() => patchEntity(live.folder, patch, { isTrial: true }))).findings;
  } catch (thrown) {
    const cause = thrown instanceof ToolFailure ? thrown.cause : undefined;
    const found = cause instanceof CashflowError && cause.code === "model_invalid" ? cause.data["findings"] : undefined;
    const read = z.array(findingSchema).safeParse(found);
    if (read.success) return read.data;
    throw thrown;
  }
}

function validity(findings: readonly Told[]) {
  const valid = findings.every(({ severity }) => severity !== "error");
  const lines = findings.map(formatFinding);
  const head = valid ? "Valid." : "Not valid.";
  return { structured: { valid, findings: [...findings] }, content: [head, ...lines].join("\n") };
}

const changed = z.object({
  id: z.string(),
  change: z.enum(["created", "modified", "deleted"]),
  file: z.string(),
  findings: z.array(findingSchema).describe("Warnings about the entity as it is now."),
});

const again = "Mend the fields and save again; entity_schema says what they are.";

export function entitySaveTool(live: LiveModel, writes: Writes): Tool {
  return tool({
    name: "entity_save",
    title: "Save an entity",
    description:
      "Makes an entity, or sets fields of one where it stands in its file, comments and order kept. Nothing is written that would not be valid.",
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    input: z.object({ type: entityType, name, fields }),
    output: changed,
    run: (patch) => writes(async () => savedOf(live, await told(() => patchEntity(live.folder, patch), again))),
  });
}

export function entityDeleteTool(live: LiveModel, writes: Writes): Tool {
  return tool({
    name: "entity_delete",
    title: "Delete an entity",
    description: "Takes an entity out of its file. Refused where others refer to it.",
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
    input: z.object({ id: z.string().describe("As entities_list says it: employee:ada-lovelace.") }),
    output: changed,
    run: ({ id }) =>
      writes(async () => {
        try {
          return savedOf(live, await deleteEntity(live.folder, id));
        } catch (thrown) {
          if (thrown instanceof CashflowError && thrown.code === "not_found") {
            throw new ToolFailure(notFound(id, (await live.model()).entities), { cause: thrown });
          }
          return told(() => {
            throw thrown;
          }, "Change or delete those first.");
        }
      }),
  });
}

function savedOf(live: LiveModel, { id, change, file, findings }: Saved) {
  live.changed();
  return {
    structured: { id, change, file, findings: [...findings] },
    content: [`${id} ${change} in ${file}.`, ...findings.map(formatFinding)].join("\n"),
  };
}
