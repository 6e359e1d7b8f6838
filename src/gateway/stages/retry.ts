import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { objectAt } from "../../core/json.ts";
import { sleep } from "../../core/sleep.ts";
import { RetryBudget, isUnseen, retryAfter } from "../../policy/retry.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { idempotencyKey } from "../idempotency-key.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";

/**
 * Makes a call again that failed, where that helps and does no harm, with a budget for each upstream. While it waits it has no slot there, and
 * it ends with the call's time.
 */
export function retryStage(clock: Clock, random: () => number): Stage {
  const budgets = new WeakMap<Upstream, RetryBudget>();
  const budgetOf = (upstream: Upstream): RetryBudget => {
    const known = budgets.get(upstream);
    if (known !== undefined) return known;
    const budget = new RetryBudget();
    budgets.set(upstream, budget);
    return budget;
  };
  return {
    name: "retry",
    around: (next) => (passage) => {
      // What belongs to a task is taken up again by whoever follows the task.
      if (passage.inbound.isPatient === true) return next(passage);
      const budget = budgetOf(passage.target.upstream);
      budget.deposit();
      return repeated(clock, random, budget, next, passage);
    },
  };
}

async function repeated(
  clock: Clock,
  random: () => number,
  budget: RetryBudget,
  next: Next,
  passage: Passage,
): Promise<CallAnswer> {
  const { signal, policy, inbound } = passage;
  const { record } = inbound;
  // What became of an attempt that was sent says more than that there could be no other.
  let sent: unknown;
  for (let attempt = 1; ; attempt += 1) {
    const before = record?.attempts ?? 0;
    const asked = record?.questions ?? 0;
    try {
      return await next(passage);
    } catch (thrown) {
      const mayHaveActed = (record?.attempts ?? 0) > before && !(thrown instanceof GatewayError && isUnseen(thrown));
      if (mayHaveActed && record !== undefined) record.mayHaveActed = true;
      if (mayHaveActed) sent = thrown;
      if (signal.aborted) throw thrown;
      const wasAsked = (record?.questions ?? 0) > asked;
      const failed = { thrown, attempt, wasAsked, isRepeatable: isRepeatable(passage) };
      const delay = retryAfter(failed, policy.retry ?? {}, random);
      if (delay === undefined || !budget.withdraw()) throw sent ?? thrown;
      await sleep(clock, delay, signal);
      if (signal.aborted) throw signal.reason instanceof Error ? signal.reason : thrown;
    }
  }
}

/** Whether twice is as good as once. */
function isRepeatable({ call, target }: Passage): boolean {
  switch (call.method) {
    case "tools/call":
      return isHarmless(target.definition) || typeof call.meta?.[idempotencyKey] === "string";
    case "resources/read":
    case "prompts/get":
    case "completion/complete":
    case "tasks/get":
    case "tasks/result":
      return true;
    case "tasks/update":
    case "tasks/cancel":
      return false;
  }
}

/** What a tool says of itself (MCP 2026-07-28, schema, ToolAnnotations; the same since 2025-03-26). */
export function isHarmless(definition: Passage["target"]["definition"]): boolean {
  const annotations = definition && objectAt(definition, "annotations");
  return annotations?.["readOnlyHint"] === true || annotations?.["idempotentHint"] === true;
}
