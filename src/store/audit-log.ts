import type { AuditOptions } from "../audit/audit-options.ts";
import type { AuditRow } from "../audit/audit-row.ts";
import { rowOfCall } from "../audit/call-row.ts";
import { isRecorded, rowOfEvent, rowOfLog } from "../audit/event-row.ts";
import { type ChainHead, headText } from "../audit/hash-chain.ts";
import { type CallRules, rulesFor } from "../audit/rules.ts";
import type { Clock, StopTimer } from "../core/clock.ts";
import type { JsonObject } from "../core/json.ts";
import type { Event } from "../events/fact.ts";
import type { CallObserver, EndedCall } from "../gateway/ended-call.ts";
import type { AuditStatus } from "../gateway/keeping.ts";
import type { AuditRows } from "./audit-rows.ts";
import { Batches } from "./batches.ts";

/** What a log is made with. */
export interface AuditLogDeps {
  readonly rows: AuditRows;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly options: AuditOptions;
  /** A tool as its upstream describes it at present, and what that upstream's processes use. */
  readonly definitionOf: (upstream: string, tool: string) => JsonObject | undefined;
  readonly usageOf: (upstream: string) => unknown;
  /** Told of a batch that failed, and undefined of the first that works again. */
  readonly onProblem: (problem: unknown) => void;
}

const flushMs = 50;
/** Rows in a batch: made and written in a millisecond, which is how long calls wait for it. Of many that wait, an eighth, so as to catch up. */
const batchSize = 50;
const largestBatch = 400;
const shareOfWaiting = 8;
/** Rows, and bytes of their requests and answers, that may wait. */
export const maxWaitingRows = 20_000;
export const maxWaitingBytes = 64 * 1024 * 1024;
const pruneEveryMs = 3_600_000;
const pruneAgainMs = 50;
const dayMs = 86_400_000;

/** Something that waits: what it is made from, until its row is made. */
interface Item {
  source: { readonly call: EndedCall; readonly isBare: boolean } | { readonly event: Event } | undefined;
  row: AuditRow | undefined;
  readonly bytes: number;
}

/**
 * Records every call, and everything notable that happens. Takes note at once; redacts, chains and writes a little later, in batches, so that
 * no call waits. Where more comes than can be written, first arguments and results are left out, then rows: both are counted, and the loss
 * is itself a row.
 */
export class AuditLog implements CallObserver {
  readonly #deps: AuditLogDeps;
  readonly #rules: ReturnType<typeof rulesFor>;
  readonly #batches: Batches;
  readonly #stopPruning: StopTimer;
  #waiting: Item[] = [];
  #waitingBytes = 0;
  #isClosed = false;
  #dropped = 0;
  #bare = 0;
  #head: ChainHead | undefined;
  /** Lost and not yet on record. */
  #unrecorded = 0;

  constructor(deps: AuditLogDeps) {
    this.#deps = deps;
    this.#rules = rulesFor(deps.options);
    this.#batches = new Batches({
      clock: deps.clock,
      flushMs,
      nextMs: 1,
      isEmpty: () => this.#waiting.length === 0 && this.#unrecorded === 0,
      isHeld: () => deps.rows.isHeld,
      makeBatch: () => {
        this.#writeBatch();
      },
      onProblem: deps.onProblem,
    });
    this.#stopPruning = deps.clock.every(pruneEveryMs, () => {
      this.#prune();
    });
    this.#prune();
  }

  ended(call: EndedCall): void {
    const bytes = (call.bytesIn ?? 0) + call.bytesOut;
    const isBare = this.#waitingBytes + bytes > maxWaitingBytes;
    if (isBare) this.#bare += 1;
    this.#add({ source: { call, isBare }, row: undefined, bytes: isBare ? 0 : bytes });
  }

  /** Something notable happened. */
  told(event: Event): void {
    if (isRecorded(event.type)) this.#add({ source: { event }, row: undefined, bytes: 0 });
  }

  /** Writes everything that waits, now. */
  flush(): void {
    this.#batches.flush();
  }

  status(): AuditStatus {
    return {
      waiting: this.#waiting.length,
      dropped: this.#dropped,
      bare: this.#bare,
      head: this.#head && headText(this.#head),
    };
  }

  /** Writes what waits and ends. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopPruning();
    this.flush();
  }

  #add(item: Item): void {
    // What is told after the end, by something that is still ending, has nowhere to go.
    if (this.#isClosed) return;
    if (this.#waiting.length >= maxWaitingRows) {
      this.#lose();
    } else {
      this.#waiting.push(item);
      this.#waitingBytes += item.bytes;
    }
    this.#batches.schedule();
  }

  #writeBatch(): void {
    const size = Math.min(Math.max(batchSize, Math.ceil(this.#waiting.length / shareOfWaiting)), largestBatch);
    const items = this.#waiting.slice(0, size);
    const rows = items.map((item) => this.#rowOf(item)).filter((row) => row !== undefined);
    const lost = this.#unrecorded;
    this.#head = this.#deps.rows.add(lost === 0 ? rows : [...rows, this.#ofLog("dropped", { rows: lost })]);
    this.#unrecorded -= lost;
    this.#waiting.splice(0, items.length);
    for (const { bytes } of items) this.#waitingBytes -= bytes;
  }

  /** Made once, however often the store refuses it; what it was made from is let go. */
  #rowOf(item: Item): AuditRow | undefined {
    const { source } = item;
    item.source = undefined;
    if (source === undefined) return item.row;
    try {
      item.row =
        "call" in source
          ? this.#rowOfCall(source.call, source.isBare)
          : rowOfEvent({ ...source.event }, this.#deps.newId());
    } catch {
      // A defect of ours in one row must not hold up all that come after it; that it is missing is on record.
      this.#lose();
    }
    return item.row;
  }

  #lose(): void {
    this.#dropped += 1;
    this.#unrecorded += 1;
  }

  #rowOfCall(call: EndedCall, isBare: boolean): AuditRow {
    const { options, definitionOf, usageOf } = this.#deps;
    const { upstream = "", name = "" } = call.record;
    const isTool = call.method === "tools/call" && upstream !== "";
    const rules: CallRules = this.#rules(upstream, name, isTool ? definitionOf(upstream, name) : undefined);
    const usage = call.outcome === "ok" || upstream === "" ? undefined : usageOf(upstream);
    return rowOfCall(call, { options, rules, usage, isBare });
  }

  #ofLog(kind: "dropped" | "retention", detail: JsonObject): AuditRow {
    return rowOfLog(kind, this.#deps.newId(), this.#deps.clock.now(), detail);
  }

  /** A little at a time, and again soon where more is left. */
  #prune(): void {
    const { rows, clock, options, onProblem } = this.#deps;
    if (this.#isClosed) return;
    const retention = { before: clock.now() - options.retentionDays * dayMs, maxBytes: options.maxMiB * 1024 * 1024 };
    try {
      const deleted = rows.prune(retention, (head, count) => this.#ofLog("retention", { ...head, rows: count }));
      if (deleted > 0) {
        clock.after(pruneAgainMs, () => {
          this.#prune();
        });
      }
    } catch (thrown) {
      onProblem(thrown);
    }
  }
}
