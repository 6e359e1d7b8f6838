import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Codec, Freshness } from "../protocol/codec.ts";
import { type ParamHeader, paramHeadersOf } from "../protocol/param-headers.ts";
import { Payload } from "../protocol/payload.ts";
import type { Era } from "../protocol/revision.ts";
import type { Definitions } from "../upstream/definitions.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { exposedName, ownName } from "./names.ts";
import { type TaskSupport, definitionForLegacy, taskSupportIn } from "./tasks/support.ts";
import { templateMatcher } from "./uri-template.ts";

/** One of the lists that a downstream may ask for. */
export type ListKind = keyof Definitions;

/** One tool, prompt, resource or template as a downstream sees it, and whose it is. */
export interface Entry {
  readonly upstream: Upstream;
  /** What the upstream itself calls it. */
  readonly name: string;
  /** What the downstream knows it by; for resources and templates the same as `name`. */
  readonly exposed: string;
  /** As the upstream described it, under the exposed name. */
  readonly definition: JsonObject;
  /** Arguments that a downstream over HTTP must repeat in headers; undefined where there are none. */
  readonly repeated: readonly ParamHeader[] | undefined;
  /** Whether a tool says that it can be called as a task. */
  readonly taskSupport: TaskSupport | undefined;
}

/** How a list travels: its request, and the members of its result. */
export const listShapes = {
  tools: { method: "tools/list", member: "tools", key: "name", isPrefixed: true },
  prompts: { method: "prompts/list", member: "prompts", key: "name", isPrefixed: true },
  resources: { method: "resources/list", member: "resources", key: "uri", isPrefixed: false },
  templates: {
    method: "resources/templates/list",
    member: "resourceTemplates",
    key: "uriTemplate",
    isPrefixed: false,
  },
} as const satisfies Record<ListKind, object>;

export const listKinds = ["tools", "prompts", "resources", "templates"] as const satisfies readonly ListKind[];

/** Entries in one page of a list. Large, as many clients never ask for a second page. */
export const pageSize = 1000;

/** Lists may change at any moment, and whoever listens is told: nothing is promised of their age. */
export const unpromised: Freshness = { ttlMs: 0, cacheScope: "private" };

/**
 * What one route shows of the upstreams at one moment: four lists, sorted by exposed name, and the way back from each name. Never
 * changes; a change makes a new view.
 */
export class View {
  readonly upstreams: readonly Upstream[];
  readonly #isPrefixed: boolean;
  readonly #lists: Readonly<Record<ListKind, ReadonlyMap<string, Entry>>>;
  readonly #templates: readonly { readonly entry: Entry; readonly matches: (uri: string) => boolean }[];
  readonly #firstPages = new Map<string, Payload>();

