import type { Signal } from "../../core/canceller.ts";
import type { Clock } from "../../core/clock.ts";
import { GatewayError, toGatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject } from "../../core/json.ts";
import type { Question } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import { type TaskState, isFinal } from "../../protocol/tasks.ts";
import type { Era } from "../../protocol/revision.ts";
import { answerOfFailure, rpcErrorOf } from "../failure.ts";

/** Asks the caller of a task; rejects where it cannot, or when `signal` fires. */
export type Asker = (question: Question, signal: Signal) => Promise<Answer>;

interface Open {
  readonly question: Question;
  readonly answer: (answer: Answer) => void;
}

/** Questions of one task that may be open at once. */
const maxOpen = 32;

/** What a task that is held here begins with. */
export interface HeldTaskSeed {
  readonly clock: Clock;
  /** As its caller knows it. */
  readonly state: TaskState;
  /** What its caller speaks: the generations differ in which tasks have failed. */
  readonly era: Era;
  /** Told whenever it stands otherwise than before. */
  readonly onChange: (task: HeldTask) => void;
}

/**
 * A task whose upstream knows none of its caller's generation: the work goes on behind it, and what becomes of it is kept here until it
 * is fetched or the task's time is over.
 *
 * What the upstream asks meanwhile waits until the caller can be asked: a legacy one while it waits for the result
 * ({@link attend}), a modern one by looking ({@link questions}, {@link take}).
 */
export class HeldTask {
  readonly era: Era;
  /** Ends the work. */
  readonly controller = new AbortController();
  readonly #clock: Clock;
  readonly #onChange: (task: HeldTask) => void;
  readonly #open = new Map<string, Open>();
  readonly #settled = Promise.withResolvers<Answer>();
  #state: TaskState;
  #nudged = Promise.withResolvers<void>();
  #answer: Answer | undefined;
  #attending: { readonly asker: Asker; readonly signal: Signal } | undefined;
  #lastKey = 0;

  constructor({ clock, state, era, onChange }: HeldTaskSeed) {
    this.#clock = clock;
    this.#state = state;
    this.era = era;
    this.#onChange = onChange;
  }

  get state(): TaskState {
    return this.#state;
  }

  get isFinal(): boolean {
    return isFinal(this.#state.status);
  }

  /** What the call came to; undefined as long as it goes on. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** Resolves with what the call came to. */
  get settled(): Promise<Answer> {
    return this.#settled.promise;
  }

  /** The open questions, as `inputRequests`. */
  get questions(): JsonObject {
    return Object.fromEntries([...this.#open].map(([key, { question }]) => [key, question]));
  }

  /** Resolves when the upstream has said that the task stands otherwise than it was last seen to. */
  get nudged(): Promise<void> {
    return this.#nudged.promise;
  }

  /** Takes over what the upstream says of its task; that it goes on no more is for whoever follows it to see to. */
  note({ status, statusMessage, pollIntervalMs, lastUpdatedAt }: TaskState): void {
    if (this.isFinal) return;
    if (status === "working") this.#state = { ...this.#state, statusMessage, pollIntervalMs, lastUpdatedAt };
    else {
      this.#nudged.resolve();
      this.#nudged = Promise.withResolvers();
    }
  }

  /** Asks the caller; resolves with its answer when it has been asked, whenever that is. */
  ask(question: Question): Promise<Answer> {
    if (this.isFinal) throw new GatewayError("caller_declined", "The task is over: nobody is asked any more");
    if (this.#open.size >= maxOpen) throw new GatewayError("caller_declined", "Too many questions are open");
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#lastKey += 1;
    const key = `q${this.#lastKey}`;
    this.#open.set(key, { question, answer: resolve });
    this.#move("input_required");
    void this.#offer(key);
    return promise;
  }

  /** Somebody waits for the result, who can be asked until `signal` fires. */
  attend(asker: Asker, signal: Signal): void {
    this.#attending = { asker, signal };
    signal.addEventListener("abort", () => {
      if (this.#attending?.signal === signal) this.#attending = undefined;
    });
    for (const key of this.#open.keys()) void this.#offer(key);
  }

  /** Takes `inputResponses`; what nobody asked, or was answered before, is ignored. */
  take(responses: JsonObject): void {
    for (const [key, response] of Object.entries(responses)) {
      if (isJsonObject(response)) this.#close(key, { kind: "result", result: Payload.of(response) });
    }
  }

  /** The work is done, or has failed. Nothing changes a task that is over. */
  finish(answer: Answer): void {
    if (this.isFinal) return;
    this.#answer = answer;
    this.#move(this.#hasFailed(answer) ? "failed" : "completed", messageIn(answer));
    this.#settled.resolve(answer);
  }

  /** The work could not be done. */
  fail(failure: GatewayError): void {
    this.finish(answerOfFailure("tools/call", failure));
  }

  /** Ends the task and the work behind it. */
  cancel(reason: GatewayError): void {
    if (this.isFinal) return;
    this.#answer = { kind: "error", error: rpcErrorOf(reason) };
    this.#move("cancelled", reason.message);
    this.controller.abort(reason);
    this.#settled.resolve(this.#answer);
  }

  /**
   * A failed result of a tool fails the task of a legacy caller, and completes that of a modern one.
   *
   * @see MCP 2025-11-25, basic/utilities/tasks, Task Execution Errors; SEP-2663, Task Status.
   */
  #hasFailed(answer: Answer): boolean {
    return answer.kind === "error" || (this.era === "legacy" && answer.result.value["isError"] === true);
  }

  async #offer(key: string): Promise<void> {
    const open = this.#open.get(key);
    const attending = this.#attending;
    if (open === undefined || attending === undefined) return;
    try {
      this.#close(key, await attending.asker(open.question, attending.signal));
    } catch (thrown) {
      // Whoever waits next is asked again.
      if (!attending.signal.aborted) this.#close(key, { kind: "error", error: rpcErrorOf(toGatewayError(thrown)) });
    }
  }

  #close(key: string, answer: Answer): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    if (this.#open.size === 0) this.#move("working");
    open.answer(answer);
  }

  #withdraw(): void {
    const over = new GatewayError("caller_declined", "The task is over: nobody is asked any more");
    for (const { answer } of this.#open.values()) answer({ kind: "error", error: rpcErrorOf(over) });
    this.#open.clear();
  }

  #move(status: TaskState["status"], statusMessage?: string): void {
    const before = this.#state.status;
    if (isFinal(before) || (before === status && !isFinal(status))) return;
    if (isFinal(status)) this.#withdraw();
    const lastUpdatedAt = new Date(this.#clock.now()).toISOString();
    this.#state = { ...this.#state, status, statusMessage, lastUpdatedAt };
    this.#onChange(this);
  }
}

/** Why it failed, for people. */
function messageIn(answer: Answer): string | undefined {
  return answer.kind === "error" ? answer.error.message : undefined;
}
