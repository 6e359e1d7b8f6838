import { createHash } from "node:crypto";
import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import { orNothing } from "../told.ts";
import type {
  DiscoveredService,
  NewRule,
  Rule,
  RuleConditions,
  RuledHost,
  Ruleset,
  Rulesets,
} from "../parameters/rulesets.ts";
import type { RestClient } from "./client.ts";
import type { Discovery } from "./discovery.ts";
import { folderId, folderPath } from "./folders.ts";
import type { Hosts } from "./hosts.ts";
import { collectionOf, objectOf } from "./objects.ts";
import { conditionsShape } from "./rule-conditions.ts";

/** Where a rule is to stand. */
export type RulePosition =
  | { readonly position: "top_of_folder" | "bottom_of_folder"; readonly folder: string }
  | { readonly position: "before_specific_rule" | "after_specific_rule"; readonly ruleId: string };

const rulesetExtensions = z.object({ name: z.string(), number_of_rules: z.number().default(0) });
const rulesetShape = objectOf(rulesetExtensions);
const rulesetsShape = collectionOf(rulesetExtensions);

const ruleExtensions = z.object({
  ruleset: z.string(),
  folder: z.string(),
  folder_index: z.number().default(0),
  value_raw: z.string(),
  properties: z
    .object({
      description: z.string().exactOptional(),
      comment: z.string().exactOptional(),
      documentation_url: z.string().exactOptional(),
      disabled: z.boolean().exactOptional(),
    })
    .default({}),
  conditions: conditionsShape,
});
const ruleShape = objectOf(ruleExtensions);
const rulesShape = collectionOf(ruleExtensions);

function rulesetOf({ title, extensions }: z.output<typeof rulesetShape>): Ruleset {
  return { name: extensions.name, title, ruleCount: extensions.number_of_rules };
}

function ruleOf({ id, extensions: own }: z.output<typeof ruleShape>): Rule {
  const { ruleset, folder, folder_index: index, value_raw: valueRaw, properties, conditions } = own;
  return { id, ruleset, folder: folderPath(folder), index, valueRaw, conditions, properties };
}

/** Rules of a site. What is written waits for activation. */
export class Rules implements Rulesets {
  readonly #client: RestClient;
  readonly #hosts: Hosts;
  readonly #discovery: Discovery;

  constructor(client: RestClient, { hosts, discovery }: { readonly hosts: Hosts; readonly discovery: Discovery }) {
    this.#client = client;
    this.#hosts = hosts;
    this.#discovery = discovery;
  }

  async host(name: string, signal: AbortSignal): Promise<RuledHost | undefined> {
    return orNothing(async () => {
      const { host } = await this.#hosts.get(name, true, signal);
      const effective = host.effectiveAttributes ?? host.attributes;
      const tags = texts(effective).filter(([key]) => key.startsWith("tag_"));
      const labels = z.record(z.string(), z.string()).catch({}).parse(effective["labels"]);
      const own = tags.map(([key, value]) => [key.slice("tag_".length), value]);
      return { name, folder: folderPath(host.folder), tags: Object.fromEntries(own), labels };
    });
  }

  async discovered(host: string, signal: AbortSignal): Promise<readonly DiscoveredService[]> {
    const found = await this.#discovery.result(host, signal);
    return found.map(({ description: name, plugin, item }) => ({ name, plugin, item, labels: {} }));
  }

  /** Rulesets whose name or title holds this text; with `isUsed` only those that have rules. */
  async search(text: string, isUsed: boolean, signal: AbortSignal): Promise<readonly Ruleset[]> {
    const path = ["domain-types", "ruleset", "collections", "all"];
    const query = { fulltext: text, used: isUsed };
    const { value } = await this.#client.read({ method: "GET", path, query }, rulesetsShape, signal);
    return value.value.map(rulesetOf);
  }

  async ruleset(name: string, signal: AbortSignal): Promise<Ruleset | undefined> {
    return orNothing(async () => {
      const path = ["objects", "ruleset", name];
      const { value } = await this.#client.read({ method: "GET", path }, rulesetShape, signal);
      return rulesetOf(value);
    });
  }

  async rules(ruleset: string, signal: AbortSignal): Promise<readonly Rule[]> {
    const path = ["domain-types", "rule", "collections", "all"];
    const query = { ruleset_name: ruleset };
    const { value } = await this.#client.read({ method: "GET", path, query }, rulesShape, signal);
    return value.value.map(ruleOf);
  }

  async rule(id: string, signal: AbortSignal): Promise<{ readonly rule: Rule; readonly etag: string } | undefined> {
    return orNothing(async () => {
      const path = ["objects", "rule", id];
      const { value } = await this.#client.read({ method: "GET", path }, ruleShape, signal);
      const rule = ruleOf(value);
      return { rule, etag: fingerprint(rule) };
    });
  }

  etagOf(rule: Rule): string {
    return fingerprint(rule);
  }

  async create({ ruleset, folder, valueRaw, conditions, properties }: NewRule, signal: AbortSignal): Promise<Rule> {
    const path = ["domain-types", "rule", "collections", "all"];
    const body = { ruleset, folder: folderId(folder), value_raw: valueRaw, conditions, properties };
    const { value } = await this.#client.read({ method: "POST", path, body }, ruleShape, signal);
    return ruleOf(value);
  }

  /**
   * A site asks for an ETag here, gives none where a rule is read, and compares it with nothing (source of 2.4). So what is there is read again
   * and compared here; somebody who writes in the moment between is written over.
   */
  async update({ id, valueRaw, conditions, properties }: Rule, etag: string, signal: AbortSignal): Promise<Rule> {
    const now = await this.rule(id, signal);
    if (now === undefined) throw gone(id);
    if (etag !== "*" && now.etag !== etag) {
      throw new CheckmkError("changed_meanwhile", `Rule ${id} was changed meanwhile: read it again and decide anew`);
    }
    const path = ["objects", "rule", id];
    const body = { value_raw: valueRaw, conditions, properties };
    const { value } = await this.#client.read({ method: "PUT", path, body, ifMatch: "*" }, ruleShape, signal);
    return ruleOf(value);
  }

  /** @throws {CheckmkError} `not_found`. */
  async move(id: string, to: RulePosition, signal: AbortSignal): Promise<Rule> {
    const path = ["objects", "rule", id, "actions", "move", "invoke"];
    const body =
      "folder" in to
        ? { position: to.position, folder: folderId(to.folder) }
        : { position: to.position, rule_id: to.ruleId };
    const { value } = await this.#client.read({ method: "POST", path, body, ifMatch: "*" }, ruleShape, signal);
    return ruleOf(value);
  }

  /** @throws {CheckmkError} `not_found`; `invalid` — it is managed by something else. */
  async delete(id: string, signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: "DELETE", path: ["objects", "rule", id] }, signal);
  }
}

function gone(id: string): CheckmkError {
  return new CheckmkError("not_found", `There is no rule ${id} any more`);
}

function texts(values: Readonly<Record<string, unknown>>): readonly [string, string][] {
  return Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string");
}

/** What tells one state of a rule from another. */
function fingerprint({ valueRaw, conditions, properties, folder, index }: Rule): string {
  const state: [string, RuleConditions, object, string, number] = [valueRaw, conditions, properties, folder, index];
  return createHash("sha256").update(JSON.stringify(state)).digest("hex").slice(0, 32);
}
