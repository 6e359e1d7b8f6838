import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../core/json.ts";
import { type Call, type CallMethod, type Caller, isLogLevel } from "../call.ts";
import type { Codec, Freshness, Identity, ResultKind } from "../codec.ts";
import { type RequestId, type RpcError, isRequestId } from "../json-rpc.ts";
import { cacheableMethods, modernRequests } from "../methods.ts";
import { type MemberSpan, allMembers, memberNamed, memberSpans, valueText } from "../member-text.ts";
import { Payload } from "../payload.ts";
import { joined, withFirst, withInMeta } from "../result-text.ts";
import { metaKeys } from "./meta.ts";

const revision = "2026-07-28";

/**
 * The stateless revision: version, identity and capabilities travel in each request's `_meta`, and each result says its kind.
 *
 * `identity` is how the gateway names itself in requests to upstreams and in results to downstreams.
 *
 * @see MCP 2026-07-28, basic, General fields.
 */
export function modernCodec(identity: Identity): Codec {
  const dress = resultDress(identity);
  return {
    revision,
    era: "modern",
    requests: new Set(modernRequests),
    decodeCall: decodeModernCall,
    encodeResult: (method, result, freshness) =>
      dressed(result, dress, cacheableMethods.has(method) ? freshness : undefined),
    encodeError: toModernError,
    encodeNotification: (notification) => notification,
    encodeCall: (call, progressToken) => encodeModernCall(call, progressToken, identity),
    encodeParams: (params, capabilities = {}) => ({ ...params, _meta: requestMeta(identity, capabilities) }),
    decodeResult: kindOf,
  };
}

/** A request's reserved keys, read and checked. */
export interface RequestMeta {
  readonly protocolVersion: string;
  readonly caller: Caller;
}

/**
 * Reads what every request must carry, in the order a server checks it.
 *
 * @throws {GatewayError} `invalid_params` — `_meta`, the protocol version or the client's capabilities are missing or malformed.
 */
export function readRequestMeta(params: JsonObject | undefined): RequestMeta {
  const meta = params?.["_meta"];
  if (!isJsonObject(meta)) throw missing("params._meta", "an object");
  const protocolVersion = meta[metaKeys.protocolVersion];
  if (typeof protocolVersion !== "string") throw missing(`params._meta["${metaKeys.protocolVersion}"]`, "a string");
  const capabilities = meta[metaKeys.clientCapabilities];
  if (!isJsonObject(capabilities)) throw missing(`params._meta["${metaKeys.clientCapabilities}"]`, "an object");
  return { protocolVersion, caller: { info: objectAt(meta, metaKeys.clientInfo), capabilities } };
}

function missing(name: string, kind: string): GatewayError {
  return new GatewayError("invalid_params", `${name} must be ${kind}`);
}

function decodeModernCall(method: CallMethod, params: JsonObject | undefined): Call {
  const { caller } = readRequestMeta(params);
  const { _meta, ...rest } = params ?? {};
  const meta = isJsonObject(_meta) ? _meta : {};
  const { progressToken } = meta;
  if (progressToken !== undefined && !isRequestId(progressToken)) {
    throw missing("params._meta.progressToken", "a string or an integer");
  }
  const logLevel = meta[metaKeys.logLevel];
  if (logLevel !== undefined && !isLogLevel(logLevel)) {
    throw missing(`params._meta["${metaKeys.logLevel}"]`, "a log level from debug to emergency");
  }
  return { method, params: rest, meta: unreserved(meta), progressToken, logLevel, caller };
}

const lifted: ReadonlySet<string> = new Set([
  "progressToken",
  metaKeys.protocolVersion,
  metaKeys.clientInfo,
  metaKeys.clientCapabilities,
  metaKeys.logLevel,
]);

function unreserved(meta: JsonObject): JsonObject | undefined {
  const keys = Object.keys(meta).filter((key) => !lifted.has(key));
  return keys.length === 0 ? undefined : Object.fromEntries(keys.map((key) => [key, meta[key]]));
}

function requestMeta(identity: Identity, capabilities: JsonObject): Record<string, unknown> {
  return {
    [metaKeys.protocolVersion]: revision,
    [metaKeys.clientInfo]: identity,
    [metaKeys.clientCapabilities]: capabilities,
  };
}

function encodeModernCall(call: Call, progressToken: RequestId | undefined, identity: Identity): JsonObject {
  const meta = { ...call.meta, ...requestMeta(identity, call.caller.capabilities) };
  if (call.logLevel !== undefined) meta[metaKeys.logLevel] = call.logLevel;
  if (progressToken !== undefined) meta["progressToken"] = progressToken;
  return { ...call.params, _meta: meta };
}

/** The members that a result of an older server lacks, as text to be set before its own, and as values. */
interface ResultDress {
  readonly before: string;
  readonly server: string;
  readonly identity: Identity;
}

function resultDress(identity: Identity): ResultDress {
  const server = `"${metaKeys.serverInfo}":${JSON.stringify(identity)}`;
  return { before: `"resultType":"complete","_meta":{${server}}`, server, identity };
}

/*
 * A result without a kind and without `_meta`, as legacy upstreams send, is dressed by setting text before its own members. One that
 * holds either word anywhere is looked into, so that no member is there twice: in its text, so that what is not ours keeps its bytes.
 */
