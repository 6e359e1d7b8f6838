import { allMembers, memberSpans, valueText } from "../protocol/member-text.ts";
import type { Payload } from "../protocol/payload.ts";
import { joined } from "../protocol/result-text.ts";
import { usesIn, usesKey } from "../protocol/uses.ts";

/** What of a result may be kept. */
export interface KeptResult {
  /** Its text, free of any revision's dress, in memory of its own: what says for how long it may be kept is gone, `_meta` comes first. */
  readonly text: Buffer;
  /** How long it may be kept, as it says itself: ms; undefined where it says nothing. */
  readonly ttlMs: number | undefined;
  /** For whom, as it says itself. */
  readonly cacheScope: "public" | "private" | undefined;
  /** What it is made from, as it says itself: once one of these is told to have changed, it counts no more. Undefined where it says nothing. */
  readonly uses: readonly string[] | undefined;
}

/**
 * A complete result in the form in which it is kept; undefined for one that must not be: a tool's failure, one that asks for something or
 * names a task, one that is no object. Looked at in its text, of which every value keeps its bytes.
 *
 * @see MCP 2026-07-28, server/utilities/caching.
 */
export function keptResult(result: Payload): KeptResult | undefined {
  const text = result.line;
  const spans = allMembers(text);
  if (spans === undefined) return undefined;
  const written = (name: string): string | undefined => {
    const span = spans.findLast((each) => each.name === name);
    return span && valueText(text, span);
  };
  if ((written("isError") ?? "false") !== "false") return undefined;
  if ((written("resultType") ?? '"complete"') !== '"complete"') return undefined;
  const meta = written("_meta") ?? "{}";
  if (!meta.startsWith("{") || isMarked(meta)) return undefined;
  const rest = spans.filter(({ name }) => !taken.has(name));
  const cacheScope = written("cacheScope");
  return {
    text: owned(joined(text, `"_meta":${meta}`, rest)),
    ttlMs: lifetime(written("ttlMs")),
    cacheScope: cacheScope === '"public"' ? "public" : cacheScope === undefined ? undefined : "private",
    uses: usesIn(meta),
  };
}

/** What a gateway answered in an upstream's place says so there: what is a substitute, a failure or old must not become a fresh result. */
function isMarked(meta: string): boolean {
  if (!meta.includes('"switchyard/')) return false;
  return [...memberSpans(Buffer.from(meta))].some(({ name }) => name.startsWith("switchyard/") && name !== usesKey);
}

/** Members that do not stay where they are. */
const taken: ReadonlySet<string> = new Set(["_meta", "resultType", "ttlMs", "cacheScope"]);

/** What is no length of time means none (2026-07-28, server/utilities/caching, TTL Field). */
function lifetime(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const ms = Number(written);
  return ms > 0 && Number.isFinite(ms) ? ms : 0;
}

/** A copy that holds no memory but its own: Node gives out small buffers as pieces of larger ones, which would live as long. */
function owned(text: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(text.length);
  text.copy(copy);
  return copy;
}
