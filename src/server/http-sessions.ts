import type { Principal } from "../access/principal.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type Route, routeKey } from "../gateway/route.ts";
import type { Session } from "../gateway/session.ts";
import type { Sessions } from "../gateway/sessions.ts";
import { eraOf, isRevision, legacyRevisions } from "../protocol/revision.ts";
import { unsupportedVersion } from "./modern.ts";
import { ReplayLog } from "./replay.ts";
import { type OpenReplay, acceptsOf } from "./reply.ts";
import { sendUnasked } from "./session-stream.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";

/** Whether a request says that it belongs to a session. */
export function isInSession(request: HttpRequest): boolean {
  return request.headers["mcp-session-id"] !== undefined;
}

/** The revision that the headers of a request name. */
export function versionOf(request: HttpRequest): string | undefined {
  const version = request.headers["mcp-protocol-version"];
  return typeof version === "string" ? version : undefined;
}

/**
 * Sessions as HTTP has them: named in a header, with streams that outlive their connections, and ended by DELETE.
 *
 * @see MCP 2025-11-25, basic/transports, Session Management and Resumability and Redelivery.
 */
export class HttpSessions {
  readonly #sessions: Sessions;
  readonly #clock: Clock;
  readonly #replay = new WeakMap<Session, ReplayLog>();

  constructor(sessions: Sessions, clock: Clock) {
    this.#sessions = sessions;
    this.#clock = clock;
  }

  /**
   * The session that a request belongs to.
   *
   * @throws {GatewayError} `session_required` — it names none; `session_not_found` — there is none of that id at this route, or it is
   *   another's;
   *   `unsupported_protocol_version` — its header names a revision without sessions.
   */
  of(request: HttpRequest, route: Route, principal: Principal): Session {
    const id = request.headers["mcp-session-id"];
    if (typeof id !== "string") {
      throw new GatewayError(
        "session_required",
        "This request belongs to no session: the Mcp-Session-Id header is missing",
      );
    }
    const session = this.#sessions.use(id, principal);
    if (session === undefined || routeKey(session.route) !== routeKey(route)) {
      throw new GatewayError("session_not_found", "There is no such session");
    }
    const version = versionOf(request);
    if (version !== undefined && (!isRevision(version) || eraOf(version) !== "legacy"))
      throw unsupportedVersion(version, legacyRevisions);
    return session;
  }

  /**
   * Opens the stream of a session, or goes on with one whose connection broke.
   *
   * @throws {GatewayError} `method_not_allowed` — the request belongs to no session; `not_acceptable`; what {@link of} throws.
   */
  listen(request: HttpRequest, response: HttpResponse, route: Route, principal: Principal): void {
    if (!isInSession(request)) {
      response.setHeader("allow", "POST");
      throw new GatewayError("method_not_allowed", "Without a session there is no stream to open");
    }
    const session = this.of(request, route, principal);
    if (!acceptsOf(request).stream) {
      throw new GatewayError("not_acceptable", "The stream of a session is text/event-stream");
    }
    const stay = principal.tenure.during(() => response.destroy());
    response.on("close", stay);
    const log = this.#replayOf(session);
    const lastEventId = request.headers["last-event-id"];
    const resumed = typeof lastEventId === "string" ? log.resume(response, lastEventId) : undefined;
    if (resumed?.purpose === "answer") return;
    const stream = resumed ?? log.open(response, "unasked", isPrimed(session), { "mcp-session-id": session.id });
    sendUnasked(session, stream, response, this.#clock);
  }

  /**
   * Ends the session that a request belongs to.
   *
   * @throws {GatewayError} what {@link of} throws.
   */
  end(request: HttpRequest, response: HttpResponse, route: Route, principal: Principal): void {
    this.#sessions.end(this.of(request, route, principal).id);
    response.writeHead(204);
    response.end();
  }

  /** How the answer to a request of this session becomes a stream that can be taken up again. */
  replayFor(session: Session): OpenReplay {
    return (response) => this.#replayOf(session).open(response, "answer", isPrimed(session));
  }

  #replayOf(session: Session): ReplayLog {
    const known = this.#replay.get(session);
    if (known !== undefined) return known;
    const log = new ReplayLog(this.#clock, session.isRevived);
    this.#replay.set(session, log);
    session.onEnd(() => {
      log.close();
    });
    return log;
  }
}

/** From 2025-11-25 on a stream begins with an event that only brings an id; older clients would take it for a message. */
function isPrimed({ codec }: Session): boolean {
  return codec.revision === "2025-11-25";
}
