import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";
import { GatewayError, messageOf } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { contentIn } from "../../prompts/content.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway } from "../running.ts";
import { printable, table } from "../terminal.ts";

export interface ShowPromptOptions extends ClientOptions {
  readonly version?: string;
}

export interface ImportPromptsOptions extends ClientOptions {
  readonly publish?: boolean;
  readonly note?: string;
}

/**
 * Lists the templates and the prompts of servers.
 *
 * @throws {GatewayError} what the gateway refuses with; as all of these commands `upstream_unavailable`.
 */
export async function listPrompts(context: Context, options: ClientOptions): Promise<number> {
  const { terminal } = context;
  const answer = await ask(await gatewayOf(context, options), context);
  if (options.json === true) {
    terminal.out(JSON.stringify(answer));
    return exitCodes.ok;
  }
  const rows = [...listAt(answer, "templates").map(templateCells), ...listAt(answer, "others").map(otherCells)];
  if (rows.length === 0) terminal.out("There are no prompts: `switchyard prompts import FILE` saves some.");
  else terminal.out(table(["NAME", "STATUS", "VERSION", "USES", "LAST USED", "TITLE"], rows, terminal.columns));
  const problem = stringAt(answer, "problem");
  if (problem !== undefined) terminal.note(printable(`${problem}: no template is offered.`));
  return exitCodes.ok;
}

function templateCells(template: JsonObject): string[] {
  const published = template["published"];
  const version = say(template["version"]);
  const isBehind = published !== undefined && say(published) !== version;
  return [
    printable(stringAt(template, "name") ?? ""),
    stringAt(template, "status") ?? "",
    isBehind ? `${say(published)} (last ${version})` : version,
    ...usesCells(template),
    printable(stringAt(template, "title") ?? ""),
  ];
}

function otherCells(prompt: JsonObject): string[] {
  const title = printable(stringAt(prompt, "title") ?? "");
  return [
    printable(stringAt(prompt, "name") ?? ""),
    "of a server",
    stringAt(prompt, "version") ?? "-",
    ...usesCells(prompt),
    title,
  ];
}

function usesCells(prompt: JsonObject): string[] {
  const { total, lastAt } = objectAt(prompt, "uses") ?? {};
  return [say(total), typeof lastAt === "number" ? new Date(lastAt).toISOString().slice(0, 10) : "never"];
}

/** Shows one template, or one version of it. */
export async function showPrompt(name: string, context: Context, options: ShowPromptOptions): Promise<number> {
  const { version, json } = options;
  const gateway = await gatewayOf(context, options);
  const below = version === undefined ? "" : `/versions/${encodeURIComponent(version)}`;
  return told(await ask(gateway, context, `/${encodeURIComponent(name)}${below}`), context, json);
}

/** Writes templates as {@link importPrompts} reads them. */
export async function exportPrompts(
  names: readonly string[],
  context: Context,
  options: ClientOptions,
): Promise<number> {
  const gateway = await gatewayOf(context, options);
  const all =
    names.length > 0 ? names : listAt(await ask(gateway, context), "templates").map((each) => String(each["name"]));
  const prompts: JsonObject[] = [];
  for (const name of all) {
    const { content, role } = await ask(gateway, context, `/${encodeURIComponent(name)}`);
    prompts.push({ name, ...(role !== undefined && { role }), content });
  }
  context.terminal.out(JSON.stringify({ prompts }, undefined, 2));
  return exitCodes.ok;
}

/**
 * Saves each template of a file that says something else than the last version that is there.
 *
 * @throws {GatewayError} `usage` — the file is none of templates.
 */
export async function importPrompts(file: string, context: Context, options: ImportPromptsOptions): Promise<number> {
  const { publish, note = "Imported" } = options;
  const prompts = promptsIn(await contentsOf(file), file);
  const gateway = await gatewayOf(context, options);
  const known = new Set(listAt(await ask(gateway, context), "templates").map((each) => each["name"]));
  for (const { name, content, role } of prompts) {
    const path = `/${encodeURIComponent(name)}`;
    const before = known.has(name) ? await ask(gateway, context, path) : undefined;
    const isNew = !isDeepStrictEqual(before?.["content"], asKept(content));
    const isOther = role !== before?.["role"];
    // With its version, so that nobody sees the one without the other.
    const more = { ...(publish === true && { publish: true }), ...(isOther && { role: role ?? null }) };
    if (isNew) await ask(gateway, context, path, { method: "PUT", body: { content, note, ...more } });
    else {
      if (isOther) await ask(gateway, context, `${path}/role`, { body: role === undefined ? {} : { role } });
      if (publish === true) await ask(gateway, context, `${path}/publish`, { body: {} });
    }
    context.terminal.out(`${printable(name)}: ${isNew ? "saved" : "nothing new"}`);
  }
  return exitCodes.ok;
}

