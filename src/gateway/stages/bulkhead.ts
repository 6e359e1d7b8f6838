import type { Clock } from "../../core/clock.ts";
import { Bulkhead, type BulkheadOptions, bulkheadDefaults } from "../../policy/bulkhead.ts";
import type { PolicyTable } from "../../policy/call-policy.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";

/** Calls that an upstream over stdio has under way at once by default: it is one process, and reads one line after another. */
const maxOverStdio = 32;

interface Kept {
  readonly bulkhead: Bulkhead;
  /** Where its bounds are from. */
  readonly table: PolicyTable;
}

/**
 * Lets only so many calls through to an upstream at once; the others wait, and callers take turns. What is asked about a task is let through: it
 * may be open for as long as the task runs.
 *
 * Calls that it does not let through fail with `upstream_busy`.
 */
export function bulkheadStage(clock: Clock): Stage {
  const kept = new WeakMap<Upstream, Kept>();
  const bulkheadOf = ({ gateway, target: { upstream } }: Passage): Bulkhead => {
    const table = gateway.policies;
    const known = kept.get(upstream);
    if (known?.table === table) return known.bulkhead;
    const options = concurrencyOf(upstream, table);
    const bulkhead = known?.bulkhead ?? new Bulkhead(options, clock);
    bulkhead.options = options;
    kept.set(upstream, { bulkhead, table });
    return bulkhead;
  };
  return {
    name: "bulkhead",
    around: (next) => (passage) =>
      passage.call.method.startsWith("tasks/") ? next(passage) : within(clock, bulkheadOf(passage), next, passage),
  };
}

/** How many calls may be under way at an upstream at once, and wait. */
export function concurrencyOf(
  { name, transport }: Pick<Upstream, "name" | "transport">,
  table: PolicyTable,
): Required<BulkheadOptions> {
  return {
    ...bulkheadDefaults,
    ...(transport === "stdio" && { max: maxOverStdio }),
    ...table.row(name).concurrency,
  };
}

async function within(clock: Clock, bulkhead: Bulkhead, next: Next, passage: Passage): Promise<CallAnswer> {
  const { inbound, limit, signal } = passage;
  const turn = bulkhead.enter(inbound.principal.id, signal);
  if (turn !== undefined) {
    const since = clock.monotonic();
    await (limit?.queued(turn) ?? turn);
    if (inbound.record !== undefined) inbound.record.queuedMs += clock.monotonic() - since;
  }
  limit?.took(bulkhead);
  try {
    return await next(passage);
  } finally {
    if (limit === undefined) bulkhead.leave();
    else limit.release();
  }
}
