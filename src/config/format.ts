import { createRequire } from "node:module";
import { extname } from "node:path";
import { GatewayError } from "../core/errors.ts";
import { isTooDeep, maxDepth } from "./content.ts";
import type { ConfigDocument, ConfigFormat } from "./document.ts";
import { jsoncFormat } from "./jsonc.ts";
import { configError, type ConfigText, shownFile } from "./problem.ts";
import type * as Yaml from "./yaml.ts";

/** Largest config file that is read, in bytes. */
export const maxConfigBytes = 4_194_304;

/** The names under which a config file is looked for, in this order. */
export const configFileNames = ["switchyard.jsonc", "switchyard.json", "switchyard.yaml", "switchyard.yml"] as const;

const formats: ReadonlyMap<string, () => ConfigFormat> = new Map([
  [".jsonc", jsonc],
  [".json", jsonc],
  [".yaml", yaml],
  [".yml", yaml],
]);

const load = createRequire(import.meta.url);

function jsonc(): ConfigFormat {
  return jsoncFormat;
}

/** Loaded once a file is written so: its library is of seventy modules, a tenth of what a short command costs. */
function yaml(): ConfigFormat {
  const module: typeof Yaml = load(import.meta.url.endsWith(".ts") ? "./yaml.ts" : "./yaml.js");
  return module.yamlFormat;
}

/**
 * How a file is written, by its name.
 *
 * @throws {GatewayError} `invalid_config` — the name has another ending.
 */
export function formatOf(file: string, cwd: string): ConfigFormat {
  const format = formats.get(extname(file).toLowerCase());
  if (format !== undefined) return format();
  const endings = [...formats.keys()].join(", ");
  const message = `${shownFile(file, cwd)} must end in one of ${endings}, which say how it is written`;
  throw new GatewayError("invalid_config", message, { data: { file } });
}

/**
 * Refuses a config file that is too large to be one.
 *
 * @throws {GatewayError} `invalid_config` — more than {@link maxConfigBytes}.
 */
export function checkSize(bytes: number, file: string, cwd: string): void {
  if (bytes <= maxConfigBytes) return;
  const message = `${shownFile(file, cwd)} must be a file of at most ${maxConfigBytes} bytes, got ${bytes}`;
  throw new GatewayError("invalid_config", message, { data: { file } });
}

/**
 * Reads the data of a config file, whose text is without a byte order mark.
 *
 * @throws {GatewayError} `invalid_config` — the text is too large, nested too deeply, or not JSON or YAML.
 */
export function readDocument(config: ConfigText): ConfigDocument {
  checkSize(Buffer.byteLength(config.text), config.file, config.cwd);
  const document = readOrTooDeep(config);
  if (document === undefined || isTooDeep(document.content)) {
    const message = `the file must not nest lists and objects more than ${maxDepth} deep`;
    throw configError(config, [{ offset: 0, path: [], message }]);
  }
  if (document.syntaxFaults.length === 0) return document;
  const troubles = document.syntaxFaults.map(({ offset, message }) => ({
    offset,
    path: [],
    message: `the file ${message}`,
  }));
  throw configError(config, troubles);
}

function readOrTooDeep({ text, file, cwd }: ConfigText): ConfigDocument | undefined {
  const format = formatOf(file, cwd);
  try {
    return format.read(text);
  } catch (thrown) {
    // The parsers recurse: this is the end of the stack, long after any sensible depth.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
