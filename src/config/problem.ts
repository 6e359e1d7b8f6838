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
}

/** Most problems that one error lists. */
const maxProblems = 100;

/** The name of a config file for people: relative to where they stand, if it is below. */
export function shownFile(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path === "" || path.startsWith("..") || isAbsolute(path) ? file : path;
}

/** A problem at an offset of the text. */
export function problemAt(text: string, offset: number, path: Path, message: string): Problem {
  return { path: path.length === 0 ? "" : pathText(path), ...lineAndColumn(text, offset), message };
}

/** One error for all problems of a file, in the order of the file, without repetitions. */
export function configError(file: string, cwd: string, problems: readonly Problem[]): GatewayError {
  const shown = shownFile(file, cwd);
  const ordered = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const lines = new Map(
    ordered.map((problem) => [`${shown}:${problem.line}:${problem.column}: ${problem.message}`, problem]),
  );
  const listed = [...lines].slice(0, maxProblems);
  const more = lines.size > listed.length ? [`… and ${lines.size - listed.length} more`] : [];
  const head = lines.size > 1 ? [`${shown} has ${lines.size} problems:`] : [];
  return new GatewayError("invalid_config", [...head, ...listed.map(([line]) => line), ...more].join("\n"), {
    data: { file, problems: listed.map(([, problem]) => problem) },
  });
}
