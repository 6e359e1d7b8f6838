import type { JsonObject } from "../core/json.ts";
import type { Definitions } from "../upstream/definitions.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { SearchOptions } from "./catalog-options.ts";
import { searchDefaults } from "./catalog-options.ts";
import { exposedName, ownName } from "./names.ts";
import type { Preset } from "./override.ts";

/** One of the lists that a downstream may ask for. */
export type ListKind = keyof Definitions;

/** How an upstream's tool, prompt, resource or template is shown. */
export interface Presented {
  /** What the downstream knows it by; for resources and templates always what the upstream does. */
  readonly exposed: string;
  /** As the downstream sees it, but for the name. */
  readonly definition: JsonObject;
  /** Whether somebody chose the name for it: of two with one name, such a one has it. */
  readonly isRenamed: boolean;
  readonly preset: Preset | undefined;
}

/** How a route shows what its upstreams offer: what is there, under which name, in which words. */
export interface Presentation {
  /** Of two with one name, the first one's has it. */
  readonly upstreams: readonly Upstream[];
  readonly search: SearchOptions;
  /** What a model should know; undefined for what the upstreams say. */
  readonly instructions: string | undefined;
  /** How something of an upstream is shown; undefined where it is not there for downstreams. `name` is its own name or address. */
  present(kind: ListKind, upstream: Upstream, name: string, definition: JsonObject): Presented | undefined;
  /** Whose name this would be if it existed: for telling a tool of an upstream that is away from one that nobody has. */
  ownerOf(exposed: string): Upstream | undefined;
  /** Whether an upstream may be asked for a resource. */
  mayReach(upstream: Upstream, uri: string): boolean;
}

/** Everything, tools and prompts under names that begin with their upstream's. */
export function everything(upstreams: readonly Upstream[], search: SearchOptions): Presentation {
  return {
    upstreams,
    search,
    instructions: undefined,
    present: (kind, upstream, name, definition) =>
      plain(isNamed(kind) ? exposedName(upstream.name, name) : name, definition),
    ownerOf(exposed) {
      const owner = ownName(exposed)?.upstream;
      return upstreams.find(({ name }) => name === owner);
    },
    mayReach: () => true,
  };
}

/** One upstream as it is; none where there is none of that name. */
export function oneUpstream(upstreams: readonly Upstream[], name: string): Presentation {
  const own = upstreams.filter((upstream) => upstream.name === name);
  return {
    upstreams: own,
    search: searchDefaults,
    instructions: undefined,
    present: (_kind, _upstream, exposed, definition) => plain(exposed, definition),
    ownerOf: () => own[0],
    mayReach: () => true,
  };
}

/** Whether entries of a list have names, which may be changed, rather than addresses, which stand in results too. */
export function isNamed(kind: ListKind): kind is "tools" | "prompts" {
  return kind === "tools" || kind === "prompts";
}

function plain(exposed: string, definition: JsonObject): Presented {
  return { exposed, definition, isRenamed: false, preset: undefined };
}
