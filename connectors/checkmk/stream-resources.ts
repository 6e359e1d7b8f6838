import { type Resource, ToolFailure } from "switchyard/connector";
import type { Page, PageWish, StreamDesk } from "./stream-desk.ts";
import type { RowText } from "./row-text.ts";
import { shownHost } from "./tools/live-shapes.ts";
import { batchSizes } from "./tools/live-streams.ts";

/** All hosts and all services as lines of JSON, some thousand at a time: the last line says where it goes on. */
export function streamResources(desk: StreamDesk): readonly Resource[] {
  return [
    ...resourcesFor("hosts", async (wish, signal) => lines(await desk.hosts({}, wish, signal), shownHost)),
    ...resourcesFor("services", async (wish, signal) => textLines(await desk.services({}, "objects", wish, signal))),
  ];
}

interface Lines {
  readonly rows: readonly string[];
  readonly next: string | undefined;
  readonly failures: Page<unknown>["batch"]["failures"];
}

function lines<Row>({ batch, next }: Page<Row>, shown: (row: Row) => unknown): Lines {
  return { rows: batch.rows.map((row) => JSON.stringify(shown(row))), next, failures: batch.failures };
}

function textLines({ batch, next }: Page<RowText>): Lines {
  const rows = batch.rows.map(({ text, from, to }) => text.toString("utf8", from, to));
  return { rows, next, failures: batch.failures };
}

function resourcesFor(
  what: "hosts" | "services",
  read: (wish: PageWish, signal: AbortSignal) => Promise<Lines>,
): readonly Resource[] {
  const uri = `checkmk://stream/${what}`;
  const resource: Resource = {
    name: `stream-${what}`,
    title: `All ${what}`,
    description: `The first ${what}, a line of JSON each; the last line, {"next":…}, says the address of those that follow, or null.`,
    mimeType: "application/x-ndjson",
    uri,
    read: async (asked, signal) => {
      const wish = wishIn(asked, batchSizes[what]);
      const { rows, next, failures } = await read(wish, signal);
      const size = wish.batchSize === batchSizes[what] ? "" : `&batch_size=${wish.batchSize}`;
      const last = { next: next === undefined ? null : `${uri}?cursor=${next}${size}`, failures };
      return { text: `${[...rows, JSON.stringify(last)].join("\n")}\n` };
    },
  };
  return [
    resource,
    {
      ...resource,
      name: `stream-${what}-on`,
      title: `More of all ${what}`,
      description: `The ${what} behind a cursor, 1 to 5000 at once.`,
      uri: `${uri}{?cursor,batch_size}`,
    },
  ];
}

/** @throws {ToolFailure} the batch size is none. */
function wishIn(uri: string, usual: number): PageWish {
  const query = new URLSearchParams(uri.split("?")[1] ?? "");
  const size = query.get("batch_size");
  const batchSize = size === null ? usual : Number(size);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 5000) {
    throw new ToolFailure(`batch_size must be a whole number from 1 to 5000, got ${JSON.stringify(size)}`);
  }
  return { batchSize, cursor: query.get("cursor") ?? undefined };
}
