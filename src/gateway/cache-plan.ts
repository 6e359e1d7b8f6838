import { type Counts, AllCounts } from "../cache/counts.ts";
import type { Call } from "../protocol/call.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import type { CallPolicy } from "../policy/call-policy.ts";
import { type CacheDecision, type CacheTerms, decideForResources, decideForTool } from "../policy/cache-policy.ts";
import { definitionHash } from "../upstream/definition-hash.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Target } from "./target.ts";

/** What the cache has to do with the calls of one tool, or with reading one upstream's resources: worked out once. */
export type CachePlan =
  | { readonly kind: "pass" }
  | { readonly kind: "write"; readonly drops: readonly string[] }
  | ReadPlan;

/** Likewise where results are kept. */
export interface ReadPlan {
  readonly kind: "read";
  readonly terms: CacheTerms;
  readonly tags: readonly string[];
  /** Of a result that says what it is made from: that comes in addition. */
  readonly saidTags: readonly string[];
  readonly counts: Counts;
  /** What every key begins with: which upstream, tool and definition. */
  readonly prefix: string;
  /** Whether a result has come that was for its user alone, so that such are to be looked for. */
  hasPrivate: boolean;
  /** Whether the upstream is told with each call what its caller can do; as it was last seen. */
  seesCapabilities: boolean;
}

/** By which what is kept can be dropped: everything of an upstream, what bears an operator's tag, one resource, and so on. */
export const cacheTags = {
  upstream: (name: string): string => `upstream ${name}`,
  /** What does not say what it is made from. */
  unsaid: (name: string): string => `unsaid ${name}`,
  /** What says that it is made from this. */
  use: (upstream: string, use: string): string => `use ${upstream} ${use}`,
  named: (tag: string): string => `tag ${tag}`,
  resource: (upstream: string, uri: string): string => `uri ${upstream} ${uri}`,
} as const;

const pass: CachePlan = { kind: "pass" };

/** A plan, and the policy that it was worked out by. */
interface Planned {
  readonly policy: CallPolicy;
  readonly plan: CachePlan;
}

/** The plans of all tools, made when they are first needed and forgotten with the definition or the upstream that they are for. */
export class CachePlans {
  readonly counts = new AllCounts();
  readonly #ofTool = new WeakMap<JsonObject, Planned>();
  readonly #ofResources = new WeakMap<Upstream, Planned>();
  readonly #ofTasks = new WeakMap<Upstream, CachePlan>();
  /** Which one an upstream is: one that takes the place of another has none of its results. */
  readonly #numbers = new WeakMap<Upstream, number>();
  #lastNumber = 0;

  /** That of one call: one look in a map. */
  of({ method }: Call, target: Target, policy: CallPolicy): CachePlan {
    switch (method) {
      case "tools/call": {
        if (target.definition === undefined) return pass;
        const known = this.#ofTool.get(target.definition);
        return known?.policy === policy ? known.plan : this.#planTool(target, target.definition, policy);
      }
      case "resources/read": {
        const known = this.#ofResources.get(target.upstream);
        return known?.policy === policy ? known.plan : this.#planResources(target.upstream, policy);
      }
      case "prompts/get":
      case "completion/complete":
        return pass;
      case "tasks/get":
      case "tasks/result":
      case "tasks/update":
      case "tasks/cancel":
        // What a task does is done some time before somebody learns of it by one of these.
        return this.#ofTasks.get(target.upstream) ?? this.#planTasks(target.upstream);
    }
  }

  #planTool({ upstream, params }: Target, definition: JsonObject, policy: CallPolicy): CachePlan {
    const tool = String(params["name"]);
    const decision = decideForTool(objectAt(definition, "annotations") ?? {}, policy.cache ?? {});
    const plan = this.#planned(upstream, decision, tool, `tools/call\n${tool}\n${definitionHash(definition)}`);
    this.#ofTool.set(definition, { policy, plan });
    return plan;
  }

  #planResources(upstream: Upstream, policy: CallPolicy): CachePlan {
    const decision = decideForResources(policy.cache ?? {});
    const plan = this.#planned(upstream, decision, "resources/read", "resources/read");
    this.#ofResources.set(upstream, { policy, plan });
    return plan;
  }

  #planTasks(upstream: Upstream): CachePlan {
    const plan: CachePlan = { kind: "write", drops: [cacheTags.upstream(upstream.name)] };
    this.#ofTasks.set(upstream, plan);
    return plan;
  }

  #planned(upstream: Upstream, decision: CacheDecision, tool: string, about: string): CachePlan {
    switch (decision.kind) {
      case "pass":
        return pass;
      case "write":
        return {
          kind: "write",
          drops: decision.invalidates?.map(cacheTags.named) ?? [cacheTags.upstream(upstream.name)],
        };
      case "read": {
        const saidTags = [cacheTags.upstream(upstream.name), ...decision.terms.tags.map(cacheTags.named)];
        return {
          kind: "read",
          terms: decision.terms,
          tags: [...saidTags, cacheTags.unsaid(upstream.name)],
          saidTags,
          counts: this.counts.of(upstream.name, tool),
          prefix: `${this.#numberOf(upstream)}\n${about}\n`,
          hasPrivate: false,
          seesCapabilities: false,
        };
      }
    }
  }

  #numberOf(upstream: Upstream): number {
    const known = this.#numbers.get(upstream);
    if (known !== undefined) return known;
    this.#lastNumber += 1;
    this.#numbers.set(upstream, this.#lastNumber);
    return this.#lastNumber;
  }
}
