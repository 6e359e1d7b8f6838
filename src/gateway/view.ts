import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Codec, Freshness } from "../protocol/codec.ts";
import { type ParamHeader, paramHeadersOf } from "../protocol/param-headers.ts";
import { Payload } from "../protocol/payload.ts";
import type { Era } from "../protocol/revision.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Collision, Entry, Listed } from "./entry.ts";
import { type NeededRoles, noNeededRoles } from "./needed-role.ts";
import { type OwnTool, ownForLegacy, withOwn } from "./own-tool.ts";
import { type ListKind, type Presentation, isNamed } from "./presentation.ts";
import { isReadOnly } from "./profile.ts";
import type { OwnTasks } from "./tasks/own-tasks.ts";
import { definitionForLegacy, taskSupportIn } from "./tasks/support.ts";
import { ToolSearch } from "./tool-search.ts";
import { templateMatcher } from "./uri-template.ts";

/** Collisions that are remembered of one view: enough to say what to do. */
const maxCollisions = 100;

/** How a list travels: its request, and the members of its result. */
export const listShapes = {
  tools: { method: "tools/list", member: "tools", key: "name" },
  prompts: { method: "prompts/list", member: "prompts", key: "name" },
  resources: { method: "resources/list", member: "resources", key: "uri" },
  templates: {
    method: "resources/templates/list",
    member: "resourceTemplates",
    key: "uriTemplate",
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
  readonly #presentation: Presentation;
  readonly #needed: NeededRoles;
  readonly #lists: Readonly<Record<ListKind, ReadonlyMap<string, Entry>>>;
  readonly #templates: readonly { readonly entry: Entry; readonly matches: (uri: string) => boolean }[];
  readonly #firstPages = new Map<string, Payload>();
  readonly #collisions: Collision[] = [];
  /** The search among its tools, where there is one. */
  readonly search: ToolSearch | undefined;
  readonly #own: ReadonlyMap<string, OwnTool>;
  /** The tools as they are listed; the others can be called all the same. */
  readonly #listedTools: ReadonlyMap<string, Listed>;

  /** `own`: tools of the gateway's own beside the search. */
  constructor(presentation: Presentation, own: readonly OwnTool[] = [], needed: NeededRoles = noNeededRoles) {
    this.#presentation = presentation;
    this.#needed = needed;
    this.#own = new Map(own.map((tool) => [tool.definition.name, tool]));
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
    this.search = ToolSearch.over(this.#lists.tools, presentation.search);
    this.#listedTools = withOwn(this.search?.listed ?? this.#lists.tools, own);
  }

  get upstreams(): readonly Upstream[] {
    return this.#presentation.upstreams;
  }

  /** What its maker wants a model to know; undefined for what the upstreams say. */
  get instructions(): string | undefined {
    return this.#presentation.instructions;
  }

  /** Tools and prompts that are not there because others have their names. */
  get collisions(): readonly Collision[] {
    return this.#collisions;
  }

  /** Frees what it holds outside the heap. Called when it is replaced; safe to call twice. */
  close(): void {
    this.search?.close();
  }

  /** The tool of the gateway's own that has this name, beside the search. */
  own(name: string): OwnTool | undefined {
    return this.#own.get(name);
  }

  /** The gateway's own work that may go on as tasks here; undefined where none does. */
  get ownTasks(): OwnTasks | undefined {
    for (const { asTask } of this.#own.values()) if (asTask !== undefined) return asTask.tasks;
    return undefined;
  }

  /** Whether calls here may become tasks. */
  get hasTasks(): boolean {
    return this.ownTasks !== undefined || this.upstreams.some(({ tasks }) => tasks !== "none");
  }

  /** The entry that a downstream means by this name. */
  find(kind: ListKind, exposed: string): Entry | undefined {
    return this.#lists[kind].get(exposed);
  }

  /** Arguments of a tool that a downstream over HTTP must repeat in headers. Who has not seen it in the list cannot know of them. */
  repeatedIn(exposed: string): readonly ParamHeader[] | undefined {
    return this.#listedTools.has(exposed) ? this.find("tools", exposed)?.repeated : undefined;
  }

  /** Every entry that can be called or read, sorted; which of them are listed, pages say. */
  entries(kind: ListKind): Entry[] {
    return [...this.#lists[kind].values()];
  }

  /** Whose name this would be if it existed: for telling a tool of an upstream that is away from one that nobody has. */
  ownerOf(exposed: string): Upstream | undefined {
    return this.#presentation.ownerOf(exposed);
  }

  /** Why something of this name that would be shown here is not: it is held back. Undefined where nothing is. */
  refusalOf(kind: "tools" | "prompts", exposed: string): GatewayError | undefined {
    for (const upstream of this.upstreams) {
      for (const [name, definition] of upstream.catalog.heldBack(kind)) {
        const presented = this.#presentation.present(kind, upstream, name, definition);
        if (presented?.exposed === exposed) return upstream.catalog.refusal(kind, name);
      }
    }
    return undefined;
  }

  /** Who has this resource as far as can be told: who listed it, else those whose template fits it, else whoever is the only one. */
  ownersOf(uri: string): Upstream[] {
    const listed = this.#lists.resources.get(uri);
    if (listed !== undefined) return [listed.upstream];
    const fitting = new Set(this.#templates.filter(({ matches }) => matches(uri)).map(({ entry }) => entry.upstream));
    const owners = fitting.size === 0 && this.upstreams.length === 1 ? this.upstreams : [...fitting];
    return owners.filter((upstream) => this.#presentation.mayReach(upstream, uri));
  }

  /** Who may have this resource, likeliest first: its owners and, where it is not listed, everybody with resources. */
  holdersOf(uri: string): Upstream[] {
    const owners = this.ownersOf(uri);
    if (this.#lists.resources.has(uri)) return owners;
    const others = this.upstreams.filter(
      (upstream) => "resources" in (upstream.profile?.capabilities ?? {}) && this.#presentation.mayReach(upstream, uri),
    );
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
    return listKinds.filter((kind) => !isSameList(this.#listed(kind), earlier.#listed(kind)));
  }

  #listed(kind: ListKind): ReadonlyMap<string, Listed> {
    return kind === "tools" ? this.#listedTools : this.#lists[kind];
  }

  #makePage(kind: ListKind, after: string | undefined, codec: Codec): Payload {
    const { method, member } = listShapes[kind];
    const entries = [...this.#listed(kind).values()];
    const from = after === undefined ? 0 : entries.findIndex(({ exposed }) => exposed > after);
    const page = from === -1 ? [] : entries.slice(from, from + pageSize);
    const last = page.at(-1);
    const hasMore = last !== undefined && from + pageSize < entries.length;
    const result = {
      [member]: page.map((listed) =>
        kind === "tools" && codec.era === "legacy" ? this.#toolForLegacy(listed) : listed.definition,
      ),
      ...(hasMore ? { nextCursor: cursorAfter(last.exposed) } : {}),
    };
    return codec.encodeResult(method, Payload.of(result), unpromised);
  }

  #toolForLegacy({ definition, upstream, exposed }: Listed): JsonObject {
    if (upstream !== undefined) return definitionForLegacy(definition, upstream);
    const own = this.#own.get(exposed);
    return own === undefined ? definition : ownForLegacy(own);
  }

  #collect(kind: ListKind): Map<string, Entry> {
    const entries: (Entry & { readonly isRenamed: boolean })[] = [];
    for (const upstream of this.upstreams) {
      for (const definition of upstream.definitions[kind]) {
        const entry = this.#entry(kind, upstream, definition);
        if (entry !== undefined) entries.push(entry);
      }
    }
    // Stable: of two with one name or address, one that was given the name has it, else the upstream that comes first.
    entries.sort((a, b) => {
      if (a.exposed !== b.exposed) return a.exposed < b.exposed ? -1 : 1;
      return Number(b.isRenamed) - Number(a.isRenamed);
    });
    const list = new Map<string, Entry>();
    for (const entry of entries) {
      const kept = list.get(entry.exposed);
      if (kept === undefined) list.set(entry.exposed, entry);
      else if (isNamed(kind) && this.#collisions.length < maxCollisions)
        this.#collisions.push({ kind, kept, dropped: entry });
    }
    return list;
  }

  #entry(kind: ListKind, upstream: Upstream, described: JsonObject): (Entry & { isRenamed: boolean }) | undefined {
    const { key } = listShapes[kind];
    const name = String(described[key]);
    const presented = this.#presentation.present(kind, upstream, name, described);
    if (presented === undefined) return undefined;
    const { exposed, definition, isRenamed, preset } = presented;
    return {
      upstream,
      name,
      described,
      exposed,
      definition: exposed === definition[key] ? definition : { ...definition, [key]: exposed },
      repeated: kind === "tools" ? repeatedOf(definition) : undefined,
      isReading: kind !== "tools" || isReadOnly(described),
      from: this.#needed.of(kind, upstream.name, name, described),
      preset,
      taskSupport: kind === "tools" ? taskSupportIn(described) : undefined,
      isRenamed,
    };
  }
}

function repeatedOf(definition: JsonObject): readonly ParamHeader[] | undefined {
  const found = paramHeadersOf(definition["inputSchema"]);
  return found.kind === "valid" && found.headers.length > 0 ? found.headers : undefined;
}

function isSameList(a: ReadonlyMap<string, Listed>, b: ReadonlyMap<string, Listed>): boolean {
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
