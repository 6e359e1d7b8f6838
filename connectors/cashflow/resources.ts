import { basename } from "node:path";
import type { Resource } from "switchyard/connector";
import { formatFinding } from "./findings.ts";
import type { LiveModel } from "./live-model.ts";
import { fileLimitDefaults, readInside } from "./model-files.ts";

/** Where a model's resources are: the folder's name tells apart the models of several connectors. */
function baseOf({ folder }: LiveModel): string {
  return `cashflow://${encodeURIComponent(basename(folder).toLowerCase())}`;
}

/** The address of one file of the model. */
export function fileUri(live: LiveModel, name: string): string {
  return `${baseOf(live)}/files/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** The address of what is wrong in the model. */
export function findingsUri(live: LiveModel): string {
  return `${baseOf(live)}/findings`;
}

/** Each file of the model as it is, and everything that is wrong with them. */
export function resourcesOf(live: LiveModel): readonly Resource[] {
  const files = live.files.map(({ name, size, modified }): Resource => ({
    name,
    uri: fileUri(live, name),
    mimeType: "application/yaml",
    size,
    annotations: { lastModified: modified.toISOString() },
    read: async () => {
      const text = await readInside(live.folder, name, fileLimitDefaults.maxFileBytes);
      if (typeof text === "string") return { text };
      throw new Error(`${text.message} ${text.suggestion}`);
    },
  }));
  return [
    {
      name: "findings",
      title: "What is wrong in the model",
      description:
        "Errors and warnings of all files, one a line: file:line:column severity rule: what, and the remedy.",
      uri: findingsUri(live),
      mimeType: "text/plain",
      read: async () => {
        const { findings } = await live.model();
        return { text: findings.length === 0 ? "Nothing is wrong.\n" : `${findings.map(formatFinding).join("\n")}\n` };
      },
    },
    ...files,
  ];
}
