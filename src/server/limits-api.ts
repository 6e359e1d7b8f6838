import { limitsInForce } from "../gateway/limits-in-force.ts";
import { maxWatchers } from "../live/hub.ts";
import type { ApiDeps } from "./api-deps.ts";
import { maxBodyBytes } from "./body.ts";
import type { Exchange } from "./endpoint.ts";
import { answerJson, maxUnreadBytes } from "./reply.ts";

/** Answers with what limits calls, sessions, requests and watchers, and how much of it is in use. */
export function answerLimits({ response, deps: { gateway, sessions, live } }: Exchange<ApiDeps>): void {
  answerJson(response, {
    ...limitsInForce(gateway),
    sessions: { max: sessions.options.max, idleMs: sessions.options.idleMs, open: sessions.size },
    watchers: { max: maxWatchers, open: live.size },
    requests: { bodyBytes: maxBodyBytes, unreadBytes: maxUnreadBytes },
  });
}
