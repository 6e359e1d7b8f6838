import type { Clock } from "./core/clock.ts";
import type { JsonObject } from "./core/json.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { OwnRole } from "./gateway/needed-role.ts";
import { offeredPrompts } from "./prompts/offered.ts";
import type { PromptStore } from "./prompts/prompt-store.ts";
import { Prompts } from "./prompts/prompts.ts";
import { promptsUpstream } from "./prompts/template.ts";
import { PromptUses } from "./prompts/uses.ts";
import { versionIn } from "./protocol/definition-meta.ts";
import type { UpstreamOptions } from "./upstream/options.ts";

/** The prompts that are written here, and the counts of all. */
export interface OwnPrompts {
  readonly prompts: Prompts;
  readonly uses: PromptUses;
  /** The upstream that has those that are published; none while there are none. */
  readonly upstreams: () => readonly UpstreamOptions[];
  /** From which role on one of ours may be used now. */
  readonly roleOf: OwnRole;
  /** Has the gateway take up that there are some now, or none any more. Called once. */
  follow(): void;
  close(): void;
}

/** Joins prompts with the gateway, which is there when the first of them is called. */
export function ownPrompts(store: PromptStore, clock: Clock, gateway: () => Gateway): OwnPrompts {
  const prompts = new Prompts({ store, clock });
  // One for good: an upstream whose target is another one is another upstream.
  const ours = offeredPrompts(prompts);
  const isAnyOffered = (): boolean => prompts.list().some(({ offered }) => offered !== undefined);
  const known = versionsOf(gateway);
  let isThere = isAnyOffered();
  return {
    prompts,
    uses: new PromptUses({
      store,
      clock,
      // Of our own it is known at once; of others, as they last listed it.
      versionOf: (upstream, prompt) =>
        (upstream === promptsUpstream ? prompts.offered(prompt)?.number.toString() : undefined) ??
        known(upstream, prompt),
    }),
    upstreams: () => (isAnyOffered() ? [ours] : []),
    roleOf(kind, upstream, name) {
      if (kind !== "prompts" || upstream !== promptsUpstream) return undefined;
      // A configured server of that name has prompts of its own.
      const isOurs = gateway().upstreams.some((each) => each.options === ours);
      return isOurs ? prompts.find(name)?.template.role : undefined;
    },
    follow() {
      prompts.onChange(() => {
        const isNow = isAnyOffered();
        if (isNow === isThere) return;
        isThere = isNow;
        void gateway().renewOwn();
      });
    },
    close() {
      prompts.close();
    },
  };
}

/** Looks versions up in what upstreams offer: each list is gone through once, however often its prompts are used. */
function versionsOf(gateway: () => Gateway): (upstream: string, prompt: string) => string | undefined {
  const known = new WeakMap<readonly JsonObject[], ReadonlyMap<string, string | undefined>>();
  return (upstream, prompt) => {
    const definitions = gateway().upstreams.find(({ name }) => name === upstream)?.definitions.prompts;
    if (definitions === undefined) return undefined;
    let versions = known.get(definitions);
    if (versions === undefined) {
      versions = new Map(definitions.map((each) => [String(each["name"]), versionIn(each)]));
      known.set(definitions, versions);
    }
    return versions.get(prompt);
  };
}
