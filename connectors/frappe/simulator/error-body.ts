import type { Json } from "./json.ts";
import type { Raised, Told } from "./raised.ts";

/** A version whose style is spoken. */
export type SiteVersion = 14 | 15;

/** The body of a refusal as version 1 of the interface has it, in the style of the site's version. */
export function refusalBody(error: Raised, version: SiteVersion, random: () => number): Json {
  const { kind, told = [], isThrown = false, shown } = error.exception;
  const isQuiet = error.status === 404 || kind === "CSRFTokenError";
  const line = lineOf(error, version);
  const isNamed = version === 15 || isThrown || kind === "CSRFTokenError";
  return {
    ...(!isQuiet && { exception: line }),
    ...(isNamed && { exc_type: kind }),
    ...(!isQuiet && { exc: JSON.stringify([`Traceback (most recent call last):\n${line}\n`]) }),
    ...(told.length > 0 && { _server_messages: encodedMessages(told, version, random) }),
    ...(shown !== undefined && { _error_message: shown }),
  };
}

/** The body of a refusal as version 2 of the interface has it. */
export function refusalBodyV2(error: Raised): Json {
  const { kind, told = [] } = error.exception;
  const exception =
    error.status === 404 ? {} : { exception: `Traceback (most recent call last):\n${lineOf(error, 15)}\n` };
  const messages =
    told.length === 0 ? [{}] : told.map(({ message, title, indicator }) => plain({ message, title, indicator }));
  return { errors: messages.map((message) => Object.assign({ type: kind }, exception, message)) };
}

/** Messages as version 1 sends them: JSON in a list in JSON. */
export function encodedMessages(told: readonly Told[], version: SiteVersion, random: () => number): string {
  return JSON.stringify(
    told.map(({ isRaised = false, ...message }) =>
      JSON.stringify({
        ...message,
        ...(isRaised && { raise_exception: 1 }),
        ...(isRaised && version === 15 && { __frappe_exc_id: hexadecimal(56, random) }),
      }),
    ),
  );
}

function plain(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Random digits. */
export function hexadecimal(length: number, random: () => number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
}

function lineOf({ exception }: Raised, version: SiteVersion): string {
  const { kind, module = "frappe.exceptions", text = "", written } = exception;
  if (written !== undefined) return written[version];
  return `${module === "" ? kind : `${module}.${kind}`}${text === "" ? "" : `: ${text}`}`;
}
