import type { JobChanges } from "./job-store.ts";
import type { NumberedPage, ReadingDeps } from "./reading.ts";
import type { Run } from "./run.ts";

/** What a page is kept and waited for with. */
export interface PagesDeps {
  /** Resolves once that is durable. Rejects with what `JobStore.save` throws. */
  readonly save: (changes: JobChanges) => Promise<void>;
  /** Told of what is under way, which never rejects. */
  readonly during: (reading: Promise<void>) => void;
  /** There is something for the next turn. */
  readonly wake: () => void;
}

/**
 * The pages of the jobs that are carried out: in each turn of a job's worker what was read is kept, and the next page is begun where one is
 * wanted. A page is read between the turns, and no turn waits for it.
 */
export class Pages {
  readonly #reading: ReadingDeps;
  readonly #deps: PagesDeps;

  constructor(reading: ReadingDeps, deps: PagesDeps) {
    this.#reading = reading;
    this.#deps = deps;
  }

  /** Goes on with a job's pages, at a time in ms of the monotonic clock. @throws {GatewayError} what `JobStore.save` throws: the page is kept next time. */
  async goOn(run: Run, at: number): Promise<void> {
    if (!run.isActive) return;
    const { page } = run.reading;
    if (page !== undefined) await this.#keep(run, page);
    const { source } = run.job;
    if (source === undefined || !run.reading.isDue(run.job, at)) return;
    this.#deps.during(run.reading.begin(run.job, source, this.#reading).then(this.#deps.wake));
  }

  /** A page's operations and how far the source is read are noted together: whoever goes on reads none of it again, and leaves out none. */
  async #keep(run: Run, { operations, source }: NumberedPage): Promise<void> {
    const job = { ...run.job, total: run.job.total + operations.length, source };
    const added = { job: job.id, operations };
    await this.#deps.save({ jobs: [{ was: job.state.kind, job }], operations: [], added });
    run.job = job;
    run.reading.kept();
    this.#deps.wake();
  }
}
