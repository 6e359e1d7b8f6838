import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { GatewayError, messageOf } from "../core/errors.ts";
import { isJsonObject, stringAt } from "../core/json.ts";
import type { Connector } from "./connector.ts";
import { isOwnApiResolved, shareOwnApi } from "./own-api.ts";

/**
 * The connector of a module: one of `builtIns` by its name, a file (`./weather.ts`, relative to `folder`), or a package that is installed there. The
 * module exports it as `connector`, or as its default. A module is loaded once in a process, as Node does it.
 *
 * @throws {GatewayError} `invalid_config` — there is no such module, it cannot be loaded, or exports no connector.
 */
export async function loadConnector(
  reference: string,
  folder: string,
  builtIns: ReadonlyMap<string, URL> = new Map(),
): Promise<Connector> {
  const builtIn = builtIns.get(reference);
  const { href } = builtIn ?? pathToFileURL(moduleOf(reference, folder));
  let module: unknown;
  try {
    if (builtIn === undefined || !isOwnApiResolved()) shareOwnApi();
    module = await import(href);
  } catch (thrown) {
    throw wrong(reference, `cannot be loaded: ${messageOf(thrown)}`, thrown);
  }
  const exports = isJsonObject(module) ? module : {};
  const found = exports["connector"] ?? exports["default"];
  if (isConnector(found)) return found;
  throw wrong(reference, "exports no connector: export what defineConnector returns as `connector`, or as default");
}

function moduleOf(reference: string, folder: string): string {
  return isFile(reference) ? resolve(folder, reference) : entryOf(reference, folder);
}

function isFile(reference: string): boolean {
  return /^(?:\.{1,2}[\\/]|[\\/]|[A-Za-z]:[\\/])/.test(reference) || /\.[cm]?[jt]s$/.test(reference);
}

/** What `import` of the package would load. Node resolves only for modules of its own, and this is for those of the user. */
function entryOf(name: string, folder: string): string {
  const description = packageOf(name, folder);
  if (description === undefined) {
    throw wrong(name, `is neither a file (write ./${name}) nor a package that is installed in ${folder}`);
  }
  const content: unknown = JSON.parse(readFileSync(description, "utf8"));
  if (!isJsonObject(content)) throw wrong(name, "has a package.json that is no object");
  const entry = exported(content["exports"]) ?? stringAt(content, "main") ?? "index.js";
  return join(dirname(description), entry);
}

function packageOf(name: string, folder: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(folder, "from-here.js")));
  } catch {
    // Not there, or no name of a package at all: the caller says what to write instead.
    return undefined;
  }
}

/** The file of a package's main entry, as conditional exports name it (Node.js, Packages, Conditional exports). */
function exported(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (!isJsonObject(exports)) return undefined;
  for (const condition of [".", "node", "import", "default"]) {
    const found = exported(exports[condition]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isConnector(value: unknown): value is Connector {
  return isJsonObject(value) && typeof value["name"] === "string" && typeof value["setup"] === "function";
}

function wrong(reference: string, what: string, cause?: unknown): GatewayError {
  return new GatewayError("invalid_config", `The connector ${JSON.stringify(reference)} ${what}`, {
    ...(cause !== undefined && { cause }),
  });
}
