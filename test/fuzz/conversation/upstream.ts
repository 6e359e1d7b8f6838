import assert from "node:assert/strict";
import { type JsonObject, isJsonObject } from "../../../src/core/json.ts";
import { type RequestId, isRequestId } from "../../../src/protocol/json-rpc.ts";
import { metaKeys } from "../../../src/protocol/rev-2026-07-28/meta.ts";
import type { Channel } from "../../../src/transport/channel.ts";
import { memoryPair } from "../../../src/transport/memory.ts";
import type { Side } from "./steps.ts";

interface Request {
  readonly id: RequestId;
  readonly params: JsonObject;
}

const capabilities = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true },
  completions: {},
  logging: {},
};

const features: Readonly<Record<string, JsonObject>> = {
  "tools/list": { tools: [{ name: "echo", inputSchema: { type: "object" } }] },
  "prompts/list": { prompts: [{ name: "greet" }] },
  "resources/list": { resources: [{ uri: "x://old", name: "old" }] },
  "resources/templates/list": { resourceTemplates: [{ uriTemplate: "x://{any}", name: "any" }] },
  "resources/subscribe": {},
  "resources/unsubscribe": {},
  "logging/setLevel": {},
  ping: {},
};

/** An upstream that answers the handshake and the lists at once, and calls when it is told to, as it is told to. */
export class FuzzedUpstream {
  readonly #side: Side;
  #channel: Channel | undefined;
  /** Requests of this connection, in the order in which they came. */
  #requests: Request[] = [];
  #open = new Set<RequestId>();
  #ids = new Set<RequestId>();

  constructor(side: Side) {
    this.#side = side;
  }

  readonly open = (): Channel => {
    const [ours, theirs] = memoryPair();
    this.#channel = theirs;
    this.#requests = [];
    this.#open = new Set();
    this.#ids = new Set();
    theirs.start({
      frame: (frame) => {
        if (this.#channel === theirs) this.#take(JSON.parse(frame.toString("utf8")));
      },
      noise: (text) => assert.fail(`the gateway sent noise: ${text}`),
      ended: () => undefined,
    });
    return ours;
  };

  #take(message: unknown): void {
    assert.ok(isJsonObject(message) && message["jsonrpc"] === "2.0");
    const { id, method } = message;
    const params = isJsonObject(message["params"]) ? message["params"] : {};
    if (typeof method !== "string") return;
    if (isRequestId(id)) {
      assert.ok(!this.#ids.has(id), `the id ${id} was used before`);
      this.#ids.add(id);
      this.#takeRequest(id, method, params);
    } else if (method === "notifications/cancelled") {
      const { requestId } = params;
      assert.ok(isRequestId(requestId) && this.#ids.has(requestId), "only what was sent is cancelled");
      this.#open.delete(requestId);
    }
  }

  #takeRequest(id: RequestId, method: string, params: JsonObject): void {
    const scripted = this.#scripted(method, id);
    if (scripted === "open") {
      this.#requests.push({ id, params });
      this.#open.add(id);
    } else if (scripted !== "silence") this.#send({ jsonrpc: "2.0", id, ...scripted });
  }

  #scripted(method: string, id: RequestId): JsonObject | "open" | "silence" {
    const isModern = this.#side === "fresh";
    if (method === "initialize" && !isModern) {
      return { result: { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "old", version: "0" } } };
    }
    if (method === "server/discover" && isModern) {
      return { result: { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities } };
    }
    if (method === "subscriptions/listen") {
      const params = { notifications: {}, _meta: { [metaKeys.subscriptionId]: id } };
      this.#send({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params });
      return "silence";
    }
    const list = features[method];
    if (list !== undefined) return { result: list };
    if (method === "initialize" || method === "server/discover") return { error: { code: -32601, message: "no" } };
    return "open";
  }

  #send(message: JsonObject): void {
    this.sendBytes(Buffer.from(JSON.stringify(message)));
  }

  sendBytes(bytes: Buffer): void {
    try {
      this.#channel?.send(bytes);
    } catch {
      // It has left.
    }
  }

  #at(which: number): Request | undefined {
    return this.#requests.at(-1 - which);
  }

  /** Answers one of the requests, also one that it has answered before. */
  answer(which: number, answer: JsonObject): void {
    const request = this.#at(which);
    if (request === undefined) return;
    this.#open.delete(request.id);
    this.#send({ jsonrpc: "2.0", id: request.id, ...answer });
  }

  echo(which: number): void {
    const request = this.#at(which);
    if (request !== undefined && this.#open.has(request.id)) this.#echo(request);
  }

  #echo({ id, params }: Request): void {
    this.#open.delete(id);
    const given = params["arguments"];
    const stamp = isJsonObject(given) ? { stamp: given["stamp"] } : {};
    this.#send({ jsonrpc: "2.0", id, result: { content: [], contents: [], messages: [], ...stamp } });
  }

  progress(which: number, more: JsonObject): void {
    const meta = this.#at(which)?.params["_meta"];
    const progressToken = isJsonObject(meta) ? meta["progressToken"] : undefined;
    this.#send({ jsonrpc: "2.0", method: "notifications/progress", params: { ...more, progressToken } });
  }

  /** Answers every request that is open. */
  echoAll(): void {
    for (const request of this.#requests) if (this.#open.has(request.id)) this.#echo(request);
  }

  leave(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    void channel?.close();
  }
}
