import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { Call, CallMethod, Caller, TaskWish } from "./call.ts";
import type { Codec } from "./codec.ts";
import { type RequestId, type RpcError, isRequestId } from "./json-rpc.ts";
import { cacheableMethods, legacyRequests, legacyTaskRequests } from "./methods.ts";
import { Payload } from "./payload.ts";
import { withoutMembers } from "./result-text.ts";
import type { Revision } from "./revision.ts";

/** What tells one legacy revision from another. */
export interface LegacyRevision {
  readonly revision: Revision;
  /** Members of `params` that came with a later revision, by method: left out towards an upstream of this one. */
  readonly lacks: Readonly<Partial<Record<CallMethod, readonly string[]>>>;
  /** Whether a tool call may ask to go on as a task (2025-11-25, basic/utilities/tasks). */
  readonly hasTasks?: boolean;
}

/** JSON-RPC code of a resource that does not exist, in every legacy revision (2025-11-25, server/resources, Error Handling). */
const legacyResourceNotFound = -32002;
const invalidParams = -32602;

/** The codec of a revision that begins with `initialize`. They differ in little; what they share is here. */
export function legacyCodec({ revision, lacks, hasTasks = false }: LegacyRevision): Codec {
  return {
    revision,
    era: "legacy",
    requests: new Set(hasTasks ? [...legacyRequests, ...legacyTaskRequests] : legacyRequests),
    decodeCall: (method, params, caller) => {
      const call = decodeLegacyCall(method, params, caller);
      return method === "tools/call" && "task" in call.params ? withWishRead(call, hasTasks) : call;
    },
    encodeResult: (method, result) => withoutModernMembers(method, result),
    encodeError: (error, method) => toLegacyError(error, method),
    encodeNotification: (notification) => notification,
    encodeCall: (call, progressToken) => {
      const params = encodeLegacyCall(call, progressToken, lacks[call.method]);
      return call.method === "tools/call" ? withWish(params, hasTasks ? call.task : undefined) : params;
    },
    encodeParams: (params) => params,
    decodeResult: () => "complete",
  };
}

function decodeLegacyCall(method: CallMethod, params: JsonObject | undefined, caller: Caller): Call {
  const { _meta, ...rest } = params ?? {};
  if (_meta === undefined) {
    return { method, params: rest, meta: undefined, progressToken: undefined, logLevel: undefined, caller };
  }
  if (!isJsonObject(_meta)) throw new GatewayError("invalid_params", "params._meta must be an object");
  const { progressToken, ...meta } = _meta;
  if (progressToken !== undefined && !isRequestId(progressToken)) {
    throw new GatewayError("invalid_params", "params._meta.progressToken must be a string or an integer");
  }
  return { method, params: rest, meta: emptyToUndefined(meta), progressToken, logLevel: undefined, caller };
}

/** Takes the wish for a task out of the params; revisions without tasks ignore it, as a receiver that announces none does. */
function withWishRead(call: Call, hasTasks: boolean): Call {
  const { task, ...params } = call.params;
  if (!hasTasks) return { ...call, params };
  if (!isJsonObject(task)) throw new GatewayError("invalid_params", "params.task must be an object");
  const { ttl } = task;
  if (ttl !== undefined && !(typeof ttl === "number" && ttl >= 0)) {
    throw new GatewayError("invalid_params", "params.task.ttl must be a number of milliseconds");
  }
  return { ...call, params, task: { ttlMs: ttl } };
}

/** Nothing but a wish that was understood makes a task: a client of 2026-07-28 may send the member without meaning anything by it. */
function withWish(params: JsonObject, wish: TaskWish | undefined): JsonObject {
  if (wish !== undefined) return { ...params, task: wish.ttlMs === undefined ? {} : { ttl: wish.ttlMs } };
  if (!("task" in params)) return params;
  const { task: _task, ...rest } = params;
  return rest;
}

function emptyToUndefined(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

function encodeLegacyCall(
  call: Call,
  progressToken: RequestId | undefined,
  lacks: readonly string[] | undefined,
): JsonObject {
  const params: Record<string, unknown> = { ...call.params };
  for (const member of lacks ?? []) delete params[member];
  if (progressToken !== undefined) params["_meta"] = { ...call.meta, progressToken };
  else if (call.meta !== undefined) params["_meta"] = call.meta;
  return params;
}

/** Members that 2026-07-28 added to every result, and to those that may be kept; a legacy client has no use for them. */
const modernMembers = ["resultType", "ttlMs", "cacheScope"] as const;

function withoutModernMembers(method: string, result: Payload): Payload {
  // Looked for by their names as text: nearly every result has none and need not be taken apart.
  const isKept = cacheableMethods.has(method);
  const mayHave = (isKept ? modernMembers : modernMembers.slice(0, 1)).some((member) =>
    result.mayContain(`"${member}"`),
  );
  if (!mayHave) return result;
  const bare = result.isText ? withoutMembers(result.text, modernMembers) : undefined;
  if (bare !== undefined) return bare === result.text ? result : Payload.ofText(bare);
  if (!modernMembers.some((member) => member in result.value)) return result;
  const { resultType: _resultType, ttlMs: _ttlMs, cacheScope: _cacheScope, ...rest } = result.value;
  return Payload.of(rest);
}

function toLegacyError(error: RpcError, method: string): RpcError {
  const isOurs = isJsonObject(error.data) && error.data["gateway"] === true;
  if (method !== "resources/read" || error.code !== invalidParams || !isOurs) return error;
  return isJsonObject(error.data) && error.data["code"] === "resource_not_found"
    ? { ...error, code: legacyResourceNotFound }
    : error;
}
