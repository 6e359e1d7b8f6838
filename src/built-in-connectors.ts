/** Beside the sources in a checkout, and below what is built in a package. */
const folder = new URL(import.meta.url.endsWith(".ts") ? "../connectors/" : "./connectors/", import.meta.url);
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The connectors that come with the gateway: their modules by name. None is loaded before it is asked for. */
export const builtInConnectors: ReadonlyMap<string, URL> = new Map(
  ["cashflow", "checkmk", "data", "frappe"].map((name) => [name, new URL(`${name}/connector${extension}`, folder)]),
);
