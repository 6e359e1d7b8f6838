import { extname } from "node:path";
import { GatewayError } from "../core/errors.ts";
import { isTooDeep, maxDepth } from "./content.ts";
import type { ConfigDocument, ConfigFormat } from "./document.ts";
import { jsoncFormat } from "./jsonc.ts";
import { configError, problemAt, shownFile } from "./problem.ts";
import { yamlFormat } from "./yaml.ts";

/** Largest config file that is read, in bytes. */
export const maxConfigBytes = 4_194_304;

/** The names under which a config file is looked for, in this order. */
export const configFileNames = ["switchyard.jsonc", "switchyard.json", "switchyard.yaml", "switchyard.yml"] as const;

const formats: ReadonlyMap<string, ConfigFormat> = new Map([
  [".jsonc", jsoncFormat],
  [".json", jsoncFormat],
  [".yaml", yamlFormat],
  [".yml", yamlFormat],
]);

/**
 * How a file is written, by its name.
 *
 * @throws {GatewayError} `invalid_config` — the name has another ending.
 */
export function formatOf(file: string, cwd: string): ConfigFormat {
  const format = formats.get(extname(file).toLowerCase());
  if (format !== undefined) return format;
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
 * Reads the data of a config file's text, without a byte order mark.
 *
 * @throws {GatewayError} `invalid_config` — the text is too large, nested too deeply, or not JSON or YAML.
 */
export function readDocument(text: string, file: string, cwd: string): ConfigDocument {
  checkSize(Buffer.byteLength(text), file, cwd);
  const format = formatOf(file, cwd);
  const tooDeep = () => {
    const message = `the file must not nest lists and objects more than ${maxDepth} deep`;
    return configError(file, cwd, [problemAt(text, 0, [], message)]);
  };
  try {
    const document = format.read(text);
    if (document.syntaxFaults.length > 0) {
      const problems = document.syntaxFaults.map(({ offset, message }) =>
        problemAt(text, offset, [], `the file ${message}`),
      );
      throw configError(file, cwd, problems);
    }
    if (isTooDeep(document.content)) throw tooDeep();
    return document;
  } catch (thrown) {
    // The parsers recurse: this is the stack's end, long after any sensible depth.
    if (thrown instanceof RangeError) throw tooDeep();
    throw thrown;
  }
}
