import type { StageName } from "./pipeline.ts";

/** That a call reached a stage, and when: monotonic time in ms. */
export interface StageMark {
  readonly stage: StageName;
  readonly at: number;
}

/** Marks that one call keeps: a call that is repeated over and over only counts further. */
const maxMarks = 256;

/** What became known of one call of a downstream on its way through the stages, for whoever tells of it afterwards. */
export class CallRecord {
  /** Every stage that was entered, in order; some are entered again, by a retry or a round of questions. */
  readonly marks: StageMark[] = [];
  /** Whose the call was, and what that upstream calls the tool, prompt or resource; undefined where it went nowhere. */
  upstream: string | undefined;
  name: string | undefined;
  /** How often it was sent. */
  attempts = 0;

  /** Takes note that the call enters a stage. */
  enter(stage: StageName, at: number): void {
    if (this.marks.length < maxMarks) this.marks.push({ stage, at });
  }
}
