import type { Signal } from "../core/canceller.ts";
import type { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Notification } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { Revision } from "../protocol/revision.ts";
import type { Asked } from "./server-request.ts";

/** One request on its way over a link. */
export interface LinkRequest {
  /** From {@link Link.newId}. */
  readonly id: number;
  readonly method: string;
  readonly params: JsonObject;
  /** Headers of its own, on a link that has headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Ends the wait: the upstream is told, and the promise rejects with the signal's reason. */
  readonly signal: Signal;
  /** Called with the notifications that belong to this request. */
  readonly onNotification?: ((notification: Notification) => void) | undefined;
  /** Told of every sign of life that comes for this request, whatever it means; on links that have a stream for each. */
  readonly onHeard?: (() => void) | undefined;
  /** Who answers what the upstream asks while it works on this request. */
  readonly asked?: Asked | undefined;
}

/** What a link tells its owner besides answers. */
export interface LinkReceiver {
  /** A notification that belongs to no request under way; progress may be that of a call that goes on as a task. */
  notification(notification: Notification): void;
  /** Something on the line that is no message: for people. */
  noise(text: string): void;
  /** The link is over; called once. Requests under way have been rejected. */
  ended(problem: GatewayError): void;
}

/**
 * The way to one upstream, whatever carries it: requests go out, answers and notifications come back.
 *
 * A link knows JSON-RPC and its transport, not what the methods mean.
 */
export interface Link {
  /** An id that no request on this link has had. Also serves as that request's progress token. */
  newId(): number;
  /**
   * Sends a request and resolves with its answer, an error answer included.
   *
   * @throws {GatewayError} `upstream_unavailable` — not sent, so nothing happened upstream; `upstream_disconnected` — the answer was
   *   lost, so what happened is unknown; `upstream_protocol_error` — what came is no answer; `upstream_refused_credentials`.
   */
  request(request: LinkRequest): Promise<Answer>;
  /** Sends a notification. Failures show in the next request, not here. */
  notify(method: string, params: JsonObject | undefined): void;
  /** From now on, this revision was agreed on. A legacy one over HTTP begins to listen for what the upstream sends unasked. */
  speak(revision: Revision): void;
  /** Whether requests travel with headers, in which some arguments are repeated. */
  readonly hasHeaders: boolean;
  /** The last lines that a child wrote to stderr; empty where there is no child. */
  stderr(): string[];
  /** The child's process id, where there is a child. */
  readonly pid: number | undefined;
  /** Ends the link; resolves when nothing of it is left. Safe to call twice. */
  close(): Promise<void>;
}
