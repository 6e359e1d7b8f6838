import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import type { Codec, Identity } from "../protocol/codec.ts";
import type { Codecs } from "../protocol/codecs.ts";
import type { Answer, RpcError } from "../protocol/json-rpc.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { isRevision, modernRevisions, newest } from "../protocol/revision.ts";
import type { Link } from "./link.ts";
import { passedOn } from "./server-request.ts";

/** What both sides agreed on, and what the upstream says of itself. */
export interface Handshake {
  readonly codec: Codec;
  readonly serverInfo: JsonObject | undefined;
  readonly capabilities: JsonObject;
  readonly instructions: string | undefined;
}

/** What a handshake needs. */
export interface HandshakeOptions {
  readonly link: Link;
  readonly codecs: Codecs;
  readonly identity: Identity;
  readonly clock: Clock;
  /** How long an upstream may be silent on the modern probe before `initialize` is sent as well, in ms; undefined: for ever. */
  readonly silenceMs: number | undefined;
  /** Whether what carries the link is older than any modern revision, so that nothing need be probed. */
  readonly isLegacy: boolean;
}

/** Codes only a server of 2026-07-28 or later answers the probe with: it is modern, but not as we hoped. */
const modernErrors: ReadonlySet<number> = new Set([-32020, -32021, -32022]);
const unsupportedVersion = -32022;

/**
 * Finds out which era the upstream speaks and agrees on a revision.
 *
 * The probe is `server/discover`; any answer but a modern one, or silence, is followed by `initialize`. An upstream that was merely
 * slow may answer both: whichever succeeds first counts. HTTP statuses that say nothing about the era (401, 403, 5xx) fail at once.
 *
 * @throws {GatewayError} `upstream_protocol_error` — no revision in common, or neither handshake was answered properly; and what
 *   {@link Link.request} throws.
 * @see MCP 2026-07-28, basic/versioning and basic/transports/stdio, Backward Compatibility.
 */
export async function shakeHands(options: HandshakeOptions, signal: AbortSignal): Promise<Handshake> {
  const handshake = await agree(options, signal);
  const { link } = options;
  link.speak(handshake.codec.revision);
  if (handshake.codec.era === "legacy") link.notify("notifications/initialized", undefined);
  return handshake;
}

async function agree(options: HandshakeOptions, signal: AbortSignal): Promise<Handshake> {
  if (options.isLegacy) return initialize(options, signal);
  const probe = discover(options, signal);
  const outcome = await orSilence(probe, options);
  if (outcome === "legacy") return initialize(options, signal);
  if (outcome !== "silent") return outcome;
  const late = probe.then((found) => (found === "legacy" ? neverModern() : found));
  return Promise.any([late, initialize(options, signal)]).catch((thrown: unknown) => {
    throw mostTelling(thrown);
  });
}

async function orSilence<T>(probe: Promise<T>, { clock, silenceMs }: HandshakeOptions): Promise<T | "silent"> {
  if (silenceMs === undefined) return probe;
  const { promise, resolve } = Promise.withResolvers<"silent">();
  const stopTimer = clock.after(silenceMs, () => {
    resolve("silent");
  });
  return Promise.race([probe, promise]).finally(stopTimer);
}

function neverModern(): never {
  throw new GatewayError("upstream_protocol_error", "The upstream does not speak a modern revision");
}

/** Of several failures, the one of `initialize`, which comes last. */
function mostTelling(thrown: unknown): unknown {
  if (!(thrown instanceof AggregateError)) return thrown;
  const errors: unknown[] = thrown.errors;
  return errors.at(-1);
}

/** Statuses by which a server of HTTP+SSE answers what is posted to the address of its event stream. */
const olderStatuses: ReadonlySet<unknown> = new Set([400, 404, 405]);

/**
 * Whether a handshake over Streamable HTTP failed as it does with a server that knows only HTTP+SSE.
 *
 * @see MCP 2026-07-28, basic/transports/streamable-http, HTTP+SSE Transport (2024-11-05).
 */
export function mayBeOlderTransport(thrown: unknown): boolean {
  if (!(thrown instanceof GatewayError)) return false;
  const { status, code } = thrown.data ?? {};
  return olderStatuses.has(status) && !(typeof code === "number" && modernErrors.has(code));
}

