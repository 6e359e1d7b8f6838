import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { checkText } from "./render.ts";
import { type TemplateArgument, type TemplateContent, type TemplateMessage, maxContentLength } from "./template.ts";

/** Of one content. */
const mostArguments = 50;
const mostMessages = 50;
const mostTags = 20;
const mostChoices = 100;
/** Characters of names, titles and the like; a description may have ten times as many. */
const shortText = 200;

const members = ["title", "description", "category", "tags", "arguments", "messages"] as const;
const argumentMembers = ["name", "description", "default", "required", "choices"] as const;
const messageMembers = ["role", "text"] as const;

/**
 * What a value says of a template's content, checked whole: also that its texts have places for its own arguments alone.
 *
 * @throws {GatewayError} `invalid_params` — the message names the member and what it may be.
 */
export function contentIn(value: unknown): TemplateContent {
  const given = objectOf(value, "content", members);
  if (JSON.stringify(given).length > maxContentLength) {
    throw wrong(`content may have ${maxContentLength} characters as JSON; leave something out`);
  }
  const args = listOf(given, "arguments", mostArguments).map(argumentIn);
  const names = new Set(args.map(({ name }) => name));
  if (names.size < args.length) throw wrong("arguments: each must have a name of its own");
  const messages = listOf(given, "messages", mostMessages).map(messageIn);
  if (messages.length === 0) throw wrong("messages must have at least one message, {role, text}");
  for (const [at, { text }] of messages.entries()) checkText(text, names, `messages[${at}]`);
  return {
    ...textsIn(given, ["title", "category"], shortText, ""),
    ...textsIn(given, ["description"], shortText * 10, ""),
    tags: [...new Set(listOf(given, "tags", mostTags).map(tagIn))],
    arguments: args,
    messages,
  };
}

function tagIn(value: unknown, at: number): string {
  if (typeof value === "string" && value.trim() !== "" && value.length <= shortText) return value.trim();
  throw wrong(`tags[${at}] must be a text of 1 to ${shortText} characters`);
}

function messageIn(value: unknown, at: number): TemplateMessage {
  const where = `messages[${at}]`;
  const { role, text } = objectOf(value, where, messageMembers);
  if (role !== "user" && role !== "assistant") throw wrong(`${where}.role must be "user" or "assistant"`);
  if (typeof text !== "string" || text.trim() === "") throw wrong(`${where}.text must be a text that is not empty`);
  return { role, text };
}

function argumentIn(value: unknown, at: number): TemplateArgument {
  const where = `arguments[${at}]`;
  const given = objectOf(value, where, argumentMembers);
  const { name, required = false } = given;
  if (typeof name !== "string" || !/^\w{1,64}$/.test(name)) {
    throw wrong(`${where}.name must be 1 to 64 letters, digits or _`);
  }
  if (typeof required !== "boolean") throw wrong(`${where}.required must be true or false`);
  const texts = textsIn(given, ["description", "default"], shortText * 10, `${where}.`);
  const choices = given["choices"] === undefined ? undefined : choicesIn(given, where);
  if (choices !== undefined && texts.default !== undefined && !choices.includes(texts.default)) {
    throw wrong(`${where}.default must be one of its choices`);
  }
  return { name, ...texts, required, ...(choices !== undefined && { choices }) };
}

function choicesIn(given: JsonObject, where: string): readonly string[] {
  const choices = listOf(given, "choices", mostChoices, `${where}.`);
  return choices.map((choice, at) => {
    if (typeof choice === "string" && choice !== "" && choice.length <= shortText) return choice;
    throw wrong(`${where}.choices[${at}] must be a text of 1 to ${shortText} characters`);
  });
}

/** Those of these texts that are given and not empty. */
function textsIn<Name extends string>(
  given: JsonObject,
  names: readonly Name[],
  most: number,
  where: string,
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = given[name];
    if (value === undefined || value === "") continue;
    if (typeof value !== "string" || value.length > most) {
      throw wrong(`${where}${name} must be a text of at most ${most} characters`);
    }
    found[name] = value;
  }
  return found;
}

function listOf(given: JsonObject, name: string, most: number, where = ""): readonly unknown[] {
  const value = given[name] ?? [];
  if (Array.isArray(value) && value.length <= most) return value;
  throw wrong(`${where}${name} must be a list of at most ${most}`);
}

function objectOf(value: unknown, where: string, known: readonly string[]): JsonObject {
  if (!isJsonObject(value)) throw wrong(`${where} must be an object with ${known.join(", ")}`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return value;
  throw wrong(`${where} has no member ${JSON.stringify(unknown.slice(0, 100))}; there are ${known.join(", ")}`);
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_params", message);
}
