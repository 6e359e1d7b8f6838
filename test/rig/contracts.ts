import { existsSync } from "node:fs";
import { join } from "node:path";

/** A file of a contract that this project is held to but does not own, or why a test cannot be held to it. */
export type Contract =
  | { readonly state: "here"; readonly path: string }
  | { readonly state: "missing"; readonly why: string };

/**
 * Other projects' specifications and recordings of their real servers, which are theirs to hand out: they are read from the folder that
 * SWITCHYARD_CONTRACTS names, where somebody has put them. CONTRIBUTING.md says what they are and where they come from.
 */
export function contract(file: string): Contract {
  const folder = process.env["SWITCHYARD_CONTRACTS"];
  if (folder === undefined) return { state: "missing", why: `needs ${file}: set SWITCHYARD_CONTRACTS to its folder` };
  const path = join(folder, file);
  return existsSync(path) ? { state: "here", path } : { state: "missing", why: `needs ${file} in ${folder}` };
}
