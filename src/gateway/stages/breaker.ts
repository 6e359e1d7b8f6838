import type { CallAnswer } from "../../upstream/connection.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";

/**
 * Lets calls through to an upstream for as long as that makes sense, and learns from how they end. Waits where it is being connected.
 *
 * Calls that it does not let through fail with `breaker_open`, or as {@link Upstream.reached} says.
 */
export const breaker: Stage = { name: "breaker", around: (next) => (passage) => guarded(next, passage) };

async function guarded(next: Next, passage: Passage): Promise<CallAnswer> {
  const { upstream } = passage.target;
  const { guard } = upstream;
  const away = upstream.reached(passage.signal);
  if (away !== undefined) await away;
  const pass = guard.enter();
  try {
    const answer = await next(passage);
    guard.succeeded(pass);
    return answer;
  } catch (thrown) {
    guard.failed(pass, thrown);
    throw thrown;
  }
}