function dressed(result: Payload, dress: ResultDress, freshness: Freshness | undefined): Payload {
  if (freshness === undefined && endsAsUsual(result)) return result;
  if (!result.isText) return dressedValue(result, dress, freshness);
  if (freshness === undefined && !result.mayContain('"resultType"') && !result.mayContain('"_meta"')) {
    return Payload.ofText(withFirst(result.text, dress.before));
  }
  if (freshness === undefined) {
    const text = dressedBefore(result.text, dress);
    if (text !== undefined) return Payload.ofText(text);
  }
  return dressedText(result, dress, freshness) ?? dressedValue(result, dress, freshness);
}

const metaFirst = Buffer.from('{"_meta":{');

/*
 * A result that begins with its `_meta`, as one that was kept does, and holds neither word after it: nothing behind needs to be looked into.
 * Undefined for any other.
 */
function dressedBefore(text: Buffer, dress: ResultDress): Buffer | undefined {
  if (!text.subarray(0, metaFirst.length).equals(metaFirst)) return undefined;
  const { value: meta } = memberSpans(text).next();
  if (meta === undefined) return undefined;
  const rest = text.subarray(meta.end);
  if (rest.includes('"resultType"', 0, "latin1") || rest.includes('"_meta"', 0, "latin1")) return undefined;
  const complete = withFirst(text, '"resultType":"complete"');
  const own = text.subarray(meta.valueStart, meta.end);
  return hasMember(own, metaKeys.serverInfo) ? complete : withInMeta(complete, dress.server);
}

function dressedText(result: Payload, dress: ResultDress, freshness: Freshness | undefined): Payload | undefined {
  const { text } = result;
  const spans = allMembers(text);
  if (spans === undefined) return undefined;
  const named = (name: string): MemberSpan | undefined => spans.findLast((span) => span.name === name);
  const [kind, meta] = [named("resultType"), named("_meta")];
  const own = meta !== undefined && text[meta.valueStart] === openingBrace ? meta : undefined;
  const isComplete = kind === undefined || valueText(text, kind) === '"complete"';
  const namesServer = own !== undefined && hasMember(text.subarray(own.valueStart, own.end), metaKeys.serverInfo);
  const wanted = isComplete && freshness !== undefined ? freshnessMembers(freshness) : [];
  const lacking = wanted.filter(([name]) => named(name) === undefined).map(([name, value]) => `"${name}":${value}`);
  if (kind !== undefined && namesServer && lacking.length === 0) return result;
  const added = [...(kind === undefined ? ['"resultType":"complete"'] : []), ...lacking];
  if (!namesServer && own === undefined) added.push(`"_meta":{${dress.server}}`);
  const kept = own === undefined ? spans.filter(({ name }) => name !== "_meta") : spans;
  const whole = joined(text, added.join(","), kept);
  return Payload.ofText(own === undefined || namesServer ? whole : withInMeta(whole, dress.server));
}

const openingBrace = 0x7b;

function hasMember(text: Buffer, name: string): boolean {
  return text.includes(`"${name}"`, 0, "latin1") && memberNamed(text, name) !== undefined;
}

function freshnessMembers({ ttlMs, cacheScope }: Freshness): (readonly [string, string])[] {
  return [
    ["ttlMs", String(ttlMs)],
    ["cacheScope", JSON.stringify(cacheScope)],
  ];
}

/** Likewise for one that was made here, and whose text nobody has seen yet. */
function dressedValue(result: Payload, dress: ResultDress, freshness: Freshness | undefined): Payload {
  const { value } = result;
  const isComplete = value["resultType"] === undefined || value["resultType"] === "complete";
  const meta = objectAt(value, "_meta");
  if (value["resultType"] !== undefined && meta?.[metaKeys.serverInfo] !== undefined) {
    if (freshness === undefined || !isComplete || hasFreshness(value)) return result;
  }
  return Payload.of({
    resultType: "complete",
    ...(isComplete && freshness !== undefined ? freshness : {}),
    ...value,
    _meta: { [metaKeys.serverInfo]: dress.identity, ...meta },
  });
}

/** A complete result that names its server, as the official SDK writes it; a longer one is found out by parsing. */
const usualEnd = /,"resultType":"complete","_meta":\{"io\.modelcontextprotocol\/serverInfo":\{[^{}]*\}\}\}$/;
const usualEndBytes = 512;

/*
 * The last brace of a result closes it, so that the members right before that brace are its own (see readFrame). To find them by parsing
 * costs a tenth of all that this process does for a call.
 */
function endsAsUsual(result: Payload): boolean {
  return result.endsLike(usualEnd, usualEndBytes);
}

function hasFreshness(value: JsonObject): boolean {
  return typeof value["ttlMs"] === "number" && typeof value["cacheScope"] === "string";
}

const invalidParams = -32602;
const internalError = -32603;
/**
 * Codes of older revisions that 2026-07-28 forbids to emit (basic, Error Codes), and what stands for them now: for a resource that does
 * not exist, and for an upstream that wants a page visited first, which it can no longer say by an error.
 */
const retired: ReadonlyMap<number, number> = new Map([
  [-32002, invalidParams],
  [-32042, internalError],
]);

function toModernError(error: RpcError): RpcError {
  const code = retired.get(error.code);
  return code === undefined ? error : { ...error, code };
}

const completeFirst = Buffer.from('{"resultType":"complete"');

function kindOf(result: Payload): ResultKind {
  if (endsAsUsual(result)) return "complete";
  if (!result.mayContain('"resultType"')) return "complete";
  if (result.text.subarray(0, completeFirst.length).equals(completeFirst)) return "complete";
  const kind = result.value["resultType"];
  if (kind === undefined || kind === "complete") return "complete";
  if (kind === "input_required" || kind === "task") return kind;
  throw new GatewayError(
    "upstream_protocol_error",
    `The upstream answered with a result of unknown kind ${JSON.stringify(kind)}`,
  );
}
