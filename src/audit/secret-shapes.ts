import { wordFinder } from "./word-finder.ts";

/** What stands in place of a secret. */
export const redactedMark = "[redacted]";

/**
 * Secrets that are known by their shape, wherever they stand. Each begins with characters of its own, so that looking for all of them is one
 * pass; no part that repeats can match what follows it, so that no text makes that pass long.
 */
const shapes = [
  // Private keys, also where the end is cut off.
  "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)",
  // JSON Web Tokens, also where they are cut off.
  "\\beyJ[\\w-]{8,}(?:\\.[\\w-]*){1,4}",
  "\\beyJ[\\w-]{8,}$",
  // Keys of this gateway; GitHub, GitLab, Slack, AWS, Google, npm, Stripe, and those that begin with sk-.
  "\\bswy_[\\w-]{6,}",
  "\\bgh[pousr]_[A-Za-z0-9]{16,}",
  "\\bgithub_pat_\\w{16,}",
  "\\bglpat-[\\w-]{16,}",
  "\\bxox[abeoprs]-[\\w-]{8,}",
  "\\bxapp-[\\w-]{8,}",
  "\\b(?:AKIA|ASIA)[A-Z0-9]{16}",
  "\\bAIza[\\w-]{30,}",
  "\\bnpm_[A-Za-z0-9]{30,}",
  "\\b[rs]k_(?:live|test)_\\w{10,}",
  "\\bsk-[\\w-]{16,}",
] as const;

/** What precedes a secret and is kept. */
const introductions = [
  "\\b[Bb]earer\\s+",
  "\\bBEARER\\s+",
  "\\b[Bb]asic\\s+(?=[A-Za-z+/]*[0-9=])",
  // user:password@ in an address, also with slashes that JSON has escaped.
  ":\\\\?/\\\\?/(?=[^\\s/?#\"'@\\\\]{1,500}@)",
] as const;

const shape = new RegExp(shapes.join("|"), "g");
const introduced = new RegExp(`(${introductions.join("|")})[^\\s"',;@\\\\]{6,}`, "g");
const userInfo = /(:\\?\/\\?\/)[^\s/?#"'@\\]{1,500}@/g;

const named =
  "passw(?:or)?d|passwd|passphrase|passcode|secret|(?:api|access|private|signing|encryption)[-_ ]?key|credentials?|authorization|token|cookie|session[-_]?id|pwd|signature";
/** `password=…`, `api_key: …`, `"token": "…"` in a text; what follows a cookie or an authorization goes on to the end of the line. */
const assigned = new RegExp(
  `((?:${named})[\\w-]{0,20}\\\\?["']?\\s{0,4}[:=]\\s{0,4})(\\\\?["'][^"'\\r\\n]*["']?|(?:Bearer|Basic|Digest)\\s+[^\\s"']+|[^\\s"',;&<>(){}[\\]]+)`,
  "gi",
);

const suspicious = new RegExp(
  [
    "passw|passphrase|passcode|pwd|secret|token|cookie|credential|session|bearer|authori|jwt|signature|connection.?string",
    '(?:api|access|account|private|signing|encryption|master|shared)[-_. ]?key|x-api|auth\\\\?"',
    '"(?:pin|otp|cvv|cvc|iban|ssn|sig)\\\\*"',
    "basic\\s|eyJ|swy_|gh[pousr]_|github_pat|glpat-|xox[abeoprs]-|xapp-|AKIA|ASIA|AIza|npm_|[rs]k_|sk-|-----BEGIN",
    '://[^\\s/"]{1,500}@|\\\\u00|\\\\/',
  ].join("|"),
  "i",
);

/** Words of which every match of {@link suspicious} contains one. */
export const suspiciousWords = wordFinder(
  String.raw`
    passw passphrase passcode pwd secret token cookie credential session bearer authori jwt signature connection key x-api
    auth" auth\" "pin "otp "cvv "cvc "iban "ssn "sig basic :// \u00 \/
    eyj swy_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat glpat- xox xapp- akia asia aiza npm_ sk_ rk_ sk- -----begin
  `
    .trim()
    .split(/\s+/),
);

/**
 * Whether a text, also JSON text, gives reason to look closer: where it does not, there is neither a shape nor a name of a secret in it.
 * Escapes in JSON may hide either.
 */
export function isSuspicious(text: string): boolean {
  return suspiciousWords.isIn(text) && suspicious.test(text);
}

/** A text with every secret of a known shape, and everything that is called one, replaced; and how many that were. */
export function scrubText(text: string): { readonly text: string; readonly count: number } {
  let count = 0;
  const cover = (): string => {
    count += 1;
    return redactedMark;
  };
  const coverAfter = (whole: string, before: string, value?: unknown): string => {
    // What has been covered already is no further secret.
    if (typeof value === "string" && /^\\?["']?\[redacted/.test(value)) return whole;
    return before + cover();
  };
  const scrubbed = text
    .replaceAll(shape, cover)
    .replaceAll(userInfo, (_whole, before: string) => `${before}${cover()}@`)
    .replaceAll(introduced, (whole, before: string) =>
      whole.includes(redactedMark) ? whole : coverAfter(whole, before),
    )
    .replaceAll(assigned, coverAfter);
  return { text: scrubbed, count };
}