async function discover(options: HandshakeOptions, signal: AbortSignal): Promise<Handshake | "legacy"> {
  const codec = options.codecs[newest.modern];
  let answer = await askToDiscover(options, signal);
  // A version that is refused and named as supported all the same is tried once more (basic/versioning).
  if (answer?.kind === "error" && supportedIn(answer.error).includes(newest.modern)) {
    answer = await askToDiscover(options, signal);
  }
  if (answer === undefined) return "legacy";
  if (answer.kind === "error") return modernErrors.has(answer.error.code) ? unsupported(answer.error) : "legacy";
  const result = resultOf(answer);
  const supported = result["supportedVersions"];
  if (!Array.isArray(supported)) return "legacy";
  if (!supported.includes(newest.modern)) return initializable(supported) ? "legacy" : noneInCommon(supported);
  return {
    codec,
    serverInfo: objectAt(objectAt(result, "_meta") ?? {}, metaKeys.serverInfo),
    capabilities: objectAt(result, "capabilities") ?? {},
    instructions: stringAt(result, "instructions"),
  };
}

/** Undefined where the failure says that the upstream is a legacy one. */
async function askToDiscover({ link, codecs }: HandshakeOptions, signal: AbortSignal): Promise<Answer | undefined> {
  const request = { method: "server/discover", params: codecs[newest.modern].encodeParams({}), signal };
  return link.request({ id: link.newId(), ...request }).catch((thrown: unknown) => {
    if (saysNothingOfEra(thrown)) throw thrown;
    return undefined;
  });
}

function saysNothingOfEra(thrown: unknown): boolean {
  if (!(thrown instanceof GatewayError)) return true;
  const status = thrown.data?.["status"];
  if (thrown.code !== "upstream_protocol_error" && thrown.code !== "upstream_disconnected") return true;
  return typeof status !== "number" || status >= 500;
}

function initializable(supported: readonly unknown[]): boolean {
  return supported.some((version) => isRevision(version) && !modernRevisions.includes(version));
}

function unsupported(error: RpcError): never | "legacy" {
  const supported = supportedIn(error);
  if (initializable(supported)) return "legacy";
  return noneInCommon(supported.length > 0 ? supported : [error.message]);
}

/** The revisions that an UnsupportedProtocolVersionError names. */
function supportedIn({ code, data }: RpcError): readonly unknown[] {
  const supported = code === unsupportedVersion && isJsonObject(data) ? data["supported"] : undefined;
  return Array.isArray(supported) ? supported : [];
}

function noneInCommon(supported: readonly unknown[]): never {
  throw new GatewayError(
    "upstream_protocol_error",
    `No protocol revision in common: the upstream supports ${supported.map(String).join(", ")}`,
    { data: { stage: "handshake", supported } },
  );
}

async function initialize(options: HandshakeOptions, signal: AbortSignal): Promise<Handshake> {
  const { link, codecs, identity } = options;
  const params = { protocolVersion: newest.legacy, capabilities: passedOn, clientInfo: identity };
  const answer = await link.request({ id: link.newId(), method: "initialize", params, signal });
  if (answer.kind === "error") throw refusedInitialize(answer.error, {});
  const result = resultOf(answer);
  const revision = result["protocolVersion"];
  if (!isRevision(revision)) {
    throw new GatewayError("upstream_protocol_error", `The upstream wants the unknown revision ${String(revision)}`, {
      data: { stage: "handshake" },
    });
  }
  return {
    codec: codecs[revision],
    serverInfo: objectAt(result, "serverInfo"),
    capabilities: objectAt(result, "capabilities") ?? {},
    instructions: stringAt(result, "instructions"),
  };
}

/** What it means that `initialize` was answered with an error; over HTTP, with which status. */
export function refusedInitialize({ code, message }: RpcError, status: { readonly status?: number }): GatewayError {
  return new GatewayError("upstream_protocol_error", `The upstream refused initialize: ${message} (${code})`, {
    data: { stage: "handshake", code, ...status },
  });
}

function resultOf(answer: Extract<Answer, { kind: "result" }>): JsonObject {
  try {
    return answer.result.value;
  } catch (thrown) {
    throw new GatewayError("upstream_protocol_error", "The upstream's answer is no JSON object", { cause: thrown });
  }
}
