import type { Command } from "commander";

/** Is told the exit status of the command that ran. */
export type Done = (status: number) => void;

/** Adds the options that nearly every command has. */
export function withCommon(command: Command): Command {
  return command
    .option("--config <file>", "configuration file; else switchyard.jsonc, .json, .yaml or .yml of this folder")
    .option("--json", "machine-readable output");
}

/** Adds, besides, those of commands that speak to a running gateway. */
export function withUrl(command: Command): Command {
  return withCommon(command)
    .option("--url <url>", "a running gateway, such as http://127.0.0.1:8001")
    .option("--key <key>", "API key for it; better in SWITCHYARD_KEY, as other users of a machine see command lines");
}

/** For an option that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
