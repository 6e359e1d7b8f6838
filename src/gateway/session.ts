import { createHash } from "node:crypto";
import type { Principal } from "../access/principal.ts";
import { storedPrincipal } from "../access/stored-principal.ts";
import type { Controller } from "../core/canceller.ts";
import { BriefMap } from "../core/brief-map.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type Caller, type LogLevel, type Notification, reaches } from "../protocol/call.ts";
import type { Codec } from "../protocol/codec.ts";
import type { RequestId } from "../protocol/json-rpc.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { OpenQuestions } from "./open-questions.ts";
import type { Route } from "./route.ts";
import type { StoredSession } from "./session-store.ts";
import { type Subscriber, changeNotifications } from "./subscriber.ts";
import { type Watch, maxWatched } from "./watch.ts";
import type { ListKind } from "./presentation.ts";

/** Where what nobody asked for goes: false where it could not be taken. */
export type Outlet = (notification: Notification) => boolean;

/** What a session is made of. */
export interface SessionSeed {
  readonly id: string;
  readonly route: Route;
  readonly principal: Principal;
  readonly codec: Codec;
  readonly caller: Caller;
  readonly isRevived?: boolean;
}

/**
 * One downstream's conversation with us in a revision that has conversations: what was agreed on, which requests are under way, and
 * where to send what it did not ask for.
 */
export class Session implements Subscriber {
  readonly id: string;
  readonly route: Route;
  readonly codec: Codec;
  readonly caller: Caller;
  /** Whether it began in an earlier process: what that one was in the middle of is lost. */
  readonly isRevived: boolean;
  /** Called when something changes that must outlive the process. */
  onChange: (() => void) | undefined;
  /** Whether a call under way takes log messages that no stream is open for: one call only, so that none is sent twice. */
  hasLogFollower = false;
  /** What the gateway has asked the client and was not answered yet. */
  readonly questions = new OpenQuestions();
  readonly #running = new BriefMap<RequestId, Controller>();
  readonly #watches = new Map<string, Watch>();
  readonly #untold = new Set<ListKind>();
  #principal: Principal;
  #logLevel: LogLevel | undefined;
  #digest: string | undefined;
  readonly #atEnd: (() => void)[] = [];
  #hasEnded = false;
  #outlet: Outlet | undefined;
  #onStopping: (() => void) | undefined;

  constructor({ id, route, principal, codec, caller, isRevived = false }: SessionSeed) {
    this.id = id;
    this.#principal = principal;
    this.route = route;
    this.codec = codec;
    this.caller = caller;
    this.isRevived = isRevived;
  }

  /** Tells it from others without giving it away, as its id would; undefined where it has none. */
  get digest(): string | undefined {
    this.#digest ??= this.id === "" ? undefined : createHash("sha256").update(this.id).digest("hex").slice(0, 16);
    return this.#digest;
  }

  /** Whose it is: as who came last, for its rights may be others than when the session began. */
  get principal(): Principal {
    return this.#principal;
  }