/** A content as a gateway keeps it, where what may be left out is filled in; what is none it refuses itself. */
function asKept(content: unknown): unknown {
  try {
    return contentIn(content);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return content;
    throw thrown;
  }
}

interface ImportedPrompt {
  readonly name: string;
  readonly content: unknown;
  readonly role: unknown;
}

async function contentsOf(file: string): Promise<string> {
  try {
    return file === "-" ? await readAll(process.stdin) : await readFile(file, "utf8");
  } catch (thrown) {
    throw new GatewayError("usage", `${file} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function promptsIn(text: string, file: string): readonly ImportedPrompt[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new GatewayError("usage", `${file} is no JSON: ${messageOf(thrown)}`, { cause: thrown });
  }
  const prompts = isJsonObject(value) ? listAt(value, "prompts") : [];
  const named = prompts.flatMap(({ name, content, role }) =>
    typeof name === "string" ? [{ name, content, role }] : [],
  );
  if (named.length > 0 && named.length === prompts.length) return named;
  throw new GatewayError(
    "usage",
    `${file} must have {"prompts": [{"name", "content"}]}, as \`switchyard prompts export\` writes it`,
  );
}

/** Does something to a template. */
export async function operatePrompt(
  operation: string,
  name: string,
  body: JsonObject,
  context: Context,
  options: ClientOptions,
): Promise<number> {
  const gateway = await gatewayOf(context, options);
  return told(
    await ask(gateway, context, `/${encodeURIComponent(name)}/${operation}`, { body }),
    context,
    options.json,
  );
}

/** The version that is meant, as the gateway is told. */
export function versionBody(version: string | undefined): JsonObject {
  return version === undefined ? {} : { version: Number(version) };
}

/** Forgets a template. */
export async function removePrompt(name: string, context: Context, options: ClientOptions): Promise<number> {
  const gateway = await gatewayOf(context, options);
  const answer = await ask(gateway, context, `/${encodeURIComponent(name)}`, { method: "DELETE" });
  context.terminal.out(options.json === true ? JSON.stringify(answer) : `The template ${printable(name)} is removed.`);
  return exitCodes.ok;
}

async function ask(
  gateway: Reached,
  { signal }: Context,
  below = "",
  request: { readonly body?: JsonObject; readonly method?: "DELETE" | "PUT" } = {},
): Promise<JsonObject> {
  const read = await askGateway(gateway, `/api/prompts${below}`, { ...request, waitMs: 5000, signal });
  if (isJsonObject(read)) return read;
  throw new GatewayError("upstream_unavailable", `What answers at ${gateway.url} has no prompt templates`);
}

function listAt(object: JsonObject, member: string): readonly JsonObject[] {
  const value: unknown = object[member];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function told(answer: JsonObject, { terminal }: Context, json: boolean | undefined): number {
  terminal.out(json === true ? JSON.stringify(answer) : linesOf(answer).map(printable).join("\n"));
  return exitCodes.ok;
}

/** A text or a number as it is; nothing of anything else. */
function say(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function linesOf(answer: JsonObject): string[] {
  const content = objectAt(answer, "content") ?? {};
  const args = listAt(content, "arguments").map(argumentLine);
  const versions = listAt(answer, "versions").map(versionLine);
  return [
    headOf(answer),
    ...originLines(objectAt(answer, "origin")),
    ...(answer["role"] === undefined ? [] : [`For ${say(answer["role"])} and above`]),
    ...(args.length === 0 ? [] : ["Arguments:", ...args]),
    ...listAt(content, "messages").flatMap(messageLines),
    ...(versions.length === 0 ? [] : ["", "Versions:", ...versions]),
  ];
}

function headOf({ name, status, version, published, number, note }: JsonObject): string {
  if (number !== undefined) return `Version ${say(number)}${note === undefined ? "" : `: ${say(note)}`}`;
  return `${say(name)}: ${say(status)}, version ${say(version)}${published === undefined ? "" : `, offered ${say(published)}`}`;
}

function originLines(origin: JsonObject | undefined): readonly string[] {
  if (origin === undefined) return [];
  const version = origin["version"] === undefined ? "" : ` version ${say(origin["version"])}`;
  return [`Copied from ${say(origin["upstream"])}/${say(origin["prompt"])}${version}`];
}

function argumentLine({ name, required, description }: JsonObject): string {
  return `  ${say(name)}${required === true ? " (required)" : ""}  ${say(description)}`;
}

function messageLines({ role, text }: JsonObject): string[] {
  return ["", `${say(role)}:`].concat(say(text).split("\n"));
}

function versionLine({ number, at, by, note }: JsonObject): string {
  const time = new Date(Number(at)).toISOString().slice(0, 16).replace("T", " ");
  return `  ${say(number)}  ${time}  ${say(by)}  ${say(note)}`;
}
