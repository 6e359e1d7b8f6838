import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "../core/canonical.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import type { Call } from "../protocol/call.ts";
import { answerMs } from "./questions.ts";

/** What a `requestState` of ours stands for: a call that waits here, or an upstream's own state. */
export type RequestState =
  | { readonly kind: "parked"; readonly id: string; readonly round: number }
  | { readonly kind: "relayed"; readonly state: string };

const macBytes = 32;

/**
 * Seals and opens the `requestState` that callers carry for us between two requests. A caller may do with it what it likes: what is not
 * exactly as it was sealed, too old, from another caller, or on another request, is refused.
 *
 * @see MCP 2026-07-28, basic/patterns/mrtr, Server Requirements.
 */
export class RequestStates {
  readonly #key: Buffer;
  readonly #clock: Clock;

  /** `key` must be secret, and at least 32 random bytes. */
  constructor(key: Buffer, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** `principal` is who asks; `call` the request that the caller will repeat. */
  seal(state: RequestState, principal: string, call: Call): string {
    const body = JSON.stringify({
      ...state,
      principal,
      digest: digestOf(call),
      expiresAt: this.#clock.now() + answerMs,
    });
    const text = Buffer.from(body);
    return Buffer.concat([this.#mac(text), text]).toString("base64url");
  }

  /**
   * What was sealed for this caller and this request.
   *
   * @throws {GatewayError} `invalid_params` — it was not, or too long ago.
   */
  open(sealed: string, principal: string, call: Call): RequestState {
    const bytes = Buffer.from(sealed, "base64url");
    const text = bytes.subarray(macBytes);
    if (bytes.length <= macBytes || !timingSafeEqual(bytes.subarray(0, macBytes), this.#mac(text)))
      throw refused("altered");
    const body: unknown = JSON.parse(text.toString("utf8"));
    if (!isJsonObject(body) || body["principal"] !== principal) throw refused("not this caller's");
    if (body["digest"] !== digestOf(call)) throw refused("that of another request");
    if (typeof body["expiresAt"] !== "number" || body["expiresAt"] <= this.#clock.now()) throw refused("too old");
    return stateIn(body);
  }

  #mac(text: Buffer): Buffer {
    return createHmac("sha256", this.#key).update(text).digest();
  }
}

function stateIn(body: JsonObject): RequestState {
  const { kind, round } = body;
  if (kind === "relayed") return { kind, state: stringAt(body, "state") ?? "" };
  return { kind: "parked", id: stringAt(body, "id") ?? "", round: typeof round === "number" ? round : 0 };
}

/** What the repeated request must have in common with the first: all but what answers the questions. */
function digestOf({ method, params }: Call): string {
  const { inputResponses: _responses, requestState: _state, ...salient } = params;
  return createHash("sha256")
    .update(canonicalJson([method, salient]))
    .digest("base64url");
}

function refused(why: string): GatewayError {
  return new GatewayError("invalid_params", `params.requestState is ${why}; begin again without it`);
}
