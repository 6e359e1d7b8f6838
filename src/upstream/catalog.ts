import type { Clock, StopTimer } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type JsonChange, jsonChanges } from "../core/json-diff.ts";
import { Ring } from "../core/ring.ts";
import type { Call, CallMethod } from "../protocol/call.ts";
import { groupIn } from "../protocol/definition-meta.ts";
import type { CatalogKey, CatalogStore } from "./catalog-store.ts";
import {
  type DefinitionChange,
  type DefinitionFact,
  type DefinitionKind,
  byName,
  changedMembers,
  changesBetween,
  isSame,
} from "./definition-facts.ts";
import { definitionHash } from "./definition-hash.ts";
import { DisabledTools } from "./disabled-tools.ts";
import { type Definitions, definitionKeys, definitionKinds, noDefinitions } from "./definitions.ts";
import type { Offer, Profile } from "./offer.ts";

/** What a catalog is made of. */
export interface CatalogOptions {
  readonly key: CatalogKey;
  /** Whether only what is trusted is offered. */
  readonly isPinned: boolean;
  /** Tools that nobody is shown: names and patterns. Default none. */
  readonly disabledTools?: readonly string[] | undefined;
  readonly store: CatalogStore;
  readonly clock: Clock;
  /** What is offered became another, and nobody took an offer: it was approved, here or by another process. */
  readonly onApproved: () => void;
  readonly onFacts: (facts: readonly DefinitionFact[]) => void;
}

/** Tools that are switched on and off together. */
export interface ToolGroup {
  readonly name: string;
  /** How many it has. */
  readonly tools: number;
  readonly isOn: boolean;
}

/** One definition as somebody saw it. */
export interface DefinitionRef {
  readonly kind: DefinitionKind;
  readonly name: string;
  /** See {@link definitionHash}. */
  readonly hash: string;
}

/** A definition that is held back. */
export interface Quarantined extends DefinitionRef {
  /** What is trusted under this name; undefined where nothing is. */
  readonly trusted: JsonObject | undefined;
  readonly definition: JsonObject;
}

type Lists = Readonly<Record<DefinitionKind, ReadonlyMap<string, JsonObject>>>;

/** Facts that are remembered for a status. */
const maxRecent = 50;
/** How often it is looked whether another process approved what is held back, in ms. */
const lookAgainMs = 2000;
/** Differences that are shown of one definition. */
const maxChanges = 20;

/**
 * What one upstream offers, as it was last read, by this process or an earlier one; and which of it may be seen. With `isPinned` that is
 * what was there at the first reading and what somebody approved since; anything else is held back.
 */
