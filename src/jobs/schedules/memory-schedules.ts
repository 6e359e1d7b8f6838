import type { GivenOperation } from "../given-operation.ts";
import type { JobStore } from "../job-store.ts";
import type { Schedule } from "./schedule.ts";
import type { ScheduleStore } from "./schedule-store.ts";

/** Schedules that end with the process, beside its jobs. */
export function memorySchedules(jobs: JobStore): ScheduleStore {
  const kept = new Map<string, { readonly schedule: Schedule; readonly operations: readonly GivenOperation[] }>();
  const all = (): Schedule[] =>
    [...kept.values()].map(({ schedule }) => schedule).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const changed = (schedule: Schedule): boolean => {
    const found = kept.get(schedule.id);
    if (found?.schedule.revision !== schedule.revision) return false;
    kept.set(schedule.id, { ...found, schedule: { ...schedule, revision: schedule.revision + 1 } });
    return true;
  };
  return {
    create(schedule, operations) {
      kept.set(schedule.id, { schedule, operations });
      return Promise.resolve();
    },
    schedule: (id) => Promise.resolve(kept.get(id)?.schedule),
    operations: (id) => Promise.resolve(kept.get(id)?.operations ?? []),
    schedules: ({ owner, max }) =>
      Promise.resolve(
        all()
          .filter((each) => owner === undefined || each.owner.id === owner)
          .slice(0, max),
      ),
    due: (now) =>
      Promise.resolve(
        all().filter(
          ({ state, nextAt, waiting }) =>
            state.kind === "active" && ((nextAt ?? Infinity) <= now || waiting.length > 0),
        ),
      ),
    next() {
      const times = all().flatMap(({ state, nextAt }) => (state.kind === "active" ? (nextAt ?? []) : []));
      return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
    },
    count: (owner) => Promise.resolve({ all: kept.size, own: all().filter((each) => each.owner.id === owner).length }),
    save: (schedule) => Promise.resolve(changed(schedule)),
    async begin(schedule, job, operations) {
      if (!changed(schedule)) return false;
      await jobs.create(job, operations);
      return true;
    },
    remove(id) {
      kept.delete(id);
      return Promise.resolve();
    },
  };
}
