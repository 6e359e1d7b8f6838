import type { Cache, Given, Keep, Loaded, Read } from "../../cache/cache.ts";
import { capabilitiesText, isSingular, metaText, paramsText } from "../../cache/call-key.ts";
import type { Flight } from "../../cache/flight.ts";
import { type KeptResult, keptResult } from "../../cache/kept-result.ts";
import type { Entry } from "../../cache/memory-tier.ts";
import type { ErrorCode } from "../../core/error-table.ts";
import { GatewayError } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import { Payload } from "../../protocol/payload.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import { type CachePlans, type ReadPlan, cacheTags } from "../cache-plan.ts";
import { type CacheOutcome, CallRecord } from "../call-record.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";

/** A result as it is kept: its text, and for whom it says it is. */
export type Kept = Pick<KeptResult, "text" | "cacheScope">;

/** What is kept of calls. */
export type CallCache = Cache<CallAnswer, Kept>;

/** What the stage works with. */
export interface CacheStageDeps {
  readonly cache: CallCache;
  readonly plans: CachePlans;
}

/**
 * Answers calls that only read with what an earlier one brought, and sends only one of several equal ones that come at a time. A call that may
 * change something drops what it may make untrue: when it begins, and when it has ended, however it did.
 *
 * Stands inside of what decides whether a caller may make the call, so that nobody gets by it what it may not have.
 */
export function cacheStage(deps: CacheStageDeps): Stage {
  const { plans } = deps;
  return {
    name: "cache",
    around: (next) => (passage) => {
      const plan = plans.of(passage.call, passage.target, passage.policy);
      if (plan.kind !== "read" && passage.inbound.isWarming === true) return notKept(passage);
      if (plan.kind === "pass") return next(passage);
      if (plan.kind === "write") return written(deps.cache, next, passage, plan.drops);
      return isSingular(passage.call) ? next(passage) : found(deps, plan, next, passage);
    },
  };
}

/** A tool that writes must not be called for the sake of a result that nobody wants yet. */
function notKept({ target }: Passage): Promise<never> {
  const message = `The results of ${String(target.params["name"])} may not be kept, so that it is not called beforehand`;
  return Promise.reject(new GatewayError("invalid_params", message));
}

/** What began before this has ended may not be kept: also where the outcome is unknown. */
async function written(cache: CallCache, next: Next, passage: Passage, drops: readonly string[]): Promise<CallAnswer> {
  for (const tag of drops) cache.drop(tag);
  try {
    return await next(passage);
  } finally {
    for (const tag of drops) cache.drop(tag);
  }
}

/** The way of a hit: the key, one look in a map, and no promise but the one that has to be returned. */
function found({ cache }: CacheStageDeps, plan: ReadPlan, next: Next, passage: Passage): Promise<CallAnswer> {
  const { call, inbound, target } = passage;
  const { scope } = plan.terms;
  const { handshake } = target.upstream;
  if (handshake !== undefined) plan.seesCapabilities = handshake.codec.era === "modern";
  // What nobody says may be kept: resources of an upstream that cannot say it, and of which the operator does not.
  if (!plan.seesCapabilities && plan.terms.ttlMs === undefined) return next(passage);
  const text = `${paramsText(target.params)}\n${metaText(call.meta)}\n${plan.seesCapabilities ? capabilitiesText(call.caller.capabilities) : ""}`;
  const shared = `${plan.prefix}${scope === "public" ? "" : scope === "role" ? `role ${inbound.principal.role}` : `user ${inbound.principal.id}`}\n${text}`;
  const ownKey = scope === "user" ? undefined : `${plan.prefix}user ${inbound.principal.id}\n${text}`;
  if (inbound.isWarming !== true) {
    const own = plan.hasPrivate && ownKey !== undefined ? cache.fresh(ownKey) : undefined;
    const entry = own ?? cache.fresh(shared);
    if (entry !== undefined) return Promise.resolve(given(cache, passage, "hit", entry));
  }
  return fetched(cache, plan, next, passage, shared, ownKey);
}

function fetched(
  cache: CallCache,
  plan: ReadPlan,
  next: Next,
  passage: Passage,
  key: string,
  ownKey: string | undefined,
): Promise<CallAnswer> {
  const { call, inbound, target, signal } = passage;
  const uri = call.method === "resources/read" ? stringAt(target.params, "uri") : undefined;
  const read: Read<CallAnswer, Kept> = {
    key,
    ownKey,
    tags: uri === undefined ? plan.tags : [...plan.tags, cacheTags.resource(target.upstream.name, uri)],
    counts: plan.counts,
    user: inbound.principal.id,
    signal,
    load: (flight, isBackground) => load(plan, next, isBackground ? quiet(passage) : passage, flight),
    isAway,
  };
  const outcome = inbound.isWarming === true ? cache.fetch(read) : cache.read(read);
  return outcome.then((how) => answered(cache, plan, passage, how));
}

