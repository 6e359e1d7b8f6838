import { GatewayError } from "../core/errors.ts";
import type { UpstreamState } from "./state.ts";

/** Why no call can be sent to an upstream in this state, where none can. */
export function unavailable(name: string, state: UpstreamState, now: number): GatewayError {
  switch (state.kind) {
    case "awaiting_login": {
      const { problem, authorizationUrl } = state;
      return new GatewayError("login_required", problem.message, {
        data: { upstream: name, stage: problem.stage, authorizationUrl, suggestion: problem.suggestion },
      });
    }
    case "starting":
    case "recovering": {
      const { problem, attempts } = state;
      if (problem === undefined) return notConnected(name);
      const retryAfterMs = state.kind === "recovering" ? Math.max(0, state.nextTryAt - now) : 0;
      return new GatewayError("upstream_unavailable", `The upstream "${name}" is down: ${problem.message}`, {
        data: { upstream: name, stage: problem.stage, attempts, retryAfterMs, suggestion: problem.suggestion },
      });
    }
    case "disabled": {
      const why = state.problem === undefined ? `by the ${state.by}` : `by the ${state.by}: ${state.problem.message}`;
      return new GatewayError("upstream_disabled", `The upstream "${name}" was disabled ${why}`, {
        data: {
          upstream: name,
          since: state.since,
          ...(state.by === "configuration" && state.problem ? { suggestion: state.problem.suggestion } : {}),
        },
      });
    }
    case "quarantined":
      return new GatewayError("upstream_isolated", `An operator has isolated the upstream "${name}"`, {
        data: { upstream: name, since: state.since },
      });
    case "ready":
    case "degraded":
    case "stopped":
      return notConnected(name);
  }
}

function notConnected(name: string): GatewayError {
  return new GatewayError("upstream_unavailable", `The upstream "${name}" is not connected`, {
    data: { upstream: name },
  });
}
