import { createHmac, timingSafeEqual } from "node:crypto";

/** A signature, and what it must have been made with. */
export interface Signature {
  /** What both sides know. */
  readonly secret: string;
  /** What came with the body, letter for letter; undefined where nothing came. */
  readonly signature: string | undefined;
  /** How it is written. Default `base64`. */
  readonly encoding?: "base64" | "hex";
}

/**
 * Whether a body was signed by who knows the secret: by HMAC-SHA256. How long that takes tells nothing of where two signatures differ.
 *
 * @see RFC 2104.
 */
export function isSigned(body: Uint8Array, { secret, signature = "", encoding = "base64" }: Signature): boolean {
  const right = Buffer.from(createHmac("sha256", secret).update(body).digest(encoding));
  const given = Buffer.from(signature);
  return given.length === right.length && timingSafeEqual(given, right);
}
