import { resolve } from "node:path";
import { type Resource, defineConnector } from "switchyard/connector";
import { z } from "zod";
import type { Data } from "./data.ts";
import { mimeTypes } from "./report/render.ts";
import { ReportStore } from "./report/store.ts";
import { type Source, sourcesSchema } from "./sources.ts";
import { analyzeTool } from "./tools/analyze.ts";
import { checkTool } from "./tools/check.ts";
import { queryTool } from "./tools/query.ts";
import { reportTool, reportUri } from "./tools/report.ts";
import { sourcesTool } from "./tools/sources.ts";
import { Workers } from "./workers.ts";

/** Databases and folders of files, to be asked and never changed. */
export const connector = defineConnector({
  name: "data",
  title: "Data",
  version: "0.1.0",
  instructions:
    "Read-only SQL on configured sources: sources lists them and their tables, query runs one SELECT in the source's dialect, analyze computes with its rows, report writes them down as a file.",
  config: z.object({
    sources: sourcesSchema,
    reportsDir: z
      .string()
      .min(1)
      .default(".switchyard/reports")
      .describe("The folder where reports are kept, relative to the configuration's file."),
  }),
  setup: ({ sources: given, reportsDir }, { folder }) => {
    const sources = Object.fromEntries(Object.entries(given).map(([name, source]) => [name, located(source, folder)]));
    const workers = new Workers(sources);
    const data: Data = { sources, workers };
    const store = new ReportStore(resolve(folder, reportsDir));
    return {
      tools: [sourcesTool(data), queryTool(data), analyzeTool(data), reportTool(data, store), checkTool(data)],
      resources: [reportResource(store)],
      close: () => {
        workers.close();
      },
    };
  },
});

/** Reports that are kept, each for who asked for it. */
function reportResource(store: ReportStore): Resource {
  return {
    name: "report",
    title: "A report",
    description: "A report that was written for you.",
    uri: reportUri,
    read: async (uri, _signal, caller) => {
      const found = await store.read(uri.slice(uri.lastIndexOf("/") + 1), caller);
      return found && { mimeType: mimeTypes[found.report.format], bytes: found.content };
    },
  };
}

function located(source: Source, folder: string): Source {
  switch (source.type) {
    case "sqlite":
    case "duckdb":
      return { ...source, file: resolve(folder, source.file) };
    case "files":
      return { ...source, dir: resolve(folder, source.dir) };
    case "postgres":
    case "mysql":
      return source;
  }
}
