import { hash, timingSafeEqual } from "node:crypto";
import type { Role } from "./principal.ts";

/** What every key begins with, so that people, and programs that look for secrets that leaked, know one when they see it. */
const prefix = "swy";

const secretBytes = 32;
const idBytes = 6;

/** Long enough for what people call a key, in characters. */
export const maxKeyName = 100;

/** An API key as it is kept: all but the secret. Times are wall time in ms. */
export interface ApiKey {
  /** What it is called by: no secret. */
  readonly id: string;
  /** What a person calls it. */
  readonly name: string;
  readonly role: Role;
  /** As they are written. */
  readonly grants: readonly string[];
  /**
   * SHA-256 of the key. A slow hash would protect nothing: those are for secrets that people think up and that can be guessed, which 256
   * random bits cannot. It would cost every request some tens of milliseconds.
   */
  readonly hash: Uint8Array;
  readonly createdAt: number;
  /** When it ceases to be valid; undefined: never. */
  readonly expiresAt: number | undefined;
  /** When it was used last, to the minute. */
  readonly usedAt: number | undefined;
}

/** Random bytes that nobody can foresee. */
export type RandomBytes = (count: number) => Buffer;

/** A new key's id, and the key itself, which is nowhere kept. With `id`, the key has that one. */
export function newKeyText(
  random: RandomBytes,
  id = random(idBytes).toString("hex"),
): { readonly id: string; readonly text: string } {
  return { id, text: `${prefix}_${id}_${random(secretBytes).toString("base64url")}` };
}

const form = /^swy_([0-9a-z]{1,16})_[\w-]{43}$/;

/** The id in a key; undefined where the text is none. */
export function keyIdIn(text: string): string | undefined {
  return form.exec(text)?.[1];
}

/** Whether a text holds, anywhere, something that looks like a key. */
export function holdsKey(text: string): boolean {
  return /swy_[0-9a-z]{1,16}_[\w-]{43}/.test(text);
}

/** What is kept of a key's text. */
export function hashOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Whether a key is the one that was hashed; takes as long whether it is or not. */
export function isKey(text: string, hashed: Uint8Array): boolean {
  const own = hashOf(text);
  return own.length === hashed.length && timingSafeEqual(own, hashed);
}
