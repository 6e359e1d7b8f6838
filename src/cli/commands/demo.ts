import { once } from "node:events";
import { builtInDemos } from "../../built-in-demos.ts";
import { isOwnApiResolved, shareOwnApi } from "../../connector/own-api.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/** A simulated system that runs. */
interface Demo {
  /** What the configuration of its connector says. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What else one should know to try it. */
  readonly says?: readonly string[];
  readonly close: () => Promise<void>;
}

/** Runs a simulated system until Ctrl-C. Prints what a gateway's configuration says of it, and notes beside that. */
export async function demo(name: keyof typeof builtInDemos, options: object, context: Context): Promise<number> {
  if (!isOwnApiResolved()) shareOwnApi();
  const { config, says = [], close } = await started(builtInDemos[name], options);
  const { signal, terminal } = context;
  terminal.out(JSON.stringify({ mcpServers: { [name]: { connector: name, config } } }, undefined, 2));
  terminal.note(
    `A simulated ${name} runs until Ctrl-C. Put the above into a configuration file, and run switchyard serve.`,
  );
  for (const line of says) terminal.note(line);
  if (!signal.aborted) await once(signal, "abort");
  await close();
  return exitCodes.ok;
}

async function started(url: URL, options: object): Promise<Demo> {
  const module: unknown = await import(url.href);
  const start = isJsonObject(module) ? module["startDemo"] : undefined;
  if (typeof start !== "function") throw new TypeError(`${url.href} exports no startDemo`);
  const running: unknown = await start(options);
  if (!isDemo(running)) throw new TypeError(`startDemo of ${url.href} gives nothing to be closed`);
  return running;
}

function isDemo(value: unknown): value is Demo {
  return isJsonObject(value) && isJsonObject(value["config"]) && typeof value["close"] === "function";
}
