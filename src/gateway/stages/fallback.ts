import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, objectAt } from "../../core/json.ts";
import { policyFor } from "../../policy/call-policy.ts";
import { type FallbackOptions, filledIn, isUpstreamSide } from "../../policy/fallback.ts";
import { Payload } from "../../protocol/payload.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";
import { isReadOnly } from "../profile.ts";

/** Where a result says that it is another tool's, or a prepared one. */
export const fallbackKey = "switchyard/fallback";

/**
 * Where all inside failed through the upstream, answers with what the configuration names: another tool's result, for which the call takes
 * the whole path anew, or a prepared one. What stands in for a tool is itself not stood in for.
 */
export const fallback: Stage = {
  name: "fallback",
  around: (next) => (passage) => {
    const { policy, isFallback } = passage;
    return policy.fallback === undefined || policy.fallback === false || isFallback
      ? next(passage)
      : guarded(next, passage, policy.fallback);
  },
};

async function guarded(next: Next, passage: Passage, options: FallbackOptions): Promise<CallAnswer> {
  try {
    return await next(passage);
  } catch (thrown) {
    // Whoever has left is not answered otherwise.
    if (!isUpstreamSide(thrown) || passage.inbound.controller.signal.aborted) throw thrown;
    return standIn(passage, options, thrown);
  }
}

function standIn(passage: Passage, options: FallbackOptions, failure: GatewayError): Promise<CallAnswer> | CallAnswer {
  const { record } = passage.inbound;
  const from = options.kind === "tool" ? `${options.upstream}/${options.tool}` : "result";
  if (record !== undefined) record.fallback = from;
  if (options.kind === "result") return marked(passage, options.result, from, failure);
  return ofTool(passage, options, from, failure);
}

async function ofTool(
  passage: Passage,
  options: Extract<FallbackOptions, { kind: "tool" }>,
  from: string,
  failure: GatewayError,
): Promise<CallAnswer> {
  const redirected = passageTo(passage, options);
  if (redirected === undefined) throw also(failure, from, "unknown_tool");
  let outcome: CallAnswer;
  try {
    outcome = await passage.gateway.path(redirected);
  } catch (thrown) {
    throw also(failure, from, thrown instanceof GatewayError ? thrown.code : "internal_error");
  }
  // Only what is an answer as it stands can stand for another tool's: the next round would go to that one.
  if (outcome.kind !== "complete" || outcome.answer.kind === "error")
    throw also(failure, from, "upstream_protocol_error");
  return marked(passage, outcome.answer.result.value, from, failure);
}

/** The call as one of the other tool; undefined where its upstream does not offer that. */
function passageTo(
  passage: Passage,
  { upstream: name, tool, arguments: template }: Extract<FallbackOptions, { kind: "tool" }>,
): Passage | undefined {
  const { gateway, call, target } = passage;
  const upstream = gateway.upstreams.find((each) => each.name === name);
  const definition = upstream?.definitions.tools.find((each) => each["name"] === tool);
  if (upstream === undefined || definition === undefined) return undefined;
  const given = objectAt(target.params, "arguments") ?? {};
  const params = { name: tool, arguments: template === undefined ? given : filledIn(template, given) };
  return {
    ...passage,
    call: { ...call, params, task: undefined },
    target: { upstream, params, definition, isReading: isReadOnly(definition) },
    tool,
    policy: policyFor(gateway.policies, name, tool),
    isFallback: true,
  };
}

function marked({ target, tool }: Passage, result: JsonObject, from: string, { code }: GatewayError): CallAnswer {
  const mark = { for: `${target.upstream.name}/${tool}`, from, code };
  const value = { ...result, _meta: { ...objectAt(result, "_meta"), [fallbackKey]: mark } };
  return { kind: "complete", answer: { kind: "result", result: Payload.of(value) } };
}

/** The failure of the tool itself, which says also what became of its fallback. */
function also(failure: GatewayError, from: string, code: string): GatewayError {
  const data = { ...failure.data, fallback: { from, code } };
  return new GatewayError(failure.code, failure.message, { data, cause: failure });
}
