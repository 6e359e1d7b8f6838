import { messageOf } from "../core/errors.ts";
import type { Payload } from "../protocol/payload.ts";
import { maxKept } from "./audit-options.ts";
import { type Redacted, type RedactionRules, redactJson } from "./redact.ts";

/** A JSON text as it is kept: without secrets, and not longer than {@link maxKept} characters and the mark of what was cut off. */
export interface KeptText {
  readonly text: string;
  /** Size of the whole, in bytes. */
  readonly bytes: number;
  /** Secrets that were taken out. */
  readonly redacted: number;
  readonly isCut: boolean;
}

/** What follows the cut is looked at too, this far: a secret that begins before it must be recognised. */
const margin = 4096;

/** Most bytes that so many characters can be. */
const maxBytes = 3 * (maxKept + margin);

/** Keeps a value that was parsed. */
export function keptValue(value: unknown, rules: RedactionRules): KeptText {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "";
  } catch (thrown) {
    // Nested more deeply than can be written: nobody downstream could take it either.
    text = JSON.stringify(`cannot be written: ${messageOf(thrown)}`);
  }
  const isCut = text.length > maxKept;
  return kept(text, isCut ? Buffer.byteLength(text) : text.length, rules);
}

/** Keeps a result, without parsing it; of a long one only the beginning is looked at. */
export function keptPayload(payload: Payload, rules: RedactionRules): KeptText {
  const { bytes } = payload;
  return kept(beginningOf(payload, Math.min(bytes, maxBytes)), bytes, rules);
}

/** Mostly a character is a byte; where it is not, more of them are looked at. */
function beginningOf(payload: Payload, bytes: number): string {
  const likely = maxKept + margin;
  const text = payload.beginning(Math.min(bytes, likely)).toString();
  return bytes <= likely || text.length >= likely ? text : payload.beginning(bytes).toString();
}

function kept(text: string, bytes: number, rules: RedactionRules): KeptText {
  if (text.length <= maxKept) return { ...wellFormed(redactJson(text, rules)), bytes, isCut: false };
  const { text: clean, count } = redactJson(text.slice(0, maxKept + margin), rules);
  return {
    // Of ASCII alone: a text of 50,000 characters takes twice the memory, and ten times as long to write, where one of them is not Latin-1.
    text: `${clean.slice(0, maxKept).toWellFormed()}... [cut: ${bytes} bytes in all]`,
    bytes,
    redacted: count,
    isCut: true,
  };
}

/** Half a character, which UTF-8 cannot say, would be another one when it is read again, and the row's hash another hash. */
function wellFormed({ text, count }: Redacted): Pick<KeptText, "text" | "redacted"> {
  return { text: text.toWellFormed(), redacted: count };
}
