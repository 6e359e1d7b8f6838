import { z } from "zod";
import { healthCheckDefaults } from "../upstream/health-check.ts";
import { defaultBreaker, defaultRestart, restartPolicies } from "../upstream/options.ts";
import { isObject, patternList, wholeNumber } from "./schema-parts.ts";

const dayMs = 86_400_000;

const health = z.strictObject(
  {
    intervalMs: wholeNumber(
      0,
      dayMs,
      healthCheckDefaults.intervalMs,
      "Time without traffic after which it is asked for a sign of life, in ms; 0: never.",
    ),
    timeoutMs: wholeNumber(1, 3_600_000, healthCheckDefaults.timeoutMs, "Longest time it may take to answer, in ms."),
    failures: wholeNumber(
      1,
      1000,
      healthCheckDefaults.failures,
      "Checks in a row that must fail before it is connected anew.",
    ),
  },
  isObject,
);

const breaker = z.strictObject(
  {
    failures: wholeNumber(1, 1000, defaultBreaker.failures, "Calls in a row that must fail before none goes through."),
    openMs: wholeNumber(1, dayMs, defaultBreaker.openMs, "How long none goes through before some are tried, in ms."),
    probes: wholeNumber(1, 100, defaultBreaker.probes, "Calls that are then tried, and must all succeed."),
  },
  isObject,
);

/** When a server is started, watched, left alone and started anew. */
export const runningShape = {
  lazy: z.boolean({ error: "must be true or false" }).default(false).meta({
    description:
      "Whether to connect the server only when it is called. Until its lists are known, from an earlier start, it is connected all the same. Default false.",
  }),
  idleMs: wholeNumber(
    0,
    dayMs,
    0,
    "After this long without a call, in ms, the server is disconnected until the next one; 0: never.",
  ),
  restart: z
    .enum(restartPolicies, { error: 'must be "always", "on-failure" or "never"' })
    .optional()
    .meta({
      description: `What it means that the command ends after it was ready: always starts it anew; on-failure lets one rest that ends with status 0, until it is called; never disables it until \`switchyard enable\`. Default ${defaultRestart}.`,
    }),
  health: health
    .optional()
    .meta({ description: "How the server is asked for a sign of life where its traffic gives none. Default {}." }),
  breaker: breaker
    .optional()
    .meta({ description: "When calls that keep failing make the server be left alone for a while. Default {}." }),
  disabledTools: patternList().optional().meta({
    description:
      "Tools that nobody is shown and nobody can call: names, patterns such as write_*, group:NAME for the tools of a group that the server has, and exceptions after !. Default [].",
  }),
};

/** The keys of the objects among them. */
export function runningKeysOf(key: unknown): readonly string[] {
  if (key === "health") return Object.keys(health.shape);
  return key === "breaker" ? Object.keys(breaker.shape) : [];
}
