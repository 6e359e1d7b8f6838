import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What on a page is hard to use for some: serious violations that axe-core finds, and how many px it is wider than the window. */
export async function obstaclesOn(page: Page): Promise<{ readonly violations: unknown; readonly excess: number }> {
  // What fades in has other colors until it is there; what turns without an end is not waited for.
  await page.evaluate(
    "Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 5000).map(({ finished }) => finished))",
  );
  await page.evaluate(axe);
  const violations: unknown =
    await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => id + ": " + nodes.map(({ html, any }) => html.slice(0, 120) + (any[0]?.message ?? "")).join(" | ")))`);
  const excess = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
  return { violations, excess: Math.max(0, excess) };
}
