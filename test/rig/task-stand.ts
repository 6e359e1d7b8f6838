import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { localPrincipal } from "../../src/access/principal.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type Outcome, dispatch } from "../../src/gateway/dispatch.ts";
import { Gateway } from "../../src/gateway/gateway.ts";
import type { Route } from "../../src/gateway/route.ts";
import { Session } from "../../src/gateway/session.ts";
import type { Notification, Question } from "../../src/protocol/call.ts";
import { codecsFor } from "../../src/protocol/codecs.ts";
import type { Answer } from "../../src/protocol/json-rpc.ts";
import { Payload } from "../../src/protocol/payload.ts";
import { metaKeys } from "../../src/protocol/rev-2026-07-28/meta.ts";
import { tasksExtension } from "../../src/protocol/tasks.ts";
import { type Script, ScriptedServer, legacyScript, modernScript } from "./scripted-server.ts";
import { standDeps } from "./upstream-stand.ts";

export const identity = { name: "switchyard", title: "Switchyard", version: "0" };
const codecs = codecsFor(identity);
export const extensions = { [tasksExtension]: {} };
const inputSchema = { type: "object" };

/** A gateway in front of a scripted server of each generation of tasks, and of one without, with a clock that the test moves. */
export class TaskStand implements AsyncDisposable {
  readonly clock = new ManualClock();
  /** Of 2025-11-25, with tools that must, may and never become tasks. */
  readonly old = new ScriptedServer({
    ...legacyScript(),
    initialize: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
      serverInfo: { name: "old", version: "1" },
    },
    "tools/list": {
      tools: [
        { name: "must", inputSchema, execution: { taskSupport: "required" } },
        { name: "may", inputSchema, execution: { taskSupport: "optional" } },
        { name: "never", inputSchema, execution: { taskSupport: "forbidden" } },
      ],
    },
  });
  /** Of 2026-07-28, with the extension. */
  readonly fresh = new ScriptedServer({
    ...modernScript(),
    "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {}, extensions } },
  });
  /** Of 2025-11-25, without tasks. */
  readonly plain = new ScriptedServer(legacyScript());
  readonly gateway: Gateway;

  constructor() {
    const { old, fresh, plain } = this;
    this.gateway = new Gateway({
      upstreams: Object.entries({ old, fresh, plain }).map(([name, { open }]) => ({
        name,
        target: { kind: "channel", open },
        timeoutMs: 1000,
        startTimeoutMs: 5000,
      })),
      deps: standDeps(this.clock),
      stateKey: Buffer.alloc(32, 7),
    });
  }

  async start(): Promise<void> {
    this.gateway.start();
    await Promise.all(this.gateway.upstreams.map(({ settled }) => settled));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
  }

  /** A client of 2025-11-25. */
  legacy(): LegacyClient {
    return new LegacyClient(this.gateway);
  }

  /** A request of a client of 2026-07-28, which knows tasks unless it says otherwise. */
  modern(method: string, params: JsonObject = {}, { capabilities, notify }: ModernOptions = {}): Promise<Outcome> {
    const meta = {
      [metaKeys.protocolVersion]: "2026-07-28",
      [metaKeys.clientCapabilities]: capabilities ?? { elicitation: {}, extensions },
    };
    return dispatch(
      this.gateway,
      {
        route: { kind: "all" },
        codec: codecs["2026-07-28"],
        method,
        params: { ...params, _meta: meta },
        session: undefined,
        caller: { info: undefined, capabilities: {} },
        controller: new AbortController(),
        notify: notify ?? (() => undefined),
        principal: localPrincipal,
        origin: { entrance: "internal", address: undefined },
        ask: undefined,
      },
      1,
    );
  }
}

interface ModernOptions {
  readonly capabilities?: JsonObject;
  readonly notify?: (notification: Notification) => void;
}

/** A legacy client: a session, what it was told unasked, and how it answers. */
export class LegacyClient {
  readonly told: Notification[] = [];
  readonly asked: Question[] = [];
  readonly #gateway: Gateway;
  readonly #session: Session;
  readonly end: () => void;
  answer: (question: Question) => Promise<Answer> = () => Promise.resolve(result({ action: "accept" }));

  constructor(gateway: Gateway) {
    const caller = { info: undefined, capabilities: { elicitation: {} } };
    this.#gateway = gateway;
    this.#session = new Session({
      id: "",
      route: { kind: "all" },
      principal: localPrincipal,
      codec: codecs["2025-11-25"],
      caller,
    });
    this.end = gateway.subscribe(this.#session);
    this.#session.open(
      (notification) => this.told.push(notification) > 0,
      () => undefined,
    );
  }

  ask(
    method: string,
    params: JsonObject = {},
    more: { readonly controller?: AbortController; readonly route?: Route } = {},
  ): Promise<Outcome> {
    const session = this.#session;
    return dispatch(
      this.#gateway,
      {
        route: session.route,
        codec: session.codec,
        method,
        params,
        session,
        caller: session.caller,
        controller: new AbortController(),
        notify: (notification) => this.told.push(notification),
        principal: localPrincipal,
        origin: { entrance: "internal", address: undefined },
        ask: (question) => {
          this.asked.push(question);
          return this.answer(question);
        },
        ...more,
      },
      1,
    );
  }
}

const created = "2026-01-01T00:00:00Z";

/** A task of 2025-11-25 as the scripted server has it. */
export function legacyState(status: string, more: JsonObject = {}): JsonObject {
  const times = { createdAt: created, lastUpdatedAt: created };
  return { taskId: "t-1", status, ...times, ttl: 60_000, pollInterval: 500, ...more };
}

/** The same of the extension. */
export function modernState(status: string, more: JsonObject = {}): JsonObject {
  const times = { createdAt: created, lastUpdatedAt: created };
  return { taskId: "t-1", status, ...times, ttlMs: 60_000, pollIntervalMs: 500, ...more };
}

export function result(value: JsonObject): Answer {
  return { kind: "result", result: Payload.of(value) };
}

export function valueOf({ answer }: Outcome): JsonObject {
  assert.equal(answer.kind, "result", JSON.stringify(answer));
  return answer.kind === "result" ? answer.result.value : {};
}

export function codeOf({ answer }: Outcome): number {
  assert.equal(answer.kind, "error", JSON.stringify(answer));
  return answer.kind === "error" ? answer.error.code : 0;
}

/** The params of the latest request of this method. */
export function paramsOf(server: ScriptedServer, method: string): JsonObject | undefined {
  return server.received.findLast((received) => received.method === method)?.params;
}

/** Resolves when what can go on without the clock has gone on. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 30; turns += 1) await turn();
}

/** Answers differently from time to time; at last always the same. */
export function inTurn(...answers: readonly JsonObject[]): Script {
  let last = -1;
  return () => {
    last = Math.min(last + 1, answers.length - 1);
    return answers[last] ?? {};
  };
}
