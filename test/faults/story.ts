import assert from "node:assert/strict";
import type { ManualClock } from "../../src/core/manual-clock.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Event } from "../../src/events/fact.ts";
import { until } from "../rig/until.ts";
import { failureOf, textOf } from "./downstream.ts";
import { type Front, healthy } from "./front.ts";

/**
 * What happened to an upstream, in order, by the log of events: the states it entered with the code of what was wrong and in how many ms it is
 * tried again, its breaker, its definitions.
 */
export function storyOf({ switchyard }: Front, name = "bad"): string[] {
  return switchyard.events.after(0).events.flatMap((event) => (isOf(event, name) ? [told(event)] : []));
}

/** Alerts tell the same once more, later. */
function isOf(event: Event, name: string): boolean {
  return "upstream" in event && event.upstream === name && !event.type.startsWith("alert.");
}

function told(event: Event): string {
  if (event.type === "upstream.changed") {
    const { state, code, nextTryAt, at } = event;
    const why = code === undefined ? "" : `: ${code}`;
    return `${state}${why}${nextTryAt === undefined ? "" : `, again in ${Math.max(0, nextTryAt - at)} ms`}`;
  }
  if (event.type === "operator.acted") return `operator: ${event.operation}`;
  if (!("isQuarantined" in event)) return event.type;
  const { name, isQuarantined } = event;
  return `${event.type}: ${name}${isQuarantined ? ", held back" : ""}`;
}

/** Waits until so much has happened, and fails unless it is exactly this. */
export async function storyBecomes(front: Front, expected: readonly string[], name = "bad"): Promise<void> {
  await until(() => storyOf(front, name).length >= expected.length, `${name} is ${expected.at(-1)}`).catch(
    () => undefined,
  );
  assert.deepEqual(storyOf(front, name), expected);
}

/** How a call ended, as its caller sees it: `answered` with the text, or what the failure says for programs. */
export function outcomeOf(result: JsonObject): string | JsonObject {
  if (result["isError"] !== true) return `answered ${textOf(result)}`;
  const { code, stage, status, retryable, retryAfterMs, upstream } = failureOf(result);
  assert.equal(upstream, "bad", "it says whose failure it was");
  return JSON.parse(JSON.stringify({ code, stage, status, retryable, retryAfterMs }));
}

/** Moves time in steps, letting what is on its way arrive after each, until the condition holds. */
export async function passUntil(
  clock: ManualClock,
  stepMs: number,
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  await until(async () => {
    if (await condition()) return true;
    clock.advance(stepMs);
    return condition();
  }, what);
}

/** Jitter that is none: every delay is the longest that it may be. */
export const noJitter = (): number => 1;

/** The one with nothing wrong, where minutes pass in no time: that is no time to answer a health check. */
export const unhurried = { ...healthy, health: { intervalMs: 0 } };
