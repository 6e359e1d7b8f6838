import type { Clock } from "../core/clock.ts";
import type { Signal } from "../core/canceller.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Event, JobFact, JobProgress } from "../events/fact.ts";
import { isOver } from "./job-state.ts";
import { type Job, countsOf } from "./job.ts";
import { progressOf } from "./progress.ts";

/** How somebody waits for a job. */
export interface Wait {
  /** At the longest. */
  readonly ms: number;
  /** Ends it early, with the reason. */
  readonly signal: Signal;
  /** Told how far the job is, each time further. */
  readonly tell: (step: number, total: number, message: string) => void;
}

/** What is waited with. */
export interface WaitDeps {
  readonly clock: Clock;
  readonly events: Pick<EventLog, "subscribe">;
  /** A job as the store has it; undefined where it is forgotten, or is being carried out here, which is told as it happens. */
  readonly elsewhere: () => Promise<{ readonly job: Job | undefined } | undefined>;
  /** Whether the job is over, as far as is known here. */
  readonly isOver: () => Promise<boolean>;
}

/** How often who waits for a job of another gateway's looks how far it is, in ms: what happens to it is told there. */
const lookMs = 1000;

/**
 * Resolves once a job is over or the time is.
 *
 * @throws {GatewayError} what `isOver` throws; the signal's reason.
 */
export async function awaited(id: string, { ms, signal, tell }: Wait, deps: WaitDeps): Promise<void> {
  const { clock, events } = deps;
  const { promise, resolve } = Promise.withResolvers<void>();
  let last = 0;
  const heard = ({ step, total, message }: JobProgress): void => {
    if (step > last) tell((last = step), total, message);
  };
  const stopListening = events.subscribe((event) => {
    if (!isAboutJob(event) || event.job !== id) return;
    heard(event);
    if (event.type !== "job.started" && event.type !== "job.progressed") resolve();
  });
  const stopTimer = clock.after(ms, resolve);
  const stopLooking = clock.every(lookMs, () => {
    // What cannot be read now may be in a second.
    void deps.elsewhere().then(
      (found) => {
        if (found === undefined) return;
        const { job } = found;
        if (job !== undefined) heard(progressOf(job, countsOf(job, 0), clock.now()));
        if (job === undefined || isOver(job.state)) resolve();
      },
      () => undefined,
    );
  });
  signal.addEventListener("abort", resolve);
  try {
    // It may have been over before anybody listened.
    if (signal.aborted || (await deps.isOver())) resolve();
    await promise;
  } finally {
    stopListening();
    stopTimer();
    stopLooking();
    signal.removeEventListener("abort", resolve);
  }
  signal.throwIfAborted();
}

function isAboutJob(event: Event): event is Event & JobFact {
  return event.type.startsWith("job.");
}
