import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { isJsonObject, stringAt } from "../../core/json.ts";

/** What a vault was locked with: the operator's secret, or a key in a file beside it. */
export type KeyKind = "secret" | "file";

/** A locked text, as it is kept. */
export interface Locked {
  readonly key: KeyKind;
  /** Of the key, where it is made from the operator's secret. */
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly data: Buffer;
}

export const keyBytes = 32;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;

/** A salt for {@link keyFromSecret}. */
export function newSalt(): Buffer {
  return randomBytes(saltBytes);
}

/** A key from what a person chose; takes some 60 ms of another thread, so that guessing takes long. */
export async function keyFromSecret(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, keyBytes, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** Locks a text (AES-256-GCM): who lacks the key can neither read nor change it unseen. */
export function lock(text: string, kind: KeyKind, key: Buffer, salt: Buffer): Locked {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(boundTo(kind, salt));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return { key: kind, salt, nonce, tag: cipher.getAuthTag(), data };
}

/** The text; throws where the key is another one or a byte was changed. */
export function unlock({ key: kind, salt, nonce, tag, data }: Locked, key: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(boundTo(kind, salt));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(data), decipher.final()]).toString("utf8");
}

function boundTo(kind: KeyKind, salt: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`switchyard logins 1 ${kind} `), salt]);
}

/** A locked text as the text of a file. */
export function lockedText({ key, salt, nonce, tag, data }: Locked): string {
  const parts = Object.entries({ salt, nonce, tag, data }).map(([name, bytes]) => [name, bytes.toString("base64")]);
  return `${JSON.stringify({ switchyard: "logins", version: 1, key, ...Object.fromEntries(parts) })}\n`;
}

/** What {@link lockedText} wrote; undefined where the text is anything else. */
export function readLocked(text: string): Locked | undefined {
  const read = parsed(text);
  if (!isJsonObject(read) || read["switchyard"] !== "logins" || read["version"] !== 1) return undefined;
  const { key } = read;
  const bytes = (name: string): Buffer => Buffer.from(stringAt(read, name) ?? "", "base64");
  const [salt, nonce, tag, data] = [bytes("salt"), bytes("nonce"), bytes("tag"), bytes("data")];
  if ((key !== "secret" && key !== "file") || nonce.length !== nonceBytes || tag.length !== tagBytes) return undefined;
  return { key, salt, nonce, tag, data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
