/** The name of the tool that finds tools. */
export const searchToolName = "search_tools";

/**
 * Whether a route has the tool `search_tools`, and what else it lists: `off`, everything and no search; `beside`, everything and the
 * search; `instead`, the search alone. What is not listed can be called all the same.
 */
export type SearchMode = "off" | "beside" | "instead";

/** The search of a route. */
export interface SearchOptions {
  readonly mode: SearchMode;
  /** Patterns of exposed names: tools that are listed beside the search where it stands `instead` of the list. */
  readonly alwaysListed: readonly string[];
}

export const searchDefaults = { mode: "off", alwaysListed: [] } as const satisfies SearchOptions;

/**
 * What a profile makes of a parameter of a tool: with a `value` it is no longer there for callers, and is sent with every call; else
 * what is said of it is changed, and the `default` is sent where a caller leaves it out.
 */
export type ParameterOverride =
  | { readonly value: unknown }
  | { readonly default?: unknown; readonly description?: string };

/** What a profile calls a prompt, and says of it. What is left out stays as the upstream has it. */
export interface EntryOverride {
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
}

/** What a profile makes of a tool. */
export interface ToolOverride extends EntryOverride {
  readonly parameters?: Readonly<Record<string, ParameterOverride>>;
}

/**
 * What a profile shows of an upstream. The lists hold patterns of the upstream's own names and addresses: `*` stands for any characters,
 * and what fits a pattern after `!` is hidden; of nothing but such patterns, everything else is shown.
 */
export interface ProfileUpstream {
  readonly name: string;
  readonly tools: readonly string[];
  readonly prompts: readonly string[];
  /** Of addresses and of templates. */
  readonly resources: readonly string[];
  /** By own name. */
  readonly overrides: {
    readonly tools: Readonly<Record<string, ToolOverride>>;
    readonly prompts: Readonly<Record<string, EntryOverride>>;
  };
}

/** A named view of what the upstreams offer, at `/mcp/p/NAME`. */
export interface ProfileOptions {
  readonly name: string;
  /** In the order in which the first of two equal names wins; `all` is every upstream with everything it has. */
  readonly upstreams: readonly ProfileUpstream[] | "all";
  /** Whether only tools are shown that their upstream marks as reading only. */
  readonly readOnly: boolean;
  /** Whether names without an override begin with their upstream's. */
  readonly prefix: boolean;
  /** What a model should know of it; undefined for what the upstreams say. */
  readonly instructions: string | undefined;
  readonly search: SearchOptions;
}

/** How a gateway shows what its upstreams offer. */
export interface CatalogOptions {
  readonly profiles: readonly ProfileOptions[];
  /** The search of the route to everything. */
  readonly search: SearchOptions;
}

export const catalogDefaults = { profiles: [], search: searchDefaults } as const satisfies CatalogOptions;

/** Everything that an upstream has. */
export const wholeUpstream = {
  tools: ["*"],
  prompts: ["*"],
  resources: ["*"],
  overrides: { tools: {}, prompts: {} },
} as const satisfies Omit<ProfileUpstream, "name">;
