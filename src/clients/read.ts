import { isRecord, type Path, valueAt } from "../config/content.ts";
import { jsoncFormat } from "../config/jsonc.ts";
import { configError, shownFile } from "../config/problem.ts";
import { describeValue, pathText } from "../config/shown.ts";
import { GatewayError } from "../core/errors.ts";
import type { Client } from "./client.ts";
import { readToml } from "./toml.ts";

/** A client's file: its absolute path, what it says, and the folder where the person stands. */
export interface ClientFile {
  readonly file: string;
  readonly cwd: string;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The data of a client's file; an empty file has none. JSON may have comments and trailing commas.
 *
 * @throws {GatewayError} `invalid_config` — it is not JSON or TOML, with line and column, or holds no object. Nothing of the text is in it.
 */
export function readClientFile({ format, label }: Client, { file, cwd, text }: ClientFile): Fields {
  const body = text.replace(/^\uFEFF/, "");
  const { content = {}, faults } = format === "toml" ? tomlContent(body) : jsonContent(body);
  if (faults.length > 0) {
    const { code, message, data } = configError({ file, cwd, text: body }, faults);
    throw new GatewayError(code, message, { data: { ...data, suggestion: `Correct the file, which is ${label}'s.` } });
  }
  if (isRecord(content)) return content;
  const message = `${shownFile(file, cwd)} must hold an object, got ${describeValue(content, ["inputs"])}`;
  throw new GatewayError("invalid_config", message, { data: { file } });
}

interface Content {
  readonly content: unknown;
  readonly faults: readonly { readonly offset: number; readonly path: Path; readonly message: string }[];
}

function jsonContent(text: string): Content {
  const { content, syntaxFaults } = jsoncFormat.read(text);
  return {
    content,
    faults: syntaxFaults.map(({ offset, message }) => ({ offset, path: [], message: `the file ${message}` })),
  };
}

function tomlContent(text: string): Content {
  const read = readToml(text);
  if (read.kind === "read") return { content: read.content, faults: [] };
  const before = text.split("\n").slice(0, read.line - 1);
  const offset = before.reduce((sum, line) => sum + line.length + 1, 0) + read.column - 1;
  return { content: undefined, faults: [{ offset, path: [], message: "the file is not TOML here" }] };
}

/**
 * The servers at one place of a client's data, by name; empty where it has none.
 *
 * @throws {GatewayError} `invalid_config` — something else than an object stands there.
 */
export function serversAt(content: Fields, path: Path, { file, cwd }: Omit<ClientFile, "text">): Fields {
  const servers = valueAt(content, path);
  if (servers === undefined) return {};
  if (isRecord(servers)) return servers;
  const got = describeValue(servers, ["inputs"]);
  throw new GatewayError(
    "invalid_config",
    `${shownFile(file, cwd)} must have an object at ${pathText(path)}, got ${got}`,
    { data: { file } },
  );
}
