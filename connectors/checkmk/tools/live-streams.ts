import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import type { Batch } from "../monitoring.ts";
import { serviceMembers } from "../rows/service-text.ts";
import { type RowForm, type RowText, joinedRows } from "../row-text.ts";
import type { Page, StreamDesk } from "../stream-desk.ts";
import { failuresShape, hostShape, serviceShape, shownFailures, shownHost } from "./live-shapes.ts";
import { hostWish, hostsWished, serviceWish, servicesWished } from "./live-wishes.ts";

/** All hosts and services, however many, some at a time. */
export function liveStreamTools(desk: StreamDesk): readonly Tool[] {
  return [streamHosts(desk), streamServices(desk)];
}

const cursor = z.string().min(1).max(2000).optional().describe("next_cursor of the batch before; without, the first.");

/** How many rows a batch has, unless told otherwise. */
export const batchSizes = { hosts: 100, services: 200 } as const;

function batchSize(usual: number) {
  return z.int().min(1).max(5000).default(usual).describe("Rows of one batch.");
}

const batchShape = {
  count: z.int(),
  next_cursor: z.string().nullable().describe("null where this is the last. It stays good."),
  failures: failuresShape,
};

// What changes between two batches changes what the next one is made of: none is worth keeping.
const annotations = { readOnlyHint: true, openWorldHint: true } as const;

function streamHosts(desk: StreamDesk): Tool {
  return tool({
    name: "stream_hosts",
    title: "Read all hosts in batches",
    description:
      "All hosts that fit, some at a time: call again with next_cursor until it is null. None comes twice, and none is missing that was there all along. The rows are in the structured answer.",
    input: z.object({ batch_size: batchSize(batchSizes.hosts), cursor, ...hostWish }),
    output: z.object({ hosts: z.array(hostShape), ...batchShape }),
    annotations,
    run: async ({ batch_size: size, cursor: at, ...wish }, { signal }) => {
      const { batch, next } = await desk.hosts(hostsWished(wish), { batchSize: size, cursor: at }, signal);
      const { rows, failures } = batch;
      return {
        structured: {
          hosts: rows.map(shownHost),
          count: rows.length,
          next_cursor: next ?? null,
          failures: shownFailures(failures),
        },
        content: summary("hosts", batch, next),
      };
    },
  });
}

const format = z
  .enum(["objects", "table"])
  .default("objects")
  .describe("table: columns once, and each row as a list of values in their order, which is half as long.");

function streamServices(desk: StreamDesk): Tool {
  return tool({
    name: "stream_services",
    title: "Read all services in batches",
    description:
      "All services that fit, some at a time: call again with next_cursor until it is null. None comes twice, and none is missing that was there all along. The rows are in the structured answer.",
    input: z.object({ batch_size: batchSize(batchSizes.services), cursor, format, ...serviceWish }),
    output: z.object({
      services: z.array(serviceShape).optional().describe("Unless format is table."),
      columns: z.array(z.string()).optional().describe("What the values of a row are, where format is table."),
      rows: z.array(z.array(z.unknown())).optional().describe("Where format is table."),
      ...batchShape,
    }),
    annotations,
    run: async ({ batch_size: size, cursor: at, format: form, ...wish }, { signal }) => {
      const page = await desk.services(servicesWished(wish), form, { batchSize: size, cursor: at }, signal);
      return {
        structuredText: servicesText(page, form),
        content: summary("services", page.batch, page.next),
      };
    },
  });
}

/** What the tool answers, around rows that are texts already. */
function servicesText({ batch: { rows, failures }, next }: Page<RowText>, form: RowForm): readonly Buffer[] {
  const before = form === "objects" ? '{"services":[' : `{"columns":${JSON.stringify(serviceMembers)},"rows":[`;
  const rest = { count: rows.length, next_cursor: next ?? null, failures: shownFailures(failures) };
  return [Buffer.from(before), ...joinedRows(rows), Buffer.from(`],${JSON.stringify(rest).slice(1)}`)];
}

/** The rows once more as text would double what is sent for the sake of models, which have no use for thousands of them. */
function summary(what: string, { rows, failures }: Batch<unknown>, next: string | undefined): string {
  const missing = failures.map(({ site, reason }) => ` The site ${site} is left out: ${reason}.`).join("");
  const more = next === undefined ? "This is the last batch." : `More with cursor ${next}`;
  return `${rows.length} ${what}, in the structured answer.${missing} ${more}`;
}
