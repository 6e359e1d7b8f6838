import type { Site } from "../site.ts";
import { badFields } from "./reply.ts";

/** A folder in both of its spellings. */
export interface FolderPath {
  /** `/` or such as `/servers/linux`. */
  readonly path: string;
  /** `~` or such as `~servers~linux`. */
  readonly id: string;
}

/** The folder that any of its spellings names: `/a/b`, `~a~b` or `\a\b`. */
export function folderPath(given: string): FolderPath {
  const parts = given.split(/[/~\\]/).filter((part) => part !== "");
  return { path: `/${parts.join("/")}`, id: `~${parts.join("~")}` };
}

/** The path of a folder that there is. @throws {Refused} 400 that names this field. */
export function requireFolder(site: Site, given: string, field: string): string {
  const { path } = folderPath(given);
  if (site.configuration.folders.has(path)) return path;
  throw badFields({ [field]: [`The folder '${given}' could not be found.`] });
}
