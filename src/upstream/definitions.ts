import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Codec } from "../protocol/codec.ts";
import type { Link } from "./link.ts";

/** What an upstream offers, as it described it itself: unknown members are kept. */
export interface Definitions {
  /** Each has a `name` that is unique here; likewise the prompts. */
  readonly tools: readonly JsonObject[];
  readonly prompts: readonly JsonObject[];
  /** Each has a `uri` that is unique here. */
  readonly resources: readonly JsonObject[];
  /** Each has a `uriTemplate` that is unique here. */
  readonly templates: readonly JsonObject[];
}

export const noDefinitions: Definitions = { tools: [], prompts: [], resources: [], templates: [] };

/** The member by which a definition is known in its list. */
export const definitionKeys = {
  tools: "name",
  prompts: "name",
  resources: "uri",
  templates: "uriTemplate",
} as const satisfies Record<keyof Definitions, string>;

export const definitionKinds = [
  "tools",
  "prompts",
  "resources",
  "templates",
] as const satisfies readonly (keyof Definitions)[];

/** One list that an upstream may offer. */
interface Listing {
  readonly method: string;
  readonly member: string;
  /** What a definition is known by. */
  readonly key: string;
  readonly capability: "tools" | "prompts" | "resources";
}

const listings = {
  tools: { method: "tools/list", member: "tools", key: definitionKeys.tools, capability: "tools" },
  prompts: { method: "prompts/list", member: "prompts", key: definitionKeys.prompts, capability: "prompts" },
  resources: { method: "resources/list", member: "resources", key: definitionKeys.resources, capability: "resources" },
  templates: {
    method: "resources/templates/list",
    member: "resourceTemplates",
    key: definitionKeys.templates,
    capability: "resources",
  },
} as const satisfies Record<keyof Definitions, Listing>;

/** Definitions taken from one list at the most; what comes after is left out. */
export const maxDefinitions = 10_000;

/** What reading the lists needs. */
export interface DefinitionsSource {
  readonly link: Link;
  readonly codec: Codec;
  readonly capabilities: JsonObject;
  /** Told, for people, what was left out and why. */
  readonly onOmission: (text: string) => void;
}

/**
 * Reads every list that the upstream announces, all pages of each.
 *
 * Definitions without a name and repeated ones are left out and reported. A list that the upstream announces but then does not know is
 * taken as empty, as several servers do that with templates.
 *
 * @throws {GatewayError} `upstream_protocol_error` — a list was answered with an error or a malformed result; and what
 *   {@link Link.request} throws.
 */
export async function readDefinitions(source: DefinitionsSource, signal: AbortSignal): Promise<Definitions> {
  const [tools, prompts, resources, templates] = await Promise.all([
    readList(source, listings.tools, signal),
    readList(source, listings.prompts, signal),
    readList(source, listings.resources, signal),
    readList(source, listings.templates, signal),
  ]);
  return { tools, prompts, resources, templates };
}

const methodNotFound = -32601;

async function readList(source: DefinitionsSource, listing: Listing, signal: AbortSignal): Promise<JsonObject[]> {
  if (objectAt(source.capabilities, listing.capability) === undefined) return [];
  const found = new Map<string, JsonObject>();
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await readPage(source, listing, cursor, signal);
    if (page === undefined) break;
    for (const item of page.items) collect(found, item, listing, source.onOmission);
    cursor = page.nextCursor;
    if (cursor !== undefined && seen.has(cursor)) {
      source.onOmission(`${listing.method} gave the cursor ${quoted(cursor)} twice; reading stopped there`);
      break;
    }
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && found.size < maxDefinitions);
  if (cursor !== undefined && found.size >= maxDefinitions) {
    source.onOmission(`${listing.method} has more than ${maxDefinitions} entries; the rest is left out`);
  }
  return [...found.values()].slice(0, maxDefinitions);
}

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | undefined;
}

async function readPage(
  { link, codec }: DefinitionsSource,
  { method, member }: Listing,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page | undefined> {
  const params = codec.encodeParams(cursor === undefined ? {} : { cursor });
  const answer = await link.request({ id: link.newId(), method, params, signal });
  if (answer.kind === "error") {
    if (answer.error.code === methodNotFound) return undefined;
    throw malformed(`${method} was answered with the error ${answer.error.code}: ${answer.error.message}`);
  }
  const { value } = answer.result;
  const items = value[member];
  if (!Array.isArray(items)) throw malformed(`the result of ${method} has no list "${member}"`);
  return { items, nextCursor: stringAt(value, "nextCursor") };
}

function malformed(message: string): GatewayError {
  return new GatewayError("upstream_protocol_error", `The upstream broke the protocol: ${message}`, {
    data: { stage: "list" },
  });
}

function collect(
  found: Map<string, JsonObject>,
  item: unknown,
  { method, key }: Listing,
  onOmission: (text: string) => void,
): void {
  const name = isJsonObject(item) ? stringAt(item, key) : undefined;
  if (!isJsonObject(item) || name === undefined || name === "") {
    onOmission(`${method} holds an entry without "${key}"; it is left out`);
  } else if (found.has(name)) {
    onOmission(`${method} holds ${quoted(name)} twice; the first one counts`);
  } else if (isDeeperThan(item, maxDepth)) {
    onOmission(`${method} holds ${quoted(name)}, which is nested more than ${maxDepth} levels deep; it is left out`);
  } else {
    found.set(name, item);
  }
}

/** Levels of nesting in a definition. Everybody's list is written in one piece, which one entry must not make impossible. */
const maxDepth = 256;

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
