import { isIP } from "node:net";

const date = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const time = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const uuid = /^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/;

/**
 * Formats that are checked, of those that JSON Schema names: the ones in which a mistake is a mistake to everybody. The others are words for
 * people, as JSON Schema means them by default. Each takes time that grows with the text at most.
 *
 * @see JSON Schema 2020-12, Validation, 7.3, Defined Formats.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => time.test(text),
  "date-time": (text) => isDate(text.slice(0, 10)) && /^[Tt ]/.test(text.slice(10)) && time.test(text.slice(11)),
  uuid: (text) => uuid.test(text),
  email: isEmail,
  uri: (text) => /^[A-Za-z][\d+.A-Za-z-]*:/.test(text) && !/\s/.test(text),
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
};

/** Also whether the month has that day. */
function isDate(text: string): boolean {
  if (!date.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** That something stands before and after one `@`: what else is right only the receiving server knows. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  return at > 0 && at < text.length - 1 && !/\s/.test(text);
}
