import { fileURLToPath } from "node:url";

/** The environment variable that holds what a connector in a process of its own is told, as JSON. */
export const configVariable = "SWITCHYARD_CONNECTOR_CONFIG";

/** Connectors of the gateway's own that always have a process of their own, for what they load and run. */
export const connectorsApart: ReadonlySet<string> = new Set(["data"]);

/** A connector as a program to start: an MCP server on stdio with limits of its own, whose end is nobody else's. */
export interface ChildProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly connector: string;
}

/** How to start a connector in a process of its own. */
export function childProgram(connector: string, folder: string, config: object): ChildProgram {
  // Where the rooms are joined, since it is there that the names of what comes with the gateway are known. Run from source or built.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = new URL(`../connector-child.${extension}`, import.meta.url);
  return {
    command: process.execPath,
    args: [fileURLToPath(file), connector, folder],
    env: { [configVariable]: JSON.stringify(config) },
    connector,
  };
}
