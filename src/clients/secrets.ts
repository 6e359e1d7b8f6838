import { hasReferences } from "../config/reference.ts";
import type { ServerEntry } from "../config/schema.ts";

/** What stands in place of a value that is not shown. */
export const mask = "***";

const secretName =
  /token|secret|passw|pwd|credential|authorization|cookie|bearer|signature|(?:api|access|auth|private|account|encryption)[-_ ]?key|^key$|^sig$|dsn|connection[-_ ]?string/i;
/** Beginnings of what well-known services give out. */
const secretStart =
  /^(?:Bearer |Basic |sk-|pk_|rk_|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|eyJ|npm_|hf_|AIza|ya29\.)/;

/** Whether a value under this name should be kept out of files: by its name, or by how it looks. A reference is no secret. */
export function looksSecret(name: string, value: string): boolean {
  if (value === "" || hasReferences(value)) return false;
  return secretName.test(name) || secretStart.test(value) || looksRandom(value);
}

/** Long, in one word, and of letters and digits in turn. */
function looksRandom(value: string): boolean {
  const isWord = /^[A-Za-z0-9+=_-]{24,}$/.test(value);
  return isWord && /\d/.test(value) && /[A-Za-z]/.test(value) && (value.match(/\d+/g)?.length ?? 0) >= 3;
}

/** A value of an entry that looks like a secret. */
export interface SecretPlace {
  readonly key: "env" | "headers" | "args" | "url";
  /** Name of the variable, header, argument or parameter; for an argument without a name its position, from 1. */
  readonly name: string;
}

/** The values of an entry that look like secrets and stand there as they are. */
export function secretsIn(entry: ServerEntry): readonly SecretPlace[] {
  const named = (["env", "headers"] as const).flatMap((key) =>
    Object.entries(entry[key] ?? {}).flatMap(([name, value]) =>
      typeof value === "string" && looksSecret(name, value) ? [{ key, name }] : [],
    ),
  );
  const args = (entry.args ?? []).flatMap((text, at, all) => {
    const found = secretInArgument(text, all[at - 1]);
    return found === undefined ? [] : [{ key: "args" as const, name: found.name ?? `argument ${at + 1}` }];
  });
  return [...named, ...args, ...secretsInUrl(entry.url)];
}

function secretsInUrl(text: string | undefined): readonly SecretPlace[] {
  const url = text === undefined ? undefined : URL.parse(text);
  const parameters = [...(url?.searchParams ?? [])];
  return parameters
    .filter(([name, value]) => looksSecret(name, value))
    .map(([name]) => ({ key: "url" as const, name }));
}

interface SecretArgument {
  readonly name: string | undefined;
  /** What stands before the secret. */
  readonly lead: string;
}

/** The secret in an argument: `--token=…`, what follows `--token`, `Authorization: …`, an address with a password, or what looks like one. */
function secretInArgument(text: string, before: string | undefined): SecretArgument | undefined {
  const [, lead, name, value] = /^((-{0,2}[A-Za-z][\w.-]*)(?:=|:\s*))(.*)$/s.exec(text) ?? [];
  if (name !== undefined && lead !== undefined && value?.startsWith("//") === false) {
    return looksSecret(name, value) ? { name, lead } : undefined;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@\s]+:[^/@\s]+@/i.test(text)) return { name: undefined, lead: "" };
  if (URL.parse(text) !== null && secretsInUrl(text).length > 0) return { name: undefined, lead: "" };
  const isAfterFlag = before !== undefined && /^--?[A-Za-z][\w.-]*$/.test(before) && !text.startsWith("-");
  if (isAfterFlag && secretName.test(before) && !hasReferences(text)) return { name: before, lead: "" };
  return looksSecret("", text) ? { name: undefined, lead: "" } : undefined;
}

/** The entry to be shown: no value of `env` and `headers` that is not a reference, and nothing else that looks like a secret. */
export function maskedEntry(entry: ServerEntry): ServerEntry {
  const { env, headers, args, url, oauth } = entry;
  return {
    ...entry,
    ...(args === undefined ? {} : { args: args.map((text, at) => maskedArgument(text, args[at - 1])) }),
    ...(url === undefined ? {} : { url: maskedUrl(url) }),
    ...(env === undefined ? {} : { env: maskedValues(env) }),
    ...(headers === undefined ? {} : { headers: maskedValues(headers) }),
    ...(oauth === undefined || oauth === false || oauth.clientSecret === undefined
      ? {}
      : { oauth: { ...oauth, clientSecret: mask } }),
  };
}

type Values = NonNullable<ServerEntry["env"]>;

function maskedValues(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? maskedText(value) : value]),
  );
}

/** References stay, as they say where the value comes from; a default in one may be a value. */
function maskedText(text: string): string {
  return /^(?:Bearer |Basic )?\$\{(?:env:)?\w+(?::-)?\}$/.test(text) ? text : mask;
}

function maskedArgument(text: string, before: string | undefined): string {
  const secret = secretInArgument(text, before);
  return secret === undefined ? text : `${secret.lead}${mask}`;
}

function maskedUrl(text: string): string {
  return text
    .replaceAll(/([?&][^=&#]*=)(?!\$\{\w+\}(?:&|#|$))[^&#]*/g, `$1${mask}`)
    .replace(/\/\/[^/@]*@/, `//${mask}@`);
}
