import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { type UpstreamLog, logOf } from "../gateway/status.ts";
import { decoded } from "./address.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

const address = /^\/api\/upstreams\/([^/]+)\/logs$/;

/** Longest that a reader may wait for something new, in ms. */
const maxWaitMs = 30_000;

/** Serves `GET /api/upstreams/NAME/logs`; errors are in the answer. */
export function answerLog(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  gateway: Gateway,
  { principal }: Visitor,
): void {
  const name = decoded(address.exec(path)?.[1] ?? "");
  readLog(gateway, name, request, response, principal).then(
    (log) => {
      if (!response.destroyed) answerJson(response, log);
    },
    (thrown: unknown) => {
      refuse(response, toGatewayError(thrown));
    },
  );
}

/**
 * Reads what an upstream's log has after the number `after`, of these the last `lines`. Where there is nothing, waits for up to
 * `wait` ms, for as long as the reader stays and the gateway runs.
 *
 * @throws {GatewayError} `route_not_found` — there is no such upstream; `invalid_params`; `shutting_down`.
 */
async function readLog(
  gateway: Gateway,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  principal: Principal,
): Promise<UpstreamLog> {
  const { searchParams } = new URL(request.url ?? "", "http://localhost");
  const after = wholeNumber(searchParams, "after", 0, Number.MAX_SAFE_INTEGER);
  const waitMs = wholeNumber(searchParams, "wait", 0, maxWaitMs);
  const lines = wholeNumber(searchParams, "lines", Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const upstream = gateway.upstreams.find((each) => each.name === name);
  if (upstream === undefined) throw new GatewayError("route_not_found", `There is no upstream ${JSON.stringify(name)}`);
  if (waitMs > 0)
    await waitFor(gateway, response, waitMs, principal, (signal) => upstream.record.journal.beyond(after, signal));
  return logOf(upstream, after, lines);
}

/** Waits until `run` is done, the time is up, the reader has gone, or the gateway stops. */
async function waitFor(
  gateway: Gateway,
  response: ServerResponse,
  ms: number,
  principal: Principal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  const unsubscribe = gateway.subscribe({
    route: { kind: "all" },
    principal,
    listsChanged: () => undefined,
    notification: () => undefined,
    stopping: stop,
  });
  const stopTimer = gateway.deps.clock.after(ms, stop);
  response.on("close", stop);
  const stay = principal.tenure.during(stop);
  await run(controller.signal);
  stay();
  response.off("close", stop);
  stopTimer();
  unsubscribe();
}

function wholeNumber(query: URLSearchParams, name: string, usual: number, max: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  const number = Number(text);
  if (/^\d{1,16}$/.test(text) && number <= max) return number;
  throw new GatewayError("invalid_params", `${name} must be a whole number from 0 to ${max}`);
}
