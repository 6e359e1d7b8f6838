import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isRecord, stringsIn } from "../config/content.ts";
import { checkedEntry } from "../config/edit.ts";
import { expand } from "../config/reference.ts";
import { usableName } from "../config/rules.ts";
import { type ServerEntry, serverName } from "../config/schema.ts";
import { quoted } from "../config/shown.ts";
import type { Client } from "./client.ts";
import { type OwnAddress, leadsHere } from "./own-entry.ts";
import { type SecretPlace, secretsIn } from "./secrets.ts";
import { translate } from "./translate.ts";

/** A server in a client's file. */
export interface FoundServer {
  readonly client: Client;
  readonly file: string;
  /** Its name there. */
  readonly name: string;
  readonly raw: unknown;
}

/** What importing does with one found server. */
export type Decision =
  | {
      readonly kind: "add" | "replace" | "keep";
      /** Its name in our file. */
      readonly name: string;
      readonly found: FoundServer;
      readonly entry: ServerEntry;
      /** For people, beside the entry. */
      readonly notes: readonly string[];
      readonly secrets: readonly SecretPlace[];
    }
  | { readonly kind: "leave"; readonly name: string; readonly found: FoundServer; readonly reason: string };

/** What importing starts from. */
export interface ImportBase {
  /** The entries of our file, by name. */
  readonly ours: ReadonlyMap<string, unknown>;
  readonly own: OwnAddress;
  /** Whether an entry of ours gives way to another one of its name. */
  readonly mayReplace: boolean;
  /** Where references are looked up, to say which lead nowhere. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What to do with each found server, of which the first wins where several have one name. The same servers and the same file give the
 * same plan; an entry that our file has already, in the same words, is kept.
 */
export function planImport(found: readonly FoundServer[], base: ImportBase): readonly Decision[] {
  const names = ourNames(found);
  const seen = new Map<string, FoundServer>();
  return found.flatMap((server) => {
    const earlier = seen.get(server.name);
    if (earlier !== undefined) {
      if (isDeepStrictEqual(earlier.raw, server.raw)) return [];
      const reason = `${earlier.file} has one of that name, which wins`;
      return [{ kind: "leave", name: server.name, found: server, reason } as const];
    }
    seen.set(server.name, server);
    return [decide(server, names.get(server.name) ?? server.name, base)];
  });
}

function decide(found: FoundServer, name: string, { ours, own, mayReplace, env }: ImportBase): Decision {
  const leave = (reason: string): Decision => ({ kind: "leave", name: found.name, found, reason });
  if (!isRecord(found.raw)) return leave("it is not an object");
  if (leadsHere(found.raw, own)) return leave("it is this gateway itself");
  const { entry: translated, notes } = translate(found.client, found.raw);
  const checked = checkedEntry(name, translated);
  if (checked.kind === "invalid") return leave(checked.troubles.join("; "));
  const { entry } = checked;
  const renamed =
    name === found.name ? [] : [`it is called ${quoted(found.name)} there, which no server here may be called`];
  const unset = entry.disabled === true ? [] : unsetVariables(entry, env);
  const missing =
    unset.length === 0 ? [] : [`${unset.join(", ")} must be set in the gateway's environment, and is not`];
  const decided = { name, found, entry, notes: [...renamed, ...notes, ...missing], secrets: secretsIn(entry) };
  if (!ours.has(name)) return { kind: "add", ...decided };
  if (isDeepStrictEqual(ours.get(name), entry)) return { kind: "keep", ...decided };
  if (mayReplace) return { kind: "replace", ...decided };
  return leave(`another server is called ${name} here; --replace puts this one in its place`);
}

/** Names of the environment variables that an entry needs and that are not there. */
function unsetVariables(entry: ServerEntry, env: NodeJS.ProcessEnv): readonly string[] {
  const around = { env, folder: "", home: "" };
  const inTexts = stringsIn(entry, []).flatMap(({ path, text }) => {
    // Of { "env": "NAME" } the text is the name.
    const isName = path.length > 2 && path.at(-1) === "env";
    return isName ? (env[text] === undefined ? [text] : []) : expand(text, around).missing;
  });
  return [...new Set(inTexts)];
}

/** Their names in our file. Those that may stay have the first claim to them; the others are changed, and numbered where that is taken. */
function ourNames(found: readonly FoundServer[]): ReadonlyMap<string, string> {
  const all = [...new Set(found.map(({ name }) => name))];
  const taken = new Set(all.filter((name) => serverName.test(name)));
  const names = new Map([...taken].map((name) => [name, name]));
  for (const name of all.filter((each) => !taken.has(each))) {
    const better = freeName(usableName(name) ?? numberedName(name), taken);
    taken.add(better);
    names.set(name, better);
  }
  return names;
}

/** A name for one that has nothing usable, the same every time. */
function numberedName(name: string): string {
  return `server-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    const next = `${name.slice(0, 59).replace(/[_-]+$/, "")}-${number}`;
    if (!taken.has(next)) return next;
  }
}
