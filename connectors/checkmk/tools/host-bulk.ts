import { type Tool, type ToolCall, batch, tool } from "switchyard/connector";
import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { Setup } from "../setup.ts";
import { difference, dryRun, isDryRun } from "./change-tool.ts";
import { attributes, attributesOf, changedAttributes, labels } from "./host-arguments.ts";
import { activationShape, shownActivation } from "./shown-activation.ts";
import { orNothing, told } from "../told.ts";

/** Creating, changing and deleting many hosts, each for itself: what is wrong with one is told, and the others are done. */
export function hostBulkTools(setup: Setup): readonly Tool[] {
  return [createTool(setup), updateTool(setup), deleteTool(setup)];
}

/** Hosts of one call; a job takes more, with create_host for each. */
const maxHosts = 1000;

/** Checked one by one and not by the schema, so that a wrong one does not hold up the others. */
const name = z.string().min(1).max(240);

const settings = {
  ip_address: z.string().min(1).optional(),
  attributes: attributes.optional(),
  labels: labels.optional(),
};

const common = {
  max_concurrent: z.int().min(1).max(20).default(5).describe("At once; the site itself writes one after the other."),
  ...dryRun,
};

const outputShape = z.object({
  dry_run: z.boolean(),
  results: z.array(z.object({ name: z.string(), success: z.boolean(), error: z.string().optional() })),
  success_count: z.int(),
  failure_count: z.int(),
  total_requested: z.int(),
  activation: activationShape.optional(),
});

/** Something that is done with each of many hosts. */
interface Bulk<Item extends { readonly name: string }> {
  readonly items: readonly Item[];
  readonly concurrency: number;
  readonly isDry: boolean;
  /** Looks whether it can be done. @throws {CheckmkError} it cannot. */
  readonly check: (item: Item, signal: AbortSignal) => Promise<unknown>;
  readonly make: (item: Item, signal: AbortSignal) => Promise<unknown>;
}

async function doneForEach<Item extends { readonly name: string }>(setup: Setup, bulk: Bulk<Item>, call: ToolCall) {
  const { items, concurrency, isDry, check, make } = bulk;
  const seen = new Set<string>();
  const twice = new Set(items.filter((item) => seen.has(item.name) || !seen.add(item.name)));
  const run = async (item: Item, signal: AbortSignal): Promise<void> => {
    if (twice.has(item)) throw new CheckmkError("conflict", `${item.name} is in the list before: it is done once`);
    if (!/^[-0-9a-zA-Z_.]+$/.test(item.name)) throw new CheckmkError("invalid", badName(item.name));
    await (isDry ? check(item, signal) : make(item, signal));
  };
  const outcomes = await batch(items, run, call, { concurrency });
  const results = outcomes.map((outcome, at) => {
    const host = items[at]?.name ?? "";
    return outcome.kind === "done"
      ? { name: host, success: true }
      : { name: host, success: false, error: textOf(outcome.thrown) };
  });
  const done = results.filter(({ success }) => success).length;
  const after = isDry || done === 0 ? undefined : await setup.activator.afterChange(call.signal);
  return {
    structured: {
      dry_run: isDry,
      results,
      success_count: done,
      failure_count: results.length - done,
      total_requested: results.length,
      ...(after && { activation: shownActivation(after) }),
    },
  };
}

/** What a host failed with. What is no answer of the site is a defect, and ends the whole call. */
function textOf(thrown: unknown): string {
  if (thrown instanceof CheckmkError) return thrown.message;
  throw thrown;
}

function badName(given: string): string {
  return `${JSON.stringify(given)} is no name of a host: letters without accents, digits, - _ and . only`;
}

const annotations = { readOnlyHint: false, openWorldHint: true } as const;

function createTool(setup: Setup): Tool {
  return tool({
    name: "batch_create_hosts",
    title: "Create many hosts",
    description: `Creates up to ${maxHosts} hosts, and says of each whether it was. What waits for activation is said once at the end.`,
    input: z.object({
      hosts_data: z
        .array(z.object({ name, folder: z.string().min(1).default("/"), ...settings }))
        .min(1)
        .max(maxHosts),
      ...common,
    }),
    output: outputShape,
    annotations: { ...annotations, destructiveHint: false },
    run: async (args, call) =>
      told(() => {
        const check = async (item: (typeof args.hosts_data)[number], signal: AbortSignal): Promise<void> => {
          await setup.folders.require(item.folder, signal);
          const found = await orNothing(async () => setup.hosts.get(item.name, false, signal));
          if (found !== undefined)
            throw new CheckmkError("conflict", `There is a host ${item.name} already, in ${found.host.folder}`);
        };
        const make = async ({ name: host, folder, ...given }: (typeof args.hosts_data)[number], signal: AbortSignal) =>
          setup.hosts.create({ name: host, folder, attributes: attributesOf(given) }, signal);
        const items = args.hosts_data;
        return doneForEach(
          setup,
          { items, concurrency: args.max_concurrent, isDry: isDryRun(args), check, make },
          call,
        );
      }),
  });
}

function updateTool(setup: Setup): Tool {
  return tool({
    name: "batch_update_hosts",
    title: "Change many hosts",
    description: `Changes settings of up to ${maxHosts} hosts, and says of each whether it was. What is not named stays.`,
    input: z.object({
      hosts_data: z
        .array(z.object({ name, ...settings, remove_attributes: z.array(z.string().min(1)).max(100).default([]) }))
        .min(1)
        .max(maxHosts),
      ...common,
    }),
    output: outputShape,
    annotations: { ...annotations, destructiveHint: true, idempotentHint: true },
    run: async (args, call) =>
      told(() => {
        const check = async (item: (typeof args.hosts_data)[number], signal: AbortSignal) =>
          setup.hosts.get(item.name, false, signal);
        const make = async (item: (typeof args.hosts_data)[number], signal: AbortSignal): Promise<void> => {
          const { host, etag = "*" } = await setup.hosts.get(item.name, false, signal);
          const before = host.attributes;
          const after = changedAttributes(before, attributesOf(item), item.remove_attributes);
          const isOther = Object.keys(difference(before, after)).length > 0;
          if (isOther) await setup.hosts.update(item.name, { before, after }, etag, signal);
        };
        const items = args.hosts_data;
        return doneForEach(
          setup,
          { items, concurrency: args.max_concurrent, isDry: isDryRun(args), check, make },
          call,
        );
      }),
  });
}

function deleteTool(setup: Setup): Tool {
  return tool({
    name: "batch_delete_hosts",
    title: "Delete many hosts",
    description: `Deletes up to ${maxHosts} hosts with their services, and says of each whether it was.`,
    input: z.object({ names: z.array(name).min(1).max(maxHosts), ...common }),
    output: outputShape,
    annotations: { ...annotations, destructiveHint: true, idempotentHint: true },
    run: async (args, call) =>
      told(() => {
        const items = args.names.map((host) => ({ name: host }));
        const check = async (item: { readonly name: string }, signal: AbortSignal) =>
          setup.hosts.get(item.name, false, signal);
        const make = async (item: { readonly name: string }, signal: AbortSignal) =>
          setup.hosts.delete(item.name, signal);
        return doneForEach(
          setup,
          { items, concurrency: args.max_concurrent, isDry: isDryRun(args), check, make },
          call,
        );
      }),
  });
}
