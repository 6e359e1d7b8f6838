import { mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOf, isKey, newKeyText } from "../src/access/api-key.ts";
import { localPrincipal } from "../src/access/principal.ts";
import { auditDefaults } from "../src/audit/audit-options.ts";
import { systemClock } from "../src/core/clock.ts";
import { isJsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { timeOrderedIds } from "../src/core/time-ordered-id.ts";
import { CallRecord } from "../src/gateway/call-record.ts";
import { Payload } from "../src/protocol/payload.ts";
import { readBody } from "../src/server/body.ts";
import type { HttpRequest, HttpResponse } from "../src/server/http-exchange.ts";
import { QuickLane } from "../src/server/quick-lane.ts";
import { openStore } from "../src/store/store.ts";
import { nothingToAsk, serveParent } from "./child.ts";
import { echoAnswer } from "./echo.ts";
import { listenLocally } from "./listen.ts";

/**
 * The bare responder of `upstream-http.ts`, read by the gateway's quick lane, when it does two things more, with the gateway's own parts: it looks whether
 * it was given the right key, and puts each call on record. Less than this nothing can cost that does both. `node http-recorded.ts modern|legacy`.
 */

const era = process.argv[2] === "legacy" ? "legacy" : "modern";
const folder = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
const store = openStore({ dataDir: folder, clock: systemClock });
const newId = timeOrderedIds(systemClock, Math.random);
const recorder = store.record({
  clock: systemClock,
  newId,
  options: auditDefaults,
  definitionOf: () => undefined,
  usageOf: () => undefined,
});
if (recorder === undefined) throw new Error("nothing is kept");
const { log } = recorder;
const { text: key } = newKeyText(randomBytes);
const hashed = hashOf(key);

function serve(request: HttpRequest, response: HttpResponse): void {
  const startedAt = systemClock.now();
  const beganAt = systemClock.monotonic();
  if (!isKey((request.headers.authorization ?? "").slice("Bearer ".length), hashed)) {
    response.writeHead(401);
    response.end();
    return;
  }
  readBody(request, (body) => {
    if (body instanceof Error) return;
    const message: unknown = JSON.parse(body.toString());
    const answer = echoAnswer(message, era);
    const frame = Buffer.from(answer ?? "");
    response.writeHead(answer === undefined ? 202 : 200, {
      "content-type": "application/json",
      "content-length": frame.length,
    });
    response.end(frame);
    if (isJsonObject(message) && stringAt(message, "method") === "tools/call") {
      record(objectAt(message, "params") ?? {}, frame, body.length, { startedAt, beganAt });
    }
  });
}

type Params = NonNullable<ReturnType<typeof objectAt>>;

function record(
  params: Params,
  frame: Buffer,
  bytesIn: number,
  { startedAt, beganAt }: { readonly startedAt: number; readonly beganAt: number },
): void {
  const entry = new CallRecord(newId(), startedAt, "tools/call");
  entry.enter("observe", beganAt);
  entry.upstream = "bench";
  entry.name = "look";
  log.ended({
    id: entry.id,
    startedAt,
    durationMs: systemClock.monotonic() - beganAt,
    origin: { entrance: "http", address: "127.0.0.1" },
    session: undefined,
    principal: localPrincipal,
    route: { kind: "all" },
    method: "tools/call",
    name: "look",
    record: entry,
    params,
    answer: { kind: "result", result: Payload.ofText(frame) },
    outcome: "ok",
    code: undefined,
    failure: undefined,
    bytesIn,
    bytesOut: frame.length,
  });
}

const server = createServer({ keepAliveTimeout: 75_000 }, serve);
const { origin } = await listenLocally(server);
const lane = new QuickLane(server, systemClock, serve);
serveParent({ origin, key }, nothingToAsk, () => {
  lane.close();
  lane.destroy();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});
