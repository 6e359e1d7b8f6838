import { isAbsolute, relative } from "node:path";
import { GatewayError } from "../core/errors.ts";
import type { Path } from "./content.ts";
import { lineAndColumn } from "./document.ts";
import { pathText } from "./shown.ts";

/** Something wrong with the data of a config file. */
export interface Finding {
  readonly path: Path;
  /** One sentence that names the path and holds no secret. */
  readonly message: string;
  /** The environment variable that is not set, where that is what is wrong. */
  readonly variable?: string;
}

/** Something wrong in a config file, as it stands in `data.problems` of the error. */
export interface Problem {
  /** `mcpServers.github.timeoutMs`; empty for the file as a whole and for faults of syntax. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
  /** The environment variable that is not set, and the server that needs it, where that is what is wrong. */
  readonly variable?: string;
  readonly server?: string;
}

/** Most problems that one error lists. */
const maxProblems = 100;

/** The name of a config file for people: relative to where they stand, if it is below. */
export function shownFile(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path === "" || path.startsWith("..") || isAbsolute(path) ? file : path;
}

/** Something wrong at an offset of a config file's text. */
export interface Trouble extends Finding {
  readonly offset: number;
}

/** A config file: its absolute path, what it says, and the folder where the person stands. */
export interface ConfigText {
  readonly file: string;
  readonly cwd: string;
  readonly text: string;
}

/** One error for everything wrong with a file, in the order of the file, without repetitions. */
export function configError({ file, cwd, text }: ConfigText, troubles: readonly Trouble[]): GatewayError {
  const shown = shownFile(file, cwd);
  const distinct = new Map(troubles.map((trouble) => [`${trouble.offset} ${trouble.message}`, trouble]));
  const problems = [...distinct.values()]
    .toSorted((left, right) => left.offset - right.offset)
    .slice(0, maxProblems)
    .map((trouble) => problemAt(text, trouble));
  const lines = problems.map(({ line, column, message }) => `${shown}:${line}:${column}: ${message}`);
  const head = distinct.size > 1 ? [`${shown} has ${distinct.size} problems:`] : [];
  const more = distinct.size > lines.length ? [`… and ${distinct.size - lines.length} more`] : [];
  return new GatewayError("invalid_config", [...head, ...lines, ...more].join("\n"), { data: { file, problems } });
}

function problemAt(text: string, { offset, path, message, variable }: Trouble): Problem {
  const problem = { path: path.length === 0 ? "" : pathText(path), ...lineAndColumn(text, offset), message };
  return variable === undefined ? problem : { ...problem, variable, server: String(path[1]) };
}
