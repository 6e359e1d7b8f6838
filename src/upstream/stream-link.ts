import type { Signal } from "../core/canceller.ts";
import { BriefMap } from "../core/brief-map.ts";
import { GatewayError, messageOf } from "../core/errors.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import { messagesIn, notificationText, requestText } from "../protocol/frame.ts";
import { HandedResult } from "../protocol/handed-result.ts";
import type { Answer, Message, RequestId } from "../protocol/json-rpc.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { type Revision, eraOf } from "../protocol/revision.ts";
import type { Channel, ChannelEnd } from "../transport/channel.ts";
import type { Link, LinkReceiver, LinkRequest } from "./link.ts";
import { answerServerRequest } from "./server-request.ts";

/** A child's own part of a link over its stdio. */
export interface LinkProcess {
  readonly pid: number;
  stderr(): string[];
}

interface Pending {
  readonly request: LinkRequest;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  readonly stop: () => void;
}

/** A link over a two-way stream: many requests share it, and ids tell their answers apart. */
export class StreamLink implements Link {
  readonly hasHeaders = false;
  readonly #channel: Channel;
  readonly #receiver: LinkReceiver;
  readonly #process: LinkProcess | undefined;
  readonly #pending = new BriefMap<RequestId, Pending>();
  #lastId = 0;
  #problem: GatewayError | undefined;
  #isModern = false;

  constructor(channel: Channel, receiver: LinkReceiver, process?: LinkProcess) {
    this.#channel = channel;
    this.#receiver = receiver;
    this.#process = process;
    channel.start({
      frame: (frame) => {
        this.#receive(frame);
      },
      handed: (message) => {
        if (message instanceof HandedResult) this.#settle({ kind: "result", id: message.id, result: message.result });
        else this.#receive(message.frame());
      },
      noise: (text) => {
        receiver.noise(text);
      },
      ended: (end) => {
        this.#end(end);
      },
    });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  stderr(): string[] {
    return this.#process?.stderr() ?? [];
  }

  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  request(request: LinkRequest): Promise<Answer> {
    const { id, signal } = request;
    return new Promise((resolve, reject) => {
      if (this.#problem !== undefined) {
        reject(unavailable(this.#problem));
        return;
      }
      const stop = (): void => {
        this.#forget(id);
        if (request.method !== "initialize") this.#sayCancelled(request);
        reject(reasonOf(signal));
      };
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      this.#channel.send(requestText(id, request.method, request.params), (problem) => {
        this.#forget(id)?.reject(problem);
      });
      signal.addEventListener("abort", stop);
      this.#pending.set(id, { request, resolve, reject, stop });
    });
  }

  notify(method: string, params: JsonObject | undefined): void {
    if (this.#problem === undefined) this.#channel.send(notificationText(method, params));
  }

  speak(revision: Revision): void {
    this.#isModern = eraOf(revision) === "modern";
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  #sayCancelled({ id, signal }: LinkRequest): void {
    const reason = reasonOf(signal).message;
    try {
      this.notify("notifications/cancelled", { requestId: id, reason });
    } catch {
      // The channel is over or full: its end rejects what is still waiting.
    }
  }

  /** What fails here must not fail whoever reads the stream: an upstream could end the gateway by what it sends. */
  #receive(frame: Buffer): void {
    for (const message of messagesIn(frame)) this.#guarded(message, frame);
  }

  #guarded(message: Message, frame: Buffer): void {
    try {
      this.#take(message, frame);
    } catch (thrown) {
      this.#receiver.noise(`${messageOf(thrown)}: ${shown(frame)}`);
    }
  }

  #take(message: Message, frame: Buffer): void {
    switch (message.kind) {
      case "result":
      case "error":
        this.#settle(message);
        return;
      case "notification":
        this.#route(message.method, message.params ?? {});
        return;
      case "request":
        // From 2026-07-28 on servers do not ask, and must not be answered (basic/transports/stdio).
        if (this.#isModern) this.#receiver.noise(shown(frame));
        else void this.#reply(message.id, message.method, message.params ?? {});
        return;
      case "invalid":
        if (message.isAnswer && message.id !== undefined) this.#fail(message.id, message.reason);
        this.#receiver.noise(shown(frame));
        return;
      case "unparsable":
        this.#receiver.noise(shown(frame));
        return;
    }
  }

  async #reply(id: RequestId, method: string, params: JsonObject): Promise<void> {
    // A stream does not say which call a question belongs to; one that only some calls could mean is asked of those.
    const asked = this.#pending.values().flatMap(({ request }) => request.asked ?? []);
    const frame = await answerServerRequest(id, { method, params }, asked);
    try {
      this.#channel.send(frame);
    } catch {
      // The channel is being closed, or is full of what the upstream does not read: it has no use for an answer.
    }
  }

  #fail(id: RequestId, reason: string): void {
    const problem = new GatewayError("upstream_protocol_error", `The upstream's answer is none: ${reason}`);
    this.#forget(id)?.reject(problem);
  }

  #settle(message: Extract<Message, { kind: "result" | "error" }>): void {
    const pending = message.id === undefined ? undefined : this.#forget(message.id);
    pending?.resolve(message);
  }

  #route(method: string, params: JsonObject): void {
    if (method === "notifications/cancelled" && this.#endSubscription(params["requestId"])) return;
    const owner = method === progress ? params["progressToken"] : subscriptionOf(params);
    const pending = typeof owner === "number" ? this.#pending.get(owner) : undefined;
    if (pending !== undefined) pending.request.onNotification?.({ method, params });
    else if (owner === undefined || method === progress) this.#receiver.notification({ method, params });
  }

  /** A modern upstream ends nothing but subscriptions so; the ids that a legacy one names are its own. */
  #endSubscription(id: unknown): boolean {
    const pending = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (typeof id !== "number" || pending?.request.method !== "subscriptions/listen") return false;
    this.#forget(id)?.reject(new GatewayError("upstream_disconnected", "The upstream ended the subscription"));
    return true;
  }

  #forget(id: RequestId): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    pending.request.signal.removeEventListener("abort", pending.stop);
    return pending;
  }

  #end({ reason, exitStatus, refusal, problem }: ChannelEnd): void {
    const lost =
      problem ??
      new GatewayError("upstream_disconnected", `The upstream went away: ${reason}`, {
        data: {
          stage: this.#process === undefined ? "exchange" : "exit",
          ...(exitStatus === undefined ? {} : { exitStatus }),
        },
      });
    this.#problem = refusal ?? lost;
    // What became of these nobody knows, whatever it is that the next one needs.
    for (const id of this.#pending.keys()) this.#forget(id)?.reject(lost);
    this.#receiver.ended(this.#problem);
  }
}

const progress = "notifications/progress";

/** How much of a line that is no message is shown. */
const noiseBytes = 200;

function shown(frame: Buffer): string {
  return frame.toString("utf8", 0, noiseBytes);
}

function subscriptionOf(params: JsonObject): unknown {
  return objectAt(params, "_meta")?.[metaKeys.subscriptionId];
}

function reasonOf(signal: Signal): Error {
  return signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The call was cancelled");
}

function unavailable(problem: GatewayError): GatewayError {
  return new GatewayError("upstream_unavailable", problem.message, { cause: problem });
}
