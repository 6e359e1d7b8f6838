import { setTimeout as pause } from "node:timers/promises";

const defaultPatienceMs = 20_000;
const betweenLooksMs = 5;

/** Resolves once the condition holds. Fails, saying what was waited for, when it does not within twenty seconds, or what is given. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = defaultPatienceMs,
): Promise<void> {
  const latest = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > latest) throw new Error(`waited ${patienceMs} ms in vain until ${what}`);
    await pause(betweenLooksMs);
  }
}
