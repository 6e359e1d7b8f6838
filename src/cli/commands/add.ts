import { relative } from "node:path";
import { changeFile } from "../../config/change-file.ts";
import { addServer, removeServer } from "../../config/edit.ts";
import type { ServerEntry } from "../../config/schema.ts";
import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { fileToChange } from "../config-file.ts";
import type { CommonOptions, Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

export interface AddOptions extends CommonOptions {
  readonly url?: string;
  /** `KEY=VALUE`. */
  readonly env?: readonly string[];
  /** `Name: value`. */
  readonly header?: readonly string[];
}

/** Writes one more server into the configuration file, begun if there is none. */
export async function add(
  name: string,
  command: readonly string[],
  context: Context,
  options: AddOptions,
): Promise<number> {
  const entry = entryOf(command, options);
  const file = await fileToChange(context, options);
  await changeFile(file, { cwd: context.cwd, clock: systemClock }, (text) => addServer(text, file, name, entry));
  return done(context, options, file, { added: name });
}

/** Takes one server out of the configuration file. */
export async function remove(name: string, context: Context, options: CommonOptions): Promise<number> {
  const file = await fileToChange(context, options);
  await changeFile(file, { cwd: context.cwd, clock: systemClock }, (text) => removeServer(text, file, name));
  return done(context, options, file, { removed: name });
}

function done(
  { terminal, cwd }: Context,
  { json }: CommonOptions,
  file: string,
  what: { readonly added: string } | { readonly removed: string },
): number {
  if (json === true) terminal.out(JSON.stringify({ ...what, file }));
  else if ("added" in what) {
    terminal.out(
      `Added ${what.added} to ${relative(cwd, file) || file}. \`switchyard inspect ${what.added}\` tries it.`,
    );
  } else terminal.out(`Removed ${what.removed} from ${relative(cwd, file) || file}.`);
  return exitCodes.ok;
}

function entryOf([command, ...args]: readonly string[], { url, env = [], header = [] }: AddOptions): ServerEntry {
  if (url !== undefined && command !== undefined) throw usage("Give either a command after -- or --url, not both");
  if (url !== undefined) {
    if (env.length > 0) throw usage("-e sets the environment of a command; a server at a URL has none of ours");
    return {
      type: /^wss?:/i.test(url) ? "ws" : "http",
      url,
      ...(header.length > 0 ? { headers: pairs(header, /^([^:\s]+):\s*(.*)$/s, "-H", "Name: value") } : {}),
    };
  }
  if (command === undefined) throw usage("Give the server's command after --, or its address with --url");
  if (header.length > 0) throw usage("-H sets headers of requests to a --url; a command gets none");
  return {
    command,
    ...(args.length > 0 ? { args } : {}),
    ...(env.length > 0 ? { env: pairs(env, /^([^=\s]+)=(.*)$/s, "-e", "KEY=VALUE") } : {}),
  };
}

function pairs(given: readonly string[], shape: RegExp, option: string, wanted: string): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, key, value] = shape.exec(text) ?? [];
      // What was given may hold a secret: it is not repeated.
      if (key === undefined || value === undefined) throw usage(`${option} takes ${wanted}`);
      return [key, value] as const;
    }),
  );
}

function usage(message: string): GatewayError {
  return new GatewayError("usage", message, { data: { suggestion: "`switchyard add --help` shows examples." } });
}
