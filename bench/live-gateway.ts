import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startSwitchyard } from "../src/gateway.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** A gateway without upstreams that tells as many events as its parent wants, each with the time at which it was told. */
const switchyard = startSwitchyard({ upstreams: [] });
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
const counts = new Map<string, number>();

/** Tells so many a second for so long, about this upstream, in so many bytes more. `attempts` counts those about it, `since` is when. */
async function tell(perSecond: number, ms: number, upstream: string, padding: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const began = performance.now();
  let told = 0;
  const first = counts.get(upstream) ?? 0;
  const timer = setInterval(() => {
    const elapsed = Math.min(performance.now() - began, ms);
    while (told < (elapsed / 1000) * perSecond) {
      told += 1;
      switchyard.events.append({
        type: "upstream.changed",
        upstream,
        from: "ready",
        state: "degraded",
        since: performance.timeOrigin + performance.now(),
        attempts: first + told,
        message: `It did not answer a health check within 10 s${" ".repeat(padding)}`,
      });
    }
    if (elapsed < ms) return;
    clearInterval(timer);
    counts.set(upstream, first + told);
    resolve();
  }, 1);
  await promise;
  return told;
}

function memory(): NodeJS.MemoryUsage {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let times = 0; times < 3; times += 1) collect();
  return process.memoryUsage();
}

serveParent(
  { origin },
  async ({ kind, perSecond, ms, upstream, padding }) => {
    if (kind === "memory") return { ...memory() };
    if (kind !== "tell") return nothingToAsk();
    return { told: await tell(Number(perSecond), Number(ms), String(upstream), Number(padding ?? 0)) };
  },
  () => switchyard.close(),
);
