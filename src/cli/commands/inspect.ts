import { enabledUpstreams } from "../../config/config.ts";
import { deadline } from "../../core/deadline.ts";
import { GatewayError } from "../../core/errors.ts";
import { systemClock } from "../../core/clock.ts";
import { type JsonObject, stringAt } from "../../core/json.ts";
import type { Definitions } from "../../upstream/definitions.ts";
import type { Handshake } from "../../upstream/handshake.ts";
import { connectTo } from "../client.ts";
import { type ClientOptions, namedGateway, runningGateway, upstreamsOf } from "../reached.ts";
import { type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainText, table } from "../terminal.ts";

/** What was found at one upstream, or why nothing was. */
type Found =
  | { readonly name: string; readonly definitions: Definitions; readonly handshake: Handshake }
  | { readonly name: string; readonly problem: GatewayError };

/** Shows what upstreams offer: all of them, one, or one tool with its schema. */
export async function inspect(address: string | undefined, context: Context, options: ClientOptions): Promise<number> {
  if (address === undefined) return inspectAll(context, options);
  const at = address.indexOf("/");
  if (at === -1) return inspectUpstream(address, context, options);
  return inspectTool(address.slice(0, at), address.slice(at + 1), context, options);
}

async function inspectAll(context: Context, options: ClientOptions): Promise<number> {
  const names = await namesOf(context, options);
  const all = await Promise.all(names.map((name) => readOrProblem(name, context, options)));
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify({ upstreams: all.map(foundJson) }));
  else if (all.length === 0) terminal.out("No upstream is configured: `switchyard add NAME -- COMMAND …` adds one.");
  else terminal.out(all.map((found) => foundText(found, terminal.columns)).join("\n\n"));
  return all.some((found) => "problem" in found) ? exitCodes.unavailable : exitCodes.ok;
}

async function inspectUpstream(name: string, context: Context, options: ClientOptions): Promise<number> {
  const found = await read(name, context, options);
  const { terminal } = context;
  terminal.out(options.json === true ? JSON.stringify(foundJson(found)) : foundText(found, terminal.columns));
  return exitCodes.ok;
}

async function inspectTool(name: string, tool: string, context: Context, options: ClientOptions): Promise<number> {
  const { definitions } = await read(name, context, options);
  const definition = definitions.tools.find((known) => known["name"] === tool);
  if (definition === undefined) {
    throw new GatewayError("unknown_tool", `The upstream "${name}" has no tool "${tool}"`, {
      data: { suggestion: `\`switchyard inspect ${name}\` lists its tools.` },
    });
  }
  context.terminal.out(options.json === true ? JSON.stringify(definition) : toolText(name, definition));
  return exitCodes.ok;
}

async function namesOf(context: Context, options: ClientOptions): Promise<string[]> {
  const { config } = await chooseConfig(context, options);
  const gateway = namedGateway(context, options) ?? (await runningGateway(config, context, options));
  if (gateway === undefined) return enabledUpstreams(config).map(({ name }) => name);
  return upstreamsOf(gateway);
}

async function readOrProblem(name: string, context: Context, options: ClientOptions): Promise<Found> {
  try {
    return await read(name, context, options);
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code !== "cancelled") return { name, problem: thrown };
    throw thrown;
  }
}

const listMs = 30_000;

async function read(
  name: string,
  context: Context,
  options: ClientOptions,
): Promise<Exclude<Found, { problem: unknown }>> {
  const client = await connectTo(name, context, options);
  const limit = deadline(systemClock, listMs, context.signal, () => {
    return new GatewayError("deadline_exceeded", `The lists of "${name}" did not come within ${listMs} ms`);
  });
  try {
    const { connection } = client;
    const definitions = await connection.definitions(limit.signal);
    return { name, definitions, handshake: connection.handshake };
  } finally {
    limit.stop();
    await client.close();
  }
}

function foundJson(found: Found): JsonObject {
  if ("problem" in found)
    return { name: found.name, error: { code: found.problem.code, message: found.problem.message } };
  return { name: found.name, ...found.definitions };
}

function foundText(found: Found, columns: number): string {
  if ("problem" in found) return `${found.name}: ${found.problem.message}`;
  const { tools, prompts, resources, templates } = found.definitions;
  const lists = [
    listText("tool", tools, "name", columns),
    listText("prompt", prompts, "name", columns),
    listText("resource", resources, "uri", columns),
    listText("template", templates, "uriTemplate", columns),
  ];
  const shown = lists.filter((text) => text !== undefined);
  return [found.name, ...(shown.length === 0 ? ["offers nothing at present"] : shown)].join("\n");
}

function listText(thing: string, list: readonly JsonObject[], key: string, columns: number): string | undefined {
  if (list.length === 0) return undefined;
  const rows = list.map((item) => [
    `  ${stringAt(item, key) ?? ""}`,
    stringAt(item, "description") ?? stringAt(item, "title") ?? "",
  ]);
  return table([`${thing.toUpperCase()}S (${list.length})`, ""], rows, columns);
}

function toolText(upstream: string, definition: JsonObject): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = definition;
  const lines = [`${upstream}/${String(name)}${typeof title === "string" ? ` – ${plainText(title)}` : ""}`];
  if (typeof description === "string") lines.push("", plainText(description));
  if (annotations !== undefined) lines.push("", `annotations ${JSON.stringify(annotations)}`);
  lines.push("", "input", JSON.stringify(inputSchema, undefined, 2));
  if (outputSchema !== undefined) lines.push("", "output", JSON.stringify(outputSchema, undefined, 2));
  return lines.join("\n");
}
