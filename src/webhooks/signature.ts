import { createHmac } from "node:crypto";

/** The shortest secret, in characters. */
export const minSecretLength = 24;

const prefix = "whsec_";

/** The bytes that a secret stands for: what follows `whsec_` is base64, any other text is itself. */
export function keyOf(secret: string): Buffer {
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), "base64") : Buffer.from(secret);
}

/**
 * The headers that go with a message: its receiver can tell by them that it comes from here, was not changed, and is not an old one sent again.
 *
 * @param at wall time in ms.
 * @see Standard Webhooks, Signature scheme (v1, symmetric).
 */
export function signedHeaders(key: Buffer, id: string, at: number, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
