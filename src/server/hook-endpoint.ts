import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type Hooks, comeBackMs } from "../gateway/hooks.ts";
import type { HookVerdict } from "../protocol/hook.ts";
import { decoded } from "./address.ts";
import { readBody } from "./body.ts";
import { refuse } from "./reply.ts";

const prefix = "/hooks/";

/** What is taken there, in a sentence. */
export const hookSays =
  "Takes what the system behind the connector of this name posts by itself, where it is signed: 202, or 403 for everything else; see docs/connectors.md";

/** Most that may be posted at once, in bytes. */
export const maxHookBytes = 256 * 1024;

/** How long one may take to come and be judged, in ms: who posts waits five seconds for the answer, as a rule. */
const patienceMs = 4000;

/** What the endpoint serves. */
export interface HookEndpointDeps {
  readonly clock: Clock;
  readonly hooks: Hooks;
  readonly addressOf: (request: IncomingMessage) => string;
}

/**
 * Takes what the systems behind connectors post by themselves, at `/hooks/NAME`. Who posts is answered as soon as that is judged; what follows from it
 * comes afterwards. All that is refused is refused alike.
 */
export class HookEndpoint {
  readonly #deps: HookEndpointDeps;
  readonly #closing = new AbortController();

  constructor(deps: HookEndpointDeps) {
    this.#deps = deps;
  }

  /** Whether an address is one of these. */
  static isAt(path: string): boolean {
    return path.startsWith(prefix);
  }

  /** @throws {GatewayError} `method_not_allowed`; what {@link Hooks.admit} throws. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method !== "POST") throw new GatewayError("method_not_allowed", `${prefix}NAME takes POST only`);
    // Who left while the gateway began is not heard of again.
    if (response.destroyed) return;
    const { clock, hooks, addressOf } = this.#deps;
    const post = hooks.admit(decoded(path.slice(prefix.length)), addressOf(request));
    const limit = deadline(clock, patienceMs, this.#closing.signal, tooSlow);
    limit.signal.addEventListener("abort", () => {
      refuse(response, toGatewayError(limit.signal.reason));
    });
    let isJudged = false;
    const over = (): void => {
      post.over();
      limit.stop();
    };
    // What is being judged has its place also where nobody waits for the answer: else there could be any number of such.
    response.on("close", () => {
      if (!isJudged) over();
    });
    readBody(
      request,
      (body) => {
        if (limit.signal.aborted) return;
        if (body instanceof GatewayError) {
          refuse(response, body);
          return;
        }
        isJudged = true;
        void post.judged(request.headers, body, limit.signal).then((verdict) => {
          over();
          answer(response, verdict);
        });
      },
      maxHookBytes,
    );
  }

  /** Ends what is open. Safe to call twice. */
  close(): void {
    this.#closing.abort(new GatewayError("shutting_down", "The gateway is stopping"));
    this.#deps.hooks.close();
  }
}

function answer(response: ServerResponse, verdict: HookVerdict): void {
  if (response.writableEnded || response.destroyed) return;
  switch (verdict) {
    case "taken":
      response.writeHead(202, { "content-length": 0 });
      response.end();
      return;
    case "refused":
      refuse(response, new GatewayError("hook_refused", refusal));
      return;
    case "busy":
      refuse(response, new GatewayError("upstream_busy", "Too much waits to be seen to", { data: inAMoment }));
      return;
  }
}

const refusal =
  "Nothing here takes this: no connector of this name does, or it does not run, or the signature is missing or wrong";
const inAMoment = { retryAfterMs: comeBackMs };

function tooSlow(): GatewayError {
  return new GatewayError("deadline_exceeded", `It did not come, or could not be judged, within ${patienceMs} ms`);
}