  /** With `isPrefixed`, names of tools and prompts begin with their upstream's name. */
  constructor(upstreams: readonly Upstream[], isPrefixed: boolean) {
    this.upstreams = upstreams;
    this.#isPrefixed = isPrefixed;
    this.#lists = {
      tools: this.#collect("tools"),
      prompts: this.#collect("prompts"),
      resources: this.#collect("resources"),
      templates: this.#collect("templates"),
    };
    this.#templates = [...this.#lists.templates.values()].map((entry) => ({
      entry,
      matches: templateMatcher(entry.name),
    }));
  }

  /** The entry that a downstream means by this name. */
  find(kind: ListKind, exposed: string): Entry | undefined {
    return this.#lists[kind].get(exposed);
  }

  /** Every entry of a list, sorted. */
  entries(kind: ListKind): Entry[] {
    return [...this.#lists[kind].values()];
  }

  /** Whose name this would be if it existed: for telling a tool of an upstream that is away from one that nobody has. */
  ownerOf(exposed: string): Upstream | undefined {
    if (!this.#isPrefixed) return this.upstreams[0];
    const owner = ownName(exposed)?.upstream;
    return this.upstreams.find(({ name }) => name === owner);
  }

  /** Who has this resource as far as can be told: who listed it, else those whose template fits it, else whoever is the only one. */
  ownersOf(uri: string): Upstream[] {
    const listed = this.#lists.resources.get(uri);
    if (listed !== undefined) return [listed.upstream];
    const fitting = new Set(this.#templates.filter(({ matches }) => matches(uri)).map(({ entry }) => entry.upstream));
    return fitting.size === 0 && this.upstreams.length === 1 ? [...this.upstreams] : [...fitting];
  }

  /** Who may have this resource, likeliest first: its owners and, where it is not listed, everybody with resources. */
  holdersOf(uri: string): Upstream[] {
    const owners = this.ownersOf(uri);
    if (this.#lists.resources.has(uri)) return owners;
    const others = this.upstreams.filter(({ handshake }) => "resources" in (handshake?.capabilities ?? {}));
    return [...new Set([...owners, ...others])];
  }

  /**
   * One page of a list, in the downstream's revision. The first page, which nearly everybody asks for, is made once.
   *
   * @throws {GatewayError} `invalid_params` — a cursor that this gateway did not give.
   */
  page(kind: ListKind, cursor: string | undefined, codec: Codec): Payload {
    if (cursor !== undefined) return this.#makePage(kind, afterCursor(cursor), codec);
    const key: `${ListKind} ${Era}` = `${kind} ${codec.era}`;
    const made = this.#firstPages.get(key) ?? this.#makePage(kind, undefined, codec);
    this.#firstPages.set(key, made);
    return made;
  }

  /** What of this view differs from an earlier one of the same route: the lists that a downstream must read again. */
  changesSince(earlier: View): ListKind[] {
    return listKinds.filter((kind) => !isSameList(this.#lists[kind], earlier.#lists[kind]));
  }

  #makePage(kind: ListKind, after: string | undefined, codec: Codec): Payload {
    const { method, member } = listShapes[kind];
    const entries = this.entries(kind);
    const from = after === undefined ? 0 : entries.findIndex(({ exposed }) => exposed > after);
    const page = from === -1 ? [] : entries.slice(from, from + pageSize);
    const last = page.at(-1);
    const hasMore = last !== undefined && from + pageSize < entries.length;
    const result = {
      [member]: page.map(({ definition, upstream }) =>
        kind === "tools" && codec.era === "legacy" ? definitionForLegacy(definition, upstream) : definition,
      ),
      ...(hasMore ? { nextCursor: cursorAfter(last.exposed) } : {}),
    };
    return codec.encodeResult(method, Payload.of(result), unpromised);
  }

  #collect(kind: ListKind): Map<string, Entry> {
    const { key, isPrefixed } = listShapes[kind];
    const entries: Entry[] = [];
    for (const upstream of this.upstreams) {
      for (const definition of upstream.definitions[kind]) {
        const name = String(definition[key]);
        const exposed = isPrefixed && this.#isPrefixed ? exposedName(upstream.name, name) : name;
        entries.push({
          upstream,
          name,
          exposed,
          definition: exposed === name ? definition : { ...definition, [key]: exposed },
          repeated: kind === "tools" ? repeatedOf(definition) : undefined,
          taskSupport: kind === "tools" ? taskSupportIn(definition) : undefined,
        });
      }
    }
    // Stable: of two resources with one address, the upstream that is configured first has it.
    entries.sort((a, b) => (a.exposed < b.exposed ? -1 : a.exposed > b.exposed ? 1 : 0));
    const list = new Map<string, Entry>();
    for (const entry of entries) if (!list.has(entry.exposed)) list.set(entry.exposed, entry);
    return list;
  }
}

function repeatedOf(definition: JsonObject): readonly ParamHeader[] | undefined {
  const found = paramHeadersOf(definition["inputSchema"]);
  return found.kind === "valid" && found.headers.length > 0 ? found.headers : undefined;
}

function isSameList(a: ReadonlyMap<string, Entry>, b: ReadonlyMap<string, Entry>): boolean {
  if (a.size !== b.size) return false;
  for (const [exposed, entry] of a) {
    const other = b.get(exposed);
    if (other === undefined || other.upstream !== entry.upstream) return false;
    if (
      other.definition !== entry.definition &&
      JSON.stringify(other.definition) !== JSON.stringify(entry.definition)
    ) {
      return false;
    }
  }
  return true;
}

/** A cursor says after which name to go on, so that it stays good when the list changes in between. */
function cursorAfter(exposed: string): string {
  return Buffer.from(JSON.stringify({ after: exposed })).toString("base64url");
}

function afterCursor(cursor: string): string {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (typeof read === "object" && read !== null && "after" in read && typeof read.after === "string")
      return read.after;
  } catch {
    // Not one of ours: said below.
  }
  throw new GatewayError("invalid_params", "params.cursor is not a cursor of this gateway; begin again without one");
}