/** Runs a call that others may wait for too: it ends when nobody does, not when its caller leaves. */
async function load(
  plan: ReadPlan,
  next: Next,
  passage: Passage,
  flight: Flight<CallAnswer>,
): Promise<Loaded<CallAnswer, Kept>> {
  const { controller } = flight;
  const inbound = { ...passage.inbound, controller };
  const answer = await next({
    ...passage,
    inbound,
    signal: controller.signal,
    asking: () => {
      flight.claim();
    },
  });
  if (answer.kind !== "complete") return { answer, sharing: "none", keep: undefined };
  const kept = answer.answer.kind === "error" ? undefined : keptResult(answer.answer.result);
  // What an upstream answers with a failure does not say whose that is: it may tell what another may not have. It is not kept.
  if (kept === undefined) return { answer, sharing: "user", keep: undefined };
  const isPrivate = isForOne(plan, kept);
  if (isPrivate && plan.terms.scope !== "user") plan.hasPrivate = true;
  return { answer, sharing: isPrivate ? "user" : "all", keep: keepOf(plan, kept, isPrivate, passage) };
}

/** Where nobody but the result says that it may be kept, it must also say that others may have it (2026-07-28, server/utilities/caching). */
function isForOne({ terms }: ReadPlan, { cacheScope }: KeptResult): boolean {
  return terms.scope === "user" || cacheScope === "private" || (terms.ttlMs === undefined && cacheScope !== "public");
}

function keepOf(
  { terms, saidTags }: ReadPlan,
  { text, cacheScope, ttlMs, uses }: KeptResult,
  isPrivate: boolean,
  { call, target }: Passage,
): Keep<Kept> | undefined {
  const most = ttlMs ?? terms.ttlMs;
  const ms = most === undefined ? 0 : Math.min(most, terms.ttlMs ?? most);
  if (ms === 0) return undefined;
  const { name } = target.upstream;
  // What a resource is made from, its address says.
  const tags = call.method === "tools/call" ? uses?.map((use) => cacheTags.use(name, use)) : undefined;
  return {
    value: { text, cacheScope },
    bytes: text.length,
    ...(tags && { tags: [...saidTags, ...tags] }),
    ttlMs: ms,
    // Past the time that the upstream itself gives, a result is given only while the upstream cannot be asked.
    staleMs: ttlMs === undefined ? terms.staleMs : 0,
    staleIfErrorMs: terms.staleIfErrorMs,
    isPrivate,
  };
}

/** A call for nobody: it tells nobody of its progress, and asks nobody anything. */
function quiet(passage: Passage): Passage {
  const { gateway, inbound, call } = passage;
  const record = new CallRecord(gateway.newCallId(), gateway.deps.clock.now(), call.method);
  return {
    ...passage,
    inbound: { ...inbound, record, notify: () => undefined, ask: undefined },
    call: { ...call, progressToken: undefined, logLevel: undefined },
    conversation: undefined,
  };
}

function answered(cache: CallCache, plan: ReadPlan, passage: Passage, outcome: Given<CallAnswer, Kept>): CallAnswer {
  switch (outcome.state) {
    case "hit":
    case "stale":
      return given(cache, passage, outcome.state, outcome.entry);
    case "miss":
    case "joined":
      note(passage, outcome.state, plan.terms.ttlMs);
      return outcome.answer;
  }
}

function given(cache: CallCache, passage: Passage, state: "hit" | "stale", entry: Entry<Kept>): CallAnswer {
  const { record } = passage.inbound;
  const { text, cacheScope = "private" } = entry.value;
  if (record !== undefined) {
    record.cache = state;
    record.cacheAgeMs = cache.ageMs(entry);
    if (passage.call.method === "resources/read") {
      record.freshness = { ttlMs: cache.leftMs(entry), cacheScope };
    }
  }
  // A payload of its own for each, as whoever looks into it leaves the built value there.
  return { kind: "complete", answer: { kind: "result", result: Payload.ofText(text) } };
}

function note({ inbound: { record }, call }: Passage, state: CacheOutcome, ttlMs: number | undefined): void {
  if (record === undefined) return;
  record.cache = state;
  record.cacheAgeMs = undefined;
  record.freshness =
    ttlMs === undefined || call.method !== "resources/read" ? undefined : { ttlMs, cacheScope: "private" };
}

/** Failures in which an upstream is away, or is left alone: what was true before is then the best that anybody knows. */
const awayCodes: ReadonlySet<ErrorCode> = new Set([
  "breaker_open",
  "upstream_unavailable",
  "upstream_disconnected",
  "upstream_unresponsive",
]);

function isAway(thrown: unknown): boolean {
  return thrown instanceof GatewayError && awayCodes.has(thrown.code);
}
