import type { Clock } from "switchyard/connector";
import { siteTimeOf } from "../client/site-time.ts";
import type { DocType } from "./doctype.ts";
import { type SiteVersion, hexadecimal } from "./error-body.ts";
import { textOf } from "./json.ts";
import { missing } from "./raised.ts";
import { Store } from "./store.ts";
import { Webhooks } from "./webhooks.ts";

/** One who has logged in with a password. */
export interface Session {
  readonly user: string;
  /** Wanted of changes once a page was loaded that has it. */
  csrfToken: string | undefined;
}

/** A file's content, by its address. */
export interface StoredFile {
  readonly content: Buffer;
  readonly isPrivate: boolean;
  readonly name: string;
}

/** Everything that a site holds. */
export interface SiteState {
  readonly version: SiteVersion;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeZone: string;
  readonly doctypes: Map<string, DocType>;
  /** Those that a site has changed, as their apps have them. */
  readonly plainDoctypes: Map<string, DocType>;
  readonly store: Store;
  readonly sessions: Map<string, Session>;
  readonly passwords: Map<string, string>;
  /** By API key. */
  readonly secrets: Map<string, { readonly user: string; readonly secret: string }>;
  /** By token of OAuth. */
  readonly bearers: Map<string, string>;
  readonly files: Map<string, StoredFile>;
  readonly webhooks: Webhooks;
  /** The time now as the site writes it, never twice the same. */
  readonly now: () => string;
}

/** A site with nothing in it. */
export function emptySite(options: Pick<SiteState, "version" | "clock" | "random" | "timeZone">): SiteState {
  let last = 0;
  const now = (): string => {
    last = Math.max(last + 1, Math.round(options.clock.now() * 1000));
    const moment = `${new Date(Math.floor(last / 1000)).toISOString().slice(0, 23)}${String(last % 1000).padStart(3, "0")}Z`;
    return siteTimeOf(moment, options.timeZone) ?? moment;
  };
  return {
    ...options,
    doctypes: new Map(),
    plainDoctypes: new Map(),
    store: new Store(),
    sessions: new Map(),
    passwords: new Map(),
    secrets: new Map(),
    bearers: new Map(),
    files: new Map(),
    webhooks: new Webhooks(options.clock),
    now,
  };
}

/** A name as a site makes them up: ten letters and digits. */
export function randomName(site: SiteState): string {
  return hexadecimal(10, site.random);
}

/** The DocType of a name. @throws {Raised} `DoesNotExistError`. */
export function doctypeOf(site: SiteState, name: string): DocType {
  const found = site.doctypes.get(name);
  if (found !== undefined) return found;
  throw missing("DocType", name);
}

/** The roles of a user. */
export function rolesOf(site: SiteState, user: string): ReadonlySet<string> {
  if (user === "Guest") return new Set(["Guest"]);
  const doc = site.store.get("User", user);
  const rows = Array.isArray(doc?.["roles"]) ? doc["roles"] : [];
  const given = rows.map((row: unknown) =>
    typeof row === "object" && row !== null && "role" in row ? textOf(row.role) : "",
  );
  return new Set([...given, "All", "Guest", ...(given.length > 0 ? ["Desk User"] : [])]);
}
