import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
// Unlike the clock's timers, this one keeps a command alive that has nothing else to wait for.
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";

/** A lock that is this old belongs to a process that has gone, in ms: nothing that is done under one takes as long. */
const staleMs = 30_000;
/** Longest wait for a lock, in ms; who has waited so long goes on without it, which is what everybody did before there were locks. */
const longestWaitMs = 40_000;
const betweenTriesMs = 20;

/**
 * Runs while no other process, and nobody else in this one, runs anything under the same file.
 *
 * Where no such file can be made, it runs all the same: whoever cannot write here has nothing to keep others from.
 */
export async function underLock<T>(file: string, clock: Clock, run: () => Promise<T>): Promise<T> {
  const isLocked = await lock(file, clock);
  try {
    return await run();
  } finally {
    if (isLocked) await rm(file, { force: true });
  }
}

async function lock(file: string, clock: Clock): Promise<boolean> {
  if (!(await isFolder(dirname(file)))) return false;
  const started = clock.monotonic();
  while (clock.monotonic() - started < longestWaitMs) {
    const outcome = await tryLock(file);
    if (outcome !== "taken") return outcome === "locked";
    if (await isStale(file, clock)) await rm(file, { force: true });
    else await pause(betweenTriesMs);
  }
  return false;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return true;
  } catch {
    // Whoever wants to write here finds that out again, and says it better.
    return false;
  }
}

async function tryLock(file: string): Promise<"locked" | "taken" | "impossible"> {
  try {
    await (await open(file, "wx", 0o600)).close();
    return "locked";
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST" ? "taken" : "impossible";
  }
}

async function isStale(file: string, clock: Clock): Promise<boolean> {
  try {
    return clock.now() - (await stat(file)).mtimeMs > staleMs;
  } catch {
    // It has just been given back.
    return false;
  }
}
