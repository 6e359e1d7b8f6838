import type { JsonObject } from "../../src/core/json.ts";
import { errorText, notificationText, readFrame, answerText } from "../../src/protocol/frame.ts";
import type { RequestId, RpcError } from "../../src/protocol/json-rpc.ts";
import { Payload } from "../../src/protocol/payload.ts";
import type { Channel } from "../../src/transport/channel.ts";
import { memoryPair } from "../../src/transport/memory.ts";

/** What a scripted server answers to one method: a result, an error, or silence. */
export type Scripted = JsonObject | { readonly error: { readonly code: number; readonly message: string } } | "silence";

/** An answer, or what makes one from the request. */
export type Script = Scripted | ((params: JsonObject, id: RequestId) => Scripted);

/** Something that a scripted server received. */
export interface Received {
  readonly method: string;
  readonly params: JsonObject;
  readonly id: RequestId | undefined;
}

/** An MCP server inside the test: answers by a script that the test may change at any time, and keeps what it received. */
export class ScriptedServer {
  readonly received: Received[] = [];
  /** What it was answered to requests of its own, by id. */
  readonly answers = new Map<RequestId, JsonObject>();
  readonly errors = new Map<RequestId, RpcError>();
  readonly #script: Record<string, Script>;
  readonly #waiting: { readonly method: string; readonly resolve: (received: Received) => void }[] = [];
  #channel: Channel | undefined;
  /** How often somebody connected. */
  connections = 0;

  constructor(script: Record<string, Script>) {
    this.#script = script;
  }

  /** What an upstream's `channel` target opens. */
  readonly open = (): Channel => {
    const [ours, theirs] = memoryPair();
    this.connections += 1;
    this.#channel = theirs;
    theirs.start({
      frame: (frame) => {
        this.#take(frame);
      },
      noise: () => undefined,
      ended: () => {
        if (this.#channel === theirs) this.#channel = undefined;
      },
    });
    return ours;
  };

  /** Whether somebody is connected. */
  get isConnected(): boolean {
    return this.#channel !== undefined;
  }

  /** Changes the script. */
  answer(method: string, scripted: Script): void {
    this.#script[method] = scripted;
  }

  /** Sends a notification unasked. */
  notify(method: string, params: JsonObject = {}): void {
    this.#channel?.send(notificationText(method, params));
  }

  /** Sends the result of an earlier request. */
  complete(id: RequestId, result: JsonObject): void {
    this.#channel?.send(answerText(id, { kind: "result", result: Payload.of(result) }));
  }

  /** Sends any text as a frame. */
  send(text: string): void {
    this.#channel?.send(text);
  }

  /** Goes away, as a process that ends. */
  async leave(): Promise<void> {
    await this.#channel?.close();
  }

  /** The next message of this method, or one that came already and was not asked for. */
  next(method: string): Promise<Received> {
    const { promise, resolve } = Promise.withResolvers<Received>();
    this.#waiting.push({ method, resolve });
    return promise;
  }

  #take(frame: Buffer): void {
    const message = readFrame(frame);
    if (message.kind === "result") this.answers.set(message.id, message.result.value);
    if (message.kind === "error" && message.id !== undefined) this.errors.set(message.id, message.error);
    if (message.kind !== "request" && message.kind !== "notification") return;
    const { method, params = {} } = message;
    const id = message.kind === "request" ? message.id : undefined;
    const received = { method, params, id };
    this.received.push(received);
    if (id !== undefined) this.#answer(id, method, params);
    for (const waiting of this.#waiting.filter((each) => each.method === method)) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve(received);
    }
  }

  #answer(id: RequestId, method: string, params: JsonObject): void {
    const scripted = this.#script[method];
    const answer = typeof scripted === "function" ? scripted(params, id) : scripted;
    if (answer === "silence") return;
    if (answer === undefined) {
      this.#channel?.send(errorText(id, { code: -32601, message: `Method not found: ${method}` }));
    } else if ("error" in answer && isRpcError(answer.error)) {
      this.#channel?.send(errorText(id, answer.error));
    } else {
      this.complete(id, answer);
    }
  }
}

function isRpcError(value: unknown): value is { readonly code: number; readonly message: string } {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** The script of a legacy server with one tool, `echo`. */
export function legacyScript(): Record<string, Scripted> {
  return {
    initialize: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: { listChanged: true }, logging: {} },
      serverInfo: { name: "scripted", version: "1" },
    },
    "tools/list": { tools: [{ name: "echo", inputSchema: { type: "object" } }] },
    "tools/call": { content: [{ type: "text", text: "hi" }] },
    "logging/setLevel": {},
  };
}

/** The script of a server of 2026-07-28 with one tool, `echo`. */
export function modernScript(): Record<string, Scripted> {
  return {
    "server/discover": {
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: { listChanged: true } },
      ttlMs: 0,
      cacheScope: "public",
    },
    "tools/list": {
      resultType: "complete",
      tools: [{ name: "echo", inputSchema: { type: "object" } }],
      ttlMs: 0,
      cacheScope: "public",
    },
    "tools/call": { resultType: "complete", content: [{ type: "text", text: "hi" }] },
    "subscriptions/listen": "silence",
  };
}
