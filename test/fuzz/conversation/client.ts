import assert from "node:assert/strict";
import { type JsonObject, isJsonObject } from "../../../src/core/json.ts";
import { type RequestId, isRequestId } from "../../../src/protocol/json-rpc.ts";
import type { Channel } from "../../../src/transport/channel.ts";

/** Requests that were sent under one id, and how many answers there may and must be. */
interface Asked {
  sent: number;
  /** Requests that were cancelled before their answer had come: it may still come. */
  cancelled: number;
  answered: number;
  /** What the calls under this id carried, to tell whose answer comes back. */
  readonly stamps: Set<unknown>;
  readonly methods: Set<unknown>;
}

/** A request that was answered with questions. */
export interface Returned {
  readonly request: JsonObject;
  readonly requestState: unknown;
  readonly inputRequests: JsonObject;
}

/** A question that the gateway has sent. */
export interface Question {
  readonly id: RequestId;
  isAnswered: boolean;
}

/**
 * A client that counts: what it sent by the rules must be answered exactly once, or not when it was cancelled; what it sent against the
 * rules is refused at most once; and nothing else ever comes.
 */
export class Client {
  readonly questions: Question[] = [];
  readonly returned: Returned[] = [];
  readonly #asked = new Map<RequestId, Asked>();
  readonly #requests = new Map<RequestId, JsonObject>();
  /** Tokens of requests that are not answered, and the requests' ids. */
  readonly #tokens = new Map<unknown, Set<RequestId>>();
  readonly #channel: Channel;
  /** Refusals without an id that may come. */
  #refusals = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.start({
      frame: (frame) => {
        this.#take(frame);
      },
      noise: (text) => assert.fail(`the gateway sent noise: ${text}`),
      ended: () => undefined,
    });
  }

  send(message: JsonObject): void {
    this.sendBytes(Buffer.from(JSON.stringify(message)));
  }

  /** Sends a frame and takes note of what must come of it, as JSON-RPC says, in words of its own. */
  sendBytes(bytes: Buffer): void {
    this.#note(bytes);
    this.#channel.send(bytes);
  }

  #note(bytes: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(bytes.toString("utf8"));
    } catch {
      this.#refusals += 1;
      return;
    }
    if (Array.isArray(message)) this.#refusals += Math.max(1, message.length);
    else this.#noteMessage(message);
  }

  #noteMessage(message: unknown): void {
    if (!isJsonObject(message)) {
      this.#refusals += 1;
      return;
    }
    const { jsonrpc, id, method, params } = message;
    const isProper = jsonrpc === "2.0" && typeof method === "string" && (params === undefined || isJsonObject(params));
    if (isProper && !("id" in message)) {
      if (method === "notifications/cancelled") this.#noteCancel(params?.["requestId"]);
    } else if (isRequestId(id) && method !== undefined) {
      const asked = this.#asked.get(id) ?? {
        sent: 0,
        cancelled: 0,
        answered: 0,
        stamps: new Set(),
        methods: new Set(),
      };
      asked.sent += 1;
      this.#asked.set(id, asked);
      if (isProper) this.#noteRequest(id, message, asked);
    } else this.#refusals += 1;
  }

  #noteRequest(id: RequestId, request: JsonObject, { stamps, methods }: Asked): void {
    const params = isJsonObject(request["params"]) ? request["params"] : {};
    const given = params["arguments"];
    if (isJsonObject(given)) stamps.add(given["stamp"]);
    methods.add(request["method"]);
    this.#requests.set(id, request);
    const meta = params["_meta"];
    const token = isJsonObject(meta) ? meta["progressToken"] : undefined;
    if (token === undefined) return;
    const ids = this.#tokens.get(token) ?? new Set();
    this.#tokens.set(token, ids.add(id));
  }

  #noteCancel(id: unknown): void {
    const asked = isRequestId(id) ? this.#asked.get(id) : undefined;
    if (asked !== undefined && asked.answered + asked.cancelled < asked.sent) asked.cancelled += 1;
  }

  #take(frame: Buffer): void {
    const text = frame.toString("utf8");
    assert.ok(!/[\r\n]/.test(text), "a frame is one line");
    const message: unknown = JSON.parse(text);
    for (const each of Array.isArray(message) ? message : [message]) this.#takeMessage(each);
  }

  #takeMessage(message: unknown): void {
    assert.ok(isJsonObject(message) && message["jsonrpc"] === "2.0", `no message: ${JSON.stringify(message)}`);
    if (message["method"] === undefined) this.#takeAnswer(message);
    else if ("id" in message) this.#takeQuestion(message);
    else this.#takeNotification(message);
  }

  #takeAnswer(message: JsonObject): void {
    const { id, result, error } = message;
    assert.ok((result === undefined) !== (error === undefined), `both or neither: ${JSON.stringify(message)}`);
    if (error !== undefined) assert.ok(isJsonObject(error) && Number.isInteger(error["code"]));
    if (id === undefined) {
      this.#refusals -= 1;
      assert.ok(this.#refusals >= 0, `a refusal of nothing: ${JSON.stringify(message)}`);
      return;
    }
    const asked = isRequestId(id) ? this.#asked.get(id) : undefined;
    assert.ok(asked !== undefined && isRequestId(id), `an answer to what was not asked: ${JSON.stringify(message)}`);
    asked.answered += 1;
    assert.ok(asked.answered <= asked.sent, `an answer too many: ${JSON.stringify(message)}`);
    if (isJsonObject(result)) this.#takeResult(id, result, asked);
    if (asked.answered === asked.sent) for (const ids of this.#tokens.values()) ids.delete(id);
  }

  #takeResult(id: RequestId, result: JsonObject, { stamps }: Asked): void {
    if ("stamp" in result) assert.ok(stamps.has(result["stamp"]), "an answer that is another's");
    const { inputRequests, requestState } = result;
    const request = this.#requests.get(id);
    if (result["resultType"] === "input_required" && request !== undefined) {
      this.returned.push({ request, requestState, inputRequests: isJsonObject(inputRequests) ? inputRequests : {} });
    }
  }

  #takeQuestion({ id, method }: JsonObject): void {
    assert.ok(isRequestId(id), "a question has an id");
    assert.ok(!this.questions.some((earlier) => earlier.id === id), `an id twice: ${String(id)}`);
    assert.ok(method === "elicitation/create" || method === "roots/list" || method === "sampling/createMessage");
    this.questions.push({ id, isAnswered: false });
  }

  #takeNotification({ method, params }: JsonObject): void {
    if (method === "notifications/cancelled") {
      const id = isJsonObject(params) ? params["requestId"] : undefined;
      const question = this.questions.find((each) => each.id === id);
      assert.ok(question !== undefined, "the cancellation of what was not asked");
      question.isAnswered = true;
    }
    if (method !== "notifications/progress") return;
    const token = isJsonObject(params) ? params["progressToken"] : undefined;
    const open = this.#tokens.get(token)?.size ?? 0;
    assert.ok(open > 0, `progress under ${JSON.stringify(token)}, which no open request has`);
  }

  /** Answers every question that is open, as somebody who declines. */
  declineAll(): void {
    for (const question of this.questions) {
      if (question.isAnswered) continue;
      question.isAnswered = true;
      this.send({ jsonrpc: "2.0", id: question.id, result: { action: "decline" } });
    }
  }

  /** Ids whose requests have neither been answered nor cancelled. */
  get unanswered(): RequestId[] {
    return [...this.#asked].flatMap(([id, { sent, cancelled, answered }]) => (answered + cancelled < sent ? [id] : []));
  }

  /** The open requests that may be of this method. */
  openOf(method: string): RequestId[] {
    return this.unanswered.filter((id) => this.#asked.get(id)?.methods.has(method));
  }
}
