import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { Notification } from "../protocol/call.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { ScriptedServer, legacyScript, modernScript } from "../../test/rig/scripted-server.ts";
import { dispatch } from "./dispatch.ts";
import { Gateway } from "./gateway.ts";
import { Session } from "./session.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { identity, standDeps } from "../../test/rig/upstream-stand.ts";

const codecs = codecsFor(identity);
const clock = new ManualClock();
const resources = { subscribe: true };
const old = new ScriptedServer({
  ...legacyScript(),
  initialize: { protocolVersion: "2025-11-25", capabilities: { resources }, serverInfo: { name: "old", version: "1" } },
  "resources/list": { resources: [{ uri: "x://old", name: "old" }] },
  "resources/templates/list": { resourceTemplates: [] },
  "resources/subscribe": {},
  "resources/unsubscribe": {},
});
const fresh = new ScriptedServer({
  ...modernScript(),
  "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { resources } },
  "resources/list": { resources: [{ uri: "x://fresh", name: "fresh" }] },
});
const gateway = new Gateway({
  upstreams: [
    { name: "old", target: { kind: "channel", open: old.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
    { name: "fresh", target: { kind: "channel", open: fresh.open }, timeoutMs: 1000, startTimeoutMs: 5000 },
  ],
  deps: standDeps(clock),
  stateKey: Buffer.alloc(32, 7),
});

before(async () => {
  gateway.start();
  await Promise.all(gateway.upstreams.map(({ settled }) => settled));
});
after(() => gateway.close());

async function settle(): Promise<void> {
  for (let turns = 0; turns < 30; turns += 1) await turn();
}

const common = {
  route: { kind: "all" },
  caller: { info: undefined, capabilities: {} },
  principal: localPrincipal,
  origin: { entrance: "internal", address: undefined },
  ask: undefined,
} as const;

function ignore(): void {
  // Nothing is told on the way.
}

function legacySession(): { readonly session: Session; readonly told: Notification[] } {
  const session = new Session({
    id: "s",
    route: common.route,
    principal: localPrincipal,
    codec: codecs["2025-11-25"],
    caller: common.caller,
  });
  const told: Notification[] = [];
  session.open(
    (notification) => told.push(notification) > 0,
    () => undefined,
  );
  gateway.subscribe(session);
  return { session, told };
}

function ask(session: Session, method: string, params: JsonObject) {
  return dispatch(
    gateway,
    { ...common, codec: session.codec, method, params, session, controller: new AbortController(), notify: ignore },
    1,
  );
}

function listen(filter: JsonObject) {
  const told: Notification[] = [];
  const controller = new AbortController();
  const meta = { [metaKeys.protocolVersion]: "2026-07-28", [metaKeys.clientCapabilities]: {} };
  const ended = dispatch(
    gateway,
    {
      ...common,
      codec: codecs["2026-07-28"],
      method: "subscriptions/listen",
      params: { _meta: meta, notifications: filter },
      session: undefined,
      controller,
      notify: (notification) => told.push(notification),
    },
    "l",
  );
  return { told, controller, ended };
}

function countOf(server: ScriptedServer, method: string): number {
  return server.received.filter((received) => received.method === method).length;
}

test("a resource of a legacy upstream is subscribed to once for all who watch it, and unsubscribed from after the last", async () => {
  verifies("resources.subscribe");
  const { session, told } = legacySession();
  await ask(session, "resources/subscribe", { uri: "x://old" });
  const modern = listen({ resourceSubscriptions: ["x://old", "x://nowhere"] });
  await settle();
  assert.deepEqual(modern.told[0]?.params["notifications"], { resourceSubscriptions: ["x://old"] });
  assert.equal(countOf(old, "resources/subscribe"), 1);

  old.notify("notifications/resources/updated", { uri: "x://old" });
  old.notify("notifications/resources/updated", { uri: "x://other" });
  await settle();
  assert.deepEqual(told, [{ method: "notifications/resources/updated", params: { uri: "x://old" } }]);
  assert.deepEqual(modern.told.slice(1), [
    {
      method: "notifications/resources/updated",
      params: { uri: "x://old", _meta: { [metaKeys.subscriptionId]: "l" } },
    },
  ]);

  modern.controller.abort(new GatewayError("cancelled", "enough"));
  await modern.ended;
  await settle();
  assert.equal(countOf(old, "resources/unsubscribe"), 0);
  await ask(session, "resources/unsubscribe", { uri: "x://old" });
  await settle();
  assert.equal(countOf(old, "resources/unsubscribe"), 1);
});

test("a resource of a modern upstream is listened to on a stream with all that is watched there", async () => {
  verifies("stdio.one-channel", "listen.one-stream", "resources.updated");
  const { session, told } = legacySession();
  const listening = fresh.next("subscriptions/listen");
  const subscribed = ask(session, "resources/subscribe", { uri: "x://fresh" });
  const { id, params } = await listening;
  assert.deepEqual(params["notifications"], { resourceSubscriptions: ["x://fresh"] });
  const meta = { [metaKeys.subscriptionId]: id };
  fresh.notify("notifications/subscriptions/acknowledged", { notifications: params["notifications"], _meta: meta });
  assert.equal((await subscribed).failure, undefined);
  fresh.notify("notifications/resources/updated", { uri: "x://fresh", _meta: meta });
  await settle();
  assert.equal(told.length, 1);
  const cancelled = fresh.next("notifications/cancelled");
  session.close(new GatewayError("session_not_found", "over"));
  assert.equal((await cancelled).params["requestId"], id);
});

test("what is watched is watched again after the upstream was away", async () => {
  verifies("listen.resent");
  const { session } = legacySession();
  await ask(session, "resources/subscribe", { uri: "x://old" });
  const again = old.next("resources/subscribe");
  await old.leave();
  await settle();
  clock.advance(500);
  assert.equal((await again).params["uri"], "x://old");
  session.close(new GatewayError("session_not_found", "over"));
});

test("a resource that nobody has, or whose upstream tells of no changes, cannot be watched", async () => {
  verifies("lifecycle.negotiated-only", "listen.acknowledged-subset");
  const { session } = legacySession();
  const { failure } = await ask(session, "resources/subscribe", { uri: "y://" });
  assert.ok(failure !== undefined);
  assert.equal((await ask(session, "resources/subscribe", {})).failure?.code, "invalid_params");
  assert.equal((await ask(session, "resources/unsubscribe", { uri: "never" })).failure, undefined);
});
