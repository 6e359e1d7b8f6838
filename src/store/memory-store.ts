import { memoryKeys } from "../access/key-store.ts";
import type { Clock } from "../core/clock.ts";
import type { GatewayError } from "../core/errors.ts";
import { noEvents } from "../events/event-store.ts";
import { memoryIdempotencyStore } from "../policy/idempotency-store.ts";
import { memoryJobs } from "../jobs/memory-jobs.ts";
import { memorySchedules } from "../jobs/schedules/memory-schedules.ts";
import { memoryPrompts } from "../prompts/prompt-store.ts";
import { memorySessions } from "../gateway/session-store.ts";
import { type CatalogStore, memoryCatalogs } from "../upstream/catalog-store.ts";
import { type Store, shown } from "./store.ts";

/**
 * A store that ends with the process: where no data folder is named, or, with `problem`, where its file cannot be used. Then nothing is
 * trusted either, as nobody can tell what was.
 */
export function memoryStore(clock: Clock, problem?: GatewayError): Store {
  const keys = new Map<string, Buffer>();
  const jobs = memoryJobs();
  const since = clock.now();
  return {
    sessions: memorySessions(),
    keyedCalls: memoryIdempotencyStore(),
    jobs,
    schedules: memorySchedules(jobs),
    prompts: memoryPrompts(),
    events: noEvents(),
    catalogs: problem === undefined ? memoryCatalogs() : withoutTrust(problem),
    apiKeys: memoryKeys(),
    key(name, make) {
      const key = keys.get(name) ?? make();
      keys.set(name, key);
      return key;
    },
    record: () => undefined,
    status: () => ({
      file: undefined,
      problem: problem && { ...shown(problem), since },
      waiting: 0,
      dropped: 0,
      audit: undefined,
    }),
    close: () => undefined,
  };
}

function withoutTrust(problem: GatewayError): CatalogStore {
  const refuse = (): Promise<never> => Promise.reject(problem);
  return { ...memoryCatalogs(), trustVersion: refuse, trusted: refuse, trustFirst: refuse, trust: refuse };
}
