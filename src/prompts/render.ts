import { GatewayError } from "../core/errors.ts";
import type { TemplateArgument, TemplateContent } from "./template.ts";

/** Characters that one argument may have. */
export const maxValueLength = 20_000;
/** Characters that all messages of a prompt may come to: places that repeat a long value cannot fill the memory. */
export const maxRenderedLength = 1_000_000;

/** A message as a caller gets it. */
export interface RenderedMessage {
  readonly role: "user" | "assistant";
  readonly content: { readonly type: "text"; readonly text: string };
}

/** A part of a text: itself, a place for an argument, or parts that stand where an argument says so. */
type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "place"; readonly name: string }
  | { readonly kind: "section"; readonly name: string; readonly isInverted: boolean; readonly parts: readonly Part[] };

/** Bounded, so that looking takes time in proportion to the text. */
const placeForm = /(\\?)\{\{([#^/]?) {0,9}(\w{1,64}) {0,9}\}\}/g;

/** A text in which nothing but places for these arguments is a place, although others may look like some. */
export function withoutPlaces(text: string, names: ReadonlySet<string>): string {
  return text.replaceAll(placeForm, (place, escape: string, mark: string, name: string) =>
    escape === "" && (mark !== "" || !names.has(name)) ? `\\${place}` : place,
  );
}

interface OpenSection {
  readonly name: string;
  readonly isInverted: boolean;
  readonly parts: Part[];
}

/**
 * Reads a text with places: `{{name}}` for what an argument holds, `{{#name}}…{{/name}}` for what stands only where it was given and is not
 * `no`, `false` or `0`, and `{{^name}}…{{/name}}` for what stands only where that is not so. Sections may be nested. Nothing else is a place,
 * nor is what has a backslash before it, which is left out; and nothing in a text is ever run.
 *
 * @throws {GatewayError} `invalid_params` — a place of no argument, or a section that does not end where it should; `where` names the text.
 */
export function checkText(text: string, names: ReadonlySet<string>, where: string): void {
  partsOf(text, names, where);
}

/** Takes time in proportion to the text. */
function partsOf(text: string, names: ReadonlySet<string>, where: string): readonly Part[] {
  const whole: Part[] = [];
  const open: OpenSection[] = [];
  const add = (part: Part): void => {
    (open.at(-1)?.parts ?? whole).push(part);
  };
  let at = 0;
  for (const { 0: place, 1: escape, 2: mark = "", 3: name = "", index } of text.matchAll(placeForm)) {
    if (index > at) add({ kind: "text", text: text.slice(at, index) });
    at = index + place.length;
    if (escape !== "") {
      add({ kind: "text", text: place.slice(1) });
      continue;
    }
    if (!names.has(name)) throw noSuchArgument(name, names, where);
    if (mark === "") add({ kind: "place", name });
    else if (mark !== "/") open.push({ name, isInverted: mark === "^", parts: [] });
    else {
      const ended = open.pop();
      if (ended?.name !== name) throw notOpen(name, ended?.name, where);
      add({ kind: "section", ...ended });
    }
  }
  const left = open.at(-1);
  if (left !== undefined) {
    const message = `${where}: the section of ${left.name} does not end; write {{/${left.name}}} where it should`;
    throw new GatewayError("invalid_params", message);
  }
  if (at < text.length) add({ kind: "text", text: text.slice(at) });
  return whole;
}

function noSuchArgument(name: string, names: ReadonlySet<string>, where: string): GatewayError {
  const known = names.size === 0 ? "there are no arguments" : `the arguments are ${[...names].join(", ")}`;
  return new GatewayError("invalid_params", `${where} has a place for ${name}, which is no argument; ${known}`);
}

function notOpen(name: string, open: string | undefined, where: string): GatewayError {
  const instead = open === undefined ? "no section is open there" : `the section of ${open} is open there`;
  return new GatewayError("invalid_params", `${where}: {{/${name}}} ends nothing; ${instead}`);
}

/**
 * The messages of a prompt with their places filled. What an argument holds is put in as it is, and never looked through for places.
 *
 * @throws {GatewayError} `invalid_params` — an argument is missing, unknown, too long or none of its choices; or all of it is too long.
 */
export function rendered(
  { arguments: args, messages }: TemplateContent,
  given: Readonly<Record<string, string>>,
): readonly RenderedMessage[] {
  const values = valuesOf(args, given);
  const names = new Set(values.keys());
  let left = maxRenderedLength;
  return messages.map(({ role, text }, index) => {
    const pieces: string[] = [];
    fill(partsOf(text, names, `messages[${index}]`), values, (piece) => {
      left -= piece.length;
      if (left < 0) throw tooLong();
      pieces.push(piece);
    });
    return { role, content: { type: "text", text: pieces.join("") } };
  });
}

function tooLong(): GatewayError {
  const message = `With these arguments the prompt is longer than ${maxRenderedLength} characters; give shorter ones`;
  return new GatewayError("invalid_params", message);
}

function fill(parts: readonly Part[], values: ReadonlyMap<string, string>, put: (piece: string) => void): void {
  for (const part of parts) {
    if (part.kind === "text") put(part.text);
    else if (part.kind === "place") put(values.get(part.name) ?? "");
    else if (isSaid(values.get(part.name)) !== part.isInverted) fill(part.parts, values, put);
  }
}

function isSaid(value = ""): boolean {
  return !/^\s*(?:no|false|0)?\s*$/i.test(value);
}

function valuesOf(
  args: readonly TemplateArgument[],
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const unknown = Object.keys(given).find((name) => args.every((each) => each.name !== name));
  if (unknown !== undefined) {
    const known = args.length === 0 ? "it has none" : `it has ${args.map(({ name }) => name).join(", ")}`;
    throw new GatewayError("invalid_params", `There is no argument ${JSON.stringify(unknown.slice(0, 100))}; ${known}`);
  }
  return new Map(args.map((argument) => [argument.name, valueOf(argument, given)]));
}

function valueOf(
  { name, required, default: fallback, choices }: TemplateArgument,
  given: Readonly<Record<string, string>>,
): string {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined) {
    if (required && fallback === undefined) {
      throw new GatewayError("invalid_params", `The argument ${name} is missing`);
    }
    return fallback ?? "";
  }
  if (value.length > maxValueLength) {
    const message = `The argument ${name} has ${value.length} characters; it may have ${maxValueLength}`;
    throw new GatewayError("invalid_params", message);
  }
  if (choices !== undefined && !choices.includes(value) && value !== "") {
    const message = `The argument ${name} must be one of ${choices.join(", ")}, got ${JSON.stringify(value.slice(0, 100))}`;
    throw new GatewayError("invalid_params", message);
  }
  return value;
}