export class Catalog {
  readonly #options: CatalogOptions;
  readonly #recent = new Ring<DefinitionFact>(maxRecent);
  #disabled: readonly string[];
  #offer: Offer | undefined;
  #offered: Definitions = noDefinitions;
  #quarantined: Lists = listsOf(noDefinitions);
  #trusted: Lists | undefined;
  #trustVersion = 0;
  #loading: Promise<boolean> | undefined;
  #taking: Promise<void> = Promise.resolve();
  #stopLooking: StopTimer | undefined;
  #isClosed = false;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#disabled = options.disabledTools ?? [];
  }

  /** What may be seen. */
  get definitions(): Definitions {
    return this.#offered;
  }

  /** Tools that nobody is shown: names, patterns, and groups as `group:NAME`. */
  get disabledTools(): readonly string[] {
    return this.#disabled;
  }

  /** The names of all tools that it has, shown or not; undefined where it was never read. */
  get toolNames(): readonly string[] | undefined {
    return this.#offer?.definitions.tools.map(({ name }) => String(name));
  }

  /** The groups that its tools are in, shown or not, in their order: how many tools each has, and whether it is on. */
  get groups(): readonly ToolGroup[] {
    const disabled = new DisabledTools(this.#disabled);
    const byGroup = Map.groupBy(this.#offer?.definitions.tools ?? [], groupIn);
    return [...byGroup].flatMap(([name, tools]) =>
      name === undefined ? [] : [{ name, tools: tools.length, isOn: !disabled.hasGroup(name) }],
    );
  }

  /** The group because of which a tool is not shown; undefined where there is none. */
  groupHiding(tool: string): string | undefined {
    const definition = this.#offer?.definitions.tools.find(({ name }) => name === tool);
    return definition && new DisabledTools(this.#disabled).isByGroup(definition) ? groupIn(definition) : undefined;
  }

  /** Shows all tools but these from now on. */
  disableTools(patterns: readonly string[]): void {
    this.#disabled = patterns;
    this.#judge();
  }

  /** What the upstream last said of itself; undefined where it never was read. */
  get profile(): Profile | undefined {
    return this.#offer;
  }

  /** Whether the upstream, when it was last read, had nothing at all. Resources need not be listed, so that one with nothing else may have some. */
  get isEmpty(): boolean {
    const { definitions = noDefinitions, capabilities = {} } = this.#offer ?? {};
    const mayHaveUnlisted = "resources" in capabilities && !("tools" in capabilities);
    return !mayHaveUnlisted && definitionKinds.every((kind) => definitions[kind].length === 0);
  }

  /** What happened last, oldest first. */
  get recent(): DefinitionFact[] {
    return this.#recent.toArray();
  }

  /** What is held back. */
  get quarantined(): Quarantined[] {
    return definitionKinds.flatMap((kind) =>
      [...this.#quarantined[kind]].map(([name, definition]) => {
        return { kind, name, definition, hash: definitionHash(definition), trusted: this.#trusted?.[kind].get(name) };
      }),
    );
  }

  /** Likewise of one kind, by name. */
  heldBack(kind: DefinitionKind): ReadonlyMap<string, JsonObject> {
    return this.#quarantined[kind];
  }

  /** Reads what an earlier process kept, once. Resolves with whether there was something; never rejects. */
  load(): Promise<boolean> {
    this.#loading ??= this.#load().catch(() => false);
    return this.#loading;
  }

  /**
   * Takes what was read just now.
   *
   * @throws {GatewayError} `store_unavailable` — only what is trusted may be offered, and nobody can tell what is.
   */
  take(offer: Offer): Promise<void> {
    const taken = this.#taking.then(() => this.#take(offer));
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  /** Why this call may not be made; undefined where it may. */
  refusalOf({ method, params }: Call): GatewayError | undefined {
    const kind = kindOf[method];
    return kind && this.refusal(kind, String(params[definitionKeys[kind]]));
  }

  /** Why this may not be used; undefined where it may. */
  refusal(kind: DefinitionKind, name: string): GatewayError | undefined {
    const definition = this.#quarantined[kind].get(name);
    if (definition === undefined) return undefined;
    const { upstream } = this.#options.key;
    const trusted = this.#trusted?.[kind].get(name);
    const members = trusted === undefined ? [] : changedMembers(trusted, definition);
    const what = trusted === undefined ? "it is new" : `its ${members.join(", ")} changed`;
    return new GatewayError(
      "definition_quarantined",
      `The ${nouns[kind]} ${JSON.stringify(name.slice(0, 200))} of "${upstream}" is quarantined: ${what} since "${upstream}" was approved`,
      {
        data: {
          upstream,
          kind,
          name,
          hash: definitionHash(definition),
          ...(trusted === undefined ? {} : { members }),
          suggestion: `A person should see with \`switchyard status\` what it says now; \`switchyard approve ${upstream}/${name}\` approves it.`,
        },
      },
    );
  }

  /**
   * Trusts these, where they still are what somebody saw. Resolves, when that is durable, with those that were trusted.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  async approve(wanted: readonly DefinitionRef[]): Promise<DefinitionRef[]> {
    const { key, store, clock, onApproved } = this.#options;
    const approved = wanted.filter(({ kind, name, hash }) => {
      const definition = this.#quarantined[kind].get(name);
      return definition !== undefined && definitionHash(definition) === hash;
    });
    if (approved.length === 0) return [];
    const lists = definitionKinds.map((kind) => {
      const own = approved.filter((each) => each.kind === kind);
      return [kind, own.flatMap(({ name }) => this.#quarantined[kind].get(name) ?? [])] as const;
    });
    await store.trust(key, { ...noDefinitions, ...Object.fromEntries(lists) });
    await this.#readTrust();
    this.#judge();
    const at = clock.now();
    this.#tell(approved.map((each) => ({ type: "definition_approved", upstream: key.upstream, at, ...each })));
    onApproved();
    return approved;
  }

  /** Stops looking for what others approve. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#stopLooking?.();
  }

  async #load(): Promise<boolean> {
    const { key, store, isPinned } = this.#options;
    const offer = await store.offer(key);
    if (isPinned) await this.#readTrust();
    if (offer === undefined || (isPinned && this.#trusted === undefined)) return false;
    this.#offer = offer;
    this.#judge();
    return true;
  }

  async #take(offer: Offer): Promise<void> {
    const { key, store, isPinned } = this.#options;
    await this.load();
    if (isPinned) {
      await this.#readTrust();
      if (this.#trusted === undefined) {
        await store.trustFirst(key, offer.definitions);
        await this.#readTrust();
      }
    }
    const before = this.#offer;
    this.#offer = offer;
    this.#judge();
    const changes = changesBetween(before?.definitions ?? noDefinitions, offer.definitions);
    if (before !== undefined) this.#tell(changes.map((change) => this.#factOf(change)));
    if (changes.length > 0 || !isSameProfile(before, offer)) store.keepOffer(key, offer);
  }

  async #readTrust(): Promise<void> {
    const { key, store } = this.#options;
    const version = await store.trustVersion(key);
    if (version === this.#trustVersion) return;
    this.#trusted = listsOf(await store.trusted(key));
    this.#trustVersion = version;
  }

  /** Sorts what is offered into what may be seen and what is held back. */
  #judge(): void {
    const definitions = this.#withoutDisabled(this.#offer?.definitions ?? noDefinitions);
    const trusted = this.#trusted;
    if (!this.#options.isPinned) {
      this.#offered = definitions;
      return;
    }
    const isTrusted = (kind: DefinitionKind, name: string, definition: JsonObject): boolean =>
      isSame(trusted?.[kind].get(name), definition);
    const sorted = definitionKinds.map((kind) => {
      const all = [...byName(definitions, kind)];
      const [seen, held] = [
        all.filter((each) => isTrusted(kind, ...each)),
        all.filter((each) => !isTrusted(kind, ...each)),
      ];
      return { kind, seen: seen.map(([, definition]) => definition), held: new Map(held) };
    });
    this.#offered = { ...noDefinitions, ...Object.fromEntries(sorted.map(({ kind, seen }) => [kind, seen])) };
    this.#quarantined = {
      ...listsOf(noDefinitions),
      ...Object.fromEntries(sorted.map(({ kind, held }) => [kind, held])),
    };
    this.#lookAgain();
  }

  #withoutDisabled(definitions: Definitions): Definitions {
    if (this.#disabled.length === 0) return definitions;
    const disabled = new DisabledTools(this.#disabled);
    return { ...definitions, tools: definitions.tools.filter((tool) => !disabled.has(tool)) };
  }

  #lookAgain(): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    const isAnythingHeld = definitionKinds.some((kind) => this.#quarantined[kind].size > 0);
    if (!isAnythingHeld || this.#isClosed) return;
    this.#stopLooking = this.#options.clock.after(lookAgainMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const before = this.#trustVersion;
    // What cannot be read now is looked at again.
    await this.#readTrust().catch(() => undefined);
    if (this.#trustVersion === before) this.#lookAgain();
    else {
      this.#judge();
      this.#options.onApproved();
    }
  }

  #factOf({ kind, name, before, after }: DefinitionChange): DefinitionFact {
    const about = { upstream: this.#options.key.upstream, kind, name, at: this.#options.clock.now() };
    if (after === undefined) return { type: "definition_removed", ...about };
    const known = { ...about, hash: definitionHash(after), isQuarantined: this.#quarantined[kind].has(name) };
    if (before === undefined) return { type: "definition_added", ...known };
    return { type: "definition_changed", ...known, members: changedMembers(before, after) };
  }

  #tell(facts: readonly DefinitionFact[]): void {
    if (facts.length === 0) return;
    for (const fact of facts) this.#recent.push(fact);
    this.#options.onFacts(facts);
  }
}

/** What a person must see of a definition before approving it. */
export function differences({ trusted, definition }: Quarantined): JsonChange[] {
  return jsonChanges(trusted ?? {}, definition, maxChanges);
}

/** Calls that name a definition, and the list that it is in. */
const kindOf: Readonly<Partial<Record<CallMethod, DefinitionKind>>> = {
  "tools/call": "tools",
  "prompts/get": "prompts",
  "resources/read": "resources",
};

/** How people call what is in each list. */
export const nouns = {
  tools: "tool",
  prompts: "prompt",
  resources: "resource",
  templates: "resource template",
} as const satisfies Record<DefinitionKind, string>;

function listsOf(definitions: Definitions): Lists {
  const [tools, prompts] = [byName(definitions, "tools"), byName(definitions, "prompts")];
  return { tools, prompts, resources: byName(definitions, "resources"), templates: byName(definitions, "templates") };
}

function isSameProfile(before: Profile | undefined, { serverInfo, capabilities, instructions }: Profile): boolean {
  if (before === undefined) return false;
  const now = { serverInfo, capabilities, instructions };
  const then = { serverInfo: before.serverInfo, capabilities: before.capabilities, instructions: before.instructions };
  return isSame(then, now);
}