  /** Goes on with it as this principal; false where it is another's. */
  takeUp(principal: Principal): boolean {
    if (principal.id !== this.#principal.id) return false;
    this.#principal = principal;
    return true;
  }

  /** Log messages from this severity on are wanted; none before the client says so. */
  get logLevel(): LogLevel | undefined {
    return this.#logLevel;
  }

  /** Whether there is a way for what nobody asked for. */
  get isListening(): boolean {
    return this.#outlet !== undefined;
  }

  /** Whether something of it is open: such a session does not give way to others. */
  get isBusy(): boolean {
    return this.#outlet !== undefined || this.#running.size > 0;
  }

  /**
   * Takes note of a request that begins.
   *
   * @throws {GatewayError} `invalid_request` — the id is that of a request still under way.
   */
  begin(id: RequestId, controller: Controller): void {
    if (this.#running.has(id)) {
      throw new GatewayError("invalid_request", `the id ${JSON.stringify(id)} is that of a request still under way`);
    }
    this.#running.set(id, controller);
  }

  /** A request is over. */
  finish(id: RequestId): void {
    this.#running.delete(id);
  }

  /** The client no longer wants the answer; unknown ids are ignored, as the answer may have crossed. */
  cancel(params: JsonObject | undefined): void {
    const { requestId, reason } = params ?? {};
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    const said = typeof reason === "string" ? `: ${reason}` : "";
    this.#running.get(requestId)?.abort(new GatewayError("cancelled", `The caller cancelled the request${said}`));
  }

  /** Opens the way for what nobody asked for, and sends what has gathered; an earlier way is closed by its owner. */
  open(outlet: Outlet, onStopping: () => void): void {
    this.#outlet = outlet;
    this.#onStopping = onStopping;
    if (this.#untold.size > 0) this.listsChanged([]);
  }

  /** Closes the way, if it is still this one. */
  shut(outlet: Outlet): void {
    if (this.#outlet !== outlet) return;
    this.#outlet = undefined;
    this.#onStopping = undefined;
  }

  listsChanged(kinds: readonly ListKind[]): void {
    for (const kind of kinds) this.#untold.add(kind);
    const outlet = this.#outlet;
    if (outlet === undefined) return;
    const methods = changeNotifications([...this.#untold]);
    if (methods.every((method) => outlet({ method, params: {} }))) this.#untold.clear();
  }

  notification(_: Upstream, notification: Notification): void {
    const { method, params } = notification;
    const isWanted =
      method === "notifications/message"
        ? this.wantsLog(notification)
        : method === "notifications/resources/updated" && this.#watches.has(String(params["uri"]));
    if (isWanted) this.#outlet?.(notification);
  }

  /** The client wants log messages from this severity on. */
  wantLogs(level: LogLevel): void {
    this.#logLevel = level;
    this.onChange?.();
  }

  /** Sends what is meant for this client alone; false where there is no way, or it could not be taken. */
  tell(notification: Notification): boolean {
    return this.#outlet?.(notification) ?? false;
  }

  /**
   * Takes note that this resource is watched for the client.
   *
   * @throws {GatewayError} `invalid_params` — too many are; the watch has been ended.
   */
  watch(uri: string, watch: Watch): void {
    this.#endWatch(uri);
    if (this.#watches.size >= maxWatched) {
      watch.end();
      throw new GatewayError("invalid_params", `More than ${maxWatched} resources are watched; unsubscribe from some`);
    }
    this.#watches.set(uri, watch);
    this.onChange?.();
  }

  /** The client no longer wants to be told of this resource. */
  unwatch(uri: string): void {
    if (this.#endWatch(uri)) this.onChange?.();
  }

  #endWatch(uri: string): boolean {
    this.#watches.get(uri)?.end();
    return this.#watches.delete(uri);
  }

  /** All it takes to go on with it in another process; `usedAt` is wall time in ms. */
  stored(usedAt: number): StoredSession {
    const { id, route, principal, codec, caller, logLevel } = this;
    const watched = [...this.#watches].map(([uri, { upstream }]) => ({ upstream, uri }));
    return {
      id,
      route,
      principal: storedPrincipal(principal),
      revision: codec.revision,
      caller,
      logLevel,
      watched,
      usedAt,
    };
  }

  /** Whether a log message is severe enough for what the client asked. */
  wantsLog({ params }: Notification): boolean {
    return this.#logLevel !== undefined && reaches(params["level"], this.#logLevel);
  }

  stopping(): void {
    this.#onStopping?.();
  }

  /** Does something when the session ends; at once where it has. */
  onEnd(run: () => void): void {
    if (this.#hasEnded) run();
    else this.#atEnd.push(run);
  }

  /** Ends everything under way. */
  close(reason: GatewayError): void {
    this.#hasEnded = true;
    for (const { end } of this.#watches.values()) end();
    this.#watches.clear();
    for (const controller of this.#running.values()) controller.abort(reason);
    this.stopping();
    for (const run of this.#atEnd.splice(0)) run();
  }
}
