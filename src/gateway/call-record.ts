import type { Freshness } from "../protocol/codec.ts";
import type { Explanation } from "../explain/explain.ts";
import type { CallMethod } from "../protocol/call.ts";
import type { ProcessUsage } from "../upstream/child-watch.ts";
import type { StageName } from "./pipeline.ts";

/** That a call reached a stage, and when: monotonic time in ms. */
export interface StageMark {
  readonly stage: StageName;
  readonly at: number;
}

/** What the cache did for a call. */
export type CacheOutcome = "none" | "hit" | "miss" | "stale" | "joined";

/** Marks that one call keeps: a call that is repeated over and over only counts further. */
const maxMarks = 256;

/** What an upstream's processes used at the most while a call was under way. Other calls of that time had their share in it. */
export interface ResourceUse {
  readonly peakBytes: number;
  /** Of one processor, between two looks. */
  readonly peakCpuPercent: number;
}

/** What became known of one call of a downstream on its way through the stages, for whoever tells of it afterwards. */
export class CallRecord {
  /** Unique, and sorts in the order in which calls began. */
  readonly id: string;
  /** Wall time in ms. */
  readonly startedAt: number;
  readonly method: CallMethod;
  /** Whether it may take as long as it likes. */
  readonly isPatient: boolean;
  /** Every stage that was entered, in order; some are entered again, by a retry or a round of questions. The first is `observe`. */
  readonly stages: StageName[] = [];
  /** When each of them was: monotonic time in ms. Two lists of plain values, as a dozen objects would outlive the call until it is on record. */
  readonly times: number[] = [];
  /** Whose the call was, and what that upstream calls the tool, prompt, resource or task; undefined where it went nowhere. */
  upstream: string | undefined;
  name: string | undefined;
  /** Whether it was for something that its principal may not use; what it is told is that there is no such thing. */
  isDenied = false;
  /** How often it was sent. */
  attempts = 0;
  /** What the cache did: nothing, gave what it had (`stale`: past its time), or took note of what came, from this call's attempt or another's. */
  cache: CacheOutcome = "none";
  /** How old the result is that the cache gave, in ms; undefined where it gave none. */
  cacheAgeMs: number | undefined;
  /** How much longer the result may be kept by its receiver, where the cache keeps it too. */
  freshness: Freshness | undefined;
  /** How often the upstream asked its caller something, also in vain. */
  questions = 0;
  /** Whether it was counted against the limits of its caller: once, however often it is sent. */
  isCounted = false;
  /** Whether it was sent and then failed in such a way that the upstream may have worked on it. */
  mayHaveActed = false;
  /** Whether it was answered with what an earlier call with its idempotency key was. */
  isRepeated = false;
  /** What stood in for its tool, as `upstream/tool`, or `result`; undefined where nothing did. */
  fallback: string | undefined;
  /** How long it waited for a slot at the upstream, in ms. */
  queuedMs = 0;

  /** What the words of the upstream's own failure mean: `failure_unrecognised` where nothing does; undefined where it did not fail. */
  explained: Explanation["code"] | undefined;

  /** Undefined where nobody looked meanwhile: processes of servers that a command starts are looked at every second. */
  resourceUse: ResourceUse | undefined;

  constructor(id: string, startedAt: number, method: CallMethod, isPatient = false) {
    this.id = id;
    this.startedAt = startedAt;
    this.method = method;
    this.isPatient = isPatient;
  }

  /** When its first stage was reached: monotonic time in ms. */
  get beganAt(): number {
    return this.times[0] ?? 0;
  }

  /** The stages and their times together. */
  get marks(): StageMark[] {
    return this.stages.map((stage, index) => ({ stage, at: this.times[index] ?? 0 }));
  }

  /** Takes note of what the upstream's processes use while the call is under way. */
  measured({ residentBytes, cpuPercent }: ProcessUsage): void {
    const { peakBytes = 0, peakCpuPercent = 0 } = this.resourceUse ?? {};
    this.resourceUse = {
      peakBytes: Math.max(peakBytes, residentBytes),
      peakCpuPercent: Math.max(peakCpuPercent, cpuPercent),
    };
  }

  /** Takes note that the call enters a stage. */
  enter(stage: StageName, at: number): void {
    if (this.stages.length >= maxMarks) return;
    this.stages.push(stage);
    this.times.push(at);
  }
}
