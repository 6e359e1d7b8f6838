/** Beside the sources in a checkout, and below what is built in a package. */
const folder = new URL(import.meta.url.endsWith(".ts") ? "../connectors/" : "./connectors/", import.meta.url);
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** Systems that are simulated, for those who have none: their modules by the connector's name. None is loaded before it is asked for. */
export const builtInDemos = {
  checkmk: new URL(`checkmk/simulator/demo${extension}`, folder),
  frappe: new URL(`frappe/simulator/demo${extension}`, folder),
} as const satisfies Readonly<Record<string, URL>>;
