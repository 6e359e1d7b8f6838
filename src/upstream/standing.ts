import type { Fact } from "../events/fact.ts";
import type { DefinitionFact } from "./definition-facts.ts";
import type { UpstreamState } from "./state.ts";

/** A change of state as the fact that is told of it. */
export function factOf(upstream: string, state: UpstreamState, before: UpstreamState): Fact {
  const problem = "problem" in state ? state.problem : undefined;
  return {
    type: "upstream.changed",
    upstream,
    from: before.kind,
    state: state.kind,
    since: state.since,
    attempts: "attempts" in state ? state.attempts : 0,
    ...(problem && {
      stage: problem.stage,
      code: problem.code,
      message: problem.message,
      suggestion: problem.suggestion,
    }),
    ...(state.kind === "disabled" ? { by: state.by } : {}),
    ...(state.kind === "recovering" ? { nextTryAt: state.nextTryAt } : {}),
  };
}

const definitionTypes = {
  definition_added: "definition.added",
  definition_changed: "definition.changed",
  definition_removed: "definition.removed",
  definition_approved: "definition.approved",
} as const satisfies Record<DefinitionFact["type"], Fact["type"]>;

/** What became of a definition as the fact that is told of it. */
export function factOfDefinition(found: DefinitionFact): Fact {
  const { type, upstream, kind, name } = found;
  const isQuarantined = "isQuarantined" in found && found.isQuarantined;
  return { type: definitionTypes[type], upstream, kind, name, isQuarantined };
}
