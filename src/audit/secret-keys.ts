/** What the name of a member, a header or a variable says of its value. */
export type KeyVerdict =
  /** It is a secret, whatever it is. */
  | "secret"
  /** It is a secret unless it is a number or a truth value: `max_tokens` is none. */
  | "secret_text"
  | "open";

const secretKey =
  /passw(?:or)?d|passwd|passphrase|passcode|pwd|secret|(?:api|access|account|private|signing|encryption|master|shared)[-_. ]?key|credential|authori[sz]ation|connection[-_ ]?string|^(?:pin|otp|cvv|cvc|iban|ssn)$/i;
const secretTextKey = /token|cookie|session|bearer|jwt|^auth$|[-_]auth$|^x-api|signature|^sig$/i;

/** How many names' verdicts are remembered: callers choose names. */
const maxRemembered = 4096;

/** Decides by the name of a member whether its value is a secret; `more` are further names, exactly or with `*`, in any case of letters. */
export function keyJudge(more: readonly string[] = []): (key: string) => KeyVerdict {
  const own = more.length === 0 ? undefined : new RegExp(`^(?:${more.map(patternOf).join("|")})$`, "i");
  const remembered = new Map<string, KeyVerdict>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const verdict = verdictOn(key, own);
    if (remembered.size < maxRemembered && key.length <= 100) remembered.set(key, verdict);
    return verdict;
  };
}

function verdictOn(key: string, own: RegExp | undefined): KeyVerdict {
  // Nobody names a member by more than this; what tries to must not cost more.
  const name = key.slice(0, 200);
  if (secretKey.test(name) || own?.test(name) === true) return "secret";
  return secretTextKey.test(name) ? "secret_text" : "open";
}

/** A name with `*` for any characters, as the source of a regular expression. */
export function patternOf(name: string): string {
  return name
    .split("*")
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join(".*");
}
