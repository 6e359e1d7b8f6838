import assert from "node:assert/strict";
import { test } from "node:test";
import { localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import type { Notification } from "../protocol/call.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { Session } from "./session.ts";
import { memorySessions } from "./session-store.ts";
import { Sessions } from "./sessions.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const codec = codecsFor({ name: "switchyard", title: "Switchyard", version: "0" })["2025-11-25"];
const seed = {
  principal: localPrincipal,
  route: { kind: "all" },
  codec,
  caller: { info: undefined, capabilities: {} },
} as const;

function rig(
  options: { readonly max: number; readonly idleMs: number },
  clock = new ManualClock(1_000_000),
  store = memorySessions(),
) {
  const subscribed = new Set<string>();
  let made = 0;
  const sessions = new Sessions(options, {
    clock,
    store,
    revive: ({ id, ...stored }) =>
      stored.route.kind === "all" ? new Session({ ...stored, ...seed, id, isRevived: true }) : undefined,
    newId: () => `s${(made += 1)}`,
    subscribe: ({ id }) => {
      subscribed.add(id);
      return () => subscribed.delete(id);
    },
  });
  return { clock, sessions, subscribed, store };
}

test("a session that nothing uses ends after its idle time, one that is used or listens stays", () => {
  const { clock, sessions, subscribed } = rig({ max: 10, idleMs: 60_000 });
  const [idle, used, listening] = [sessions.create(seed), sessions.create(seed), sessions.create(seed)];
  listening.open(
    () => true,
    () => undefined,
  );
  clock.advance(50_000);
  assert.equal(sessions.use(used.id, localPrincipal), used);
  clock.advance(40_000);
  assert.equal(sessions.use(idle.id, localPrincipal), undefined);
  assert.equal(sessions.use(used.id, localPrincipal), used);
  assert.equal(sessions.use(listening.id, localPrincipal), listening);
  assert.deepEqual([...subscribed], [used.id, listening.id]);
  sessions.close();
  sessions.close();
  assert.equal(clock.pending, 0);
  assert.equal(subscribed.size, 0);
});

test("a full table gives up the session that has been idle longest, never one with something open", () => {
  const { sessions, clock } = rig({ max: 2, idleMs: 60_000 });
  const [first, second] = [sessions.create(seed), sessions.create(seed)];
  clock.advance(1);
  sessions.use(first.id, localPrincipal);
  const third = sessions.create(seed);
  assert.equal(sessions.use(second.id, localPrincipal), undefined);
  first.begin(1, new AbortController());
  third.begin(1, new AbortController());
  assert.throws(
    () => sessions.create(seed),
    (error) => error instanceof GatewayError && error.code === "too_many_sessions",
  );
  first.finish(1);
  sessions.create(seed);
  assert.equal(sessions.use(first.id, localPrincipal), undefined);
});

test("ending a session aborts what it has under way", () => {
  const { sessions } = rig({ max: 2, idleMs: 60_000 });
  const session = sessions.create(seed);
  const controller = new AbortController();
  session.begin("a", controller);
  assert.ok(sessions.end(session.id));
  assert.ok(!sessions.end(session.id));
  assert.ok(controller.signal.reason instanceof GatewayError);
  assert.equal(controller.signal.reason.code, "session_not_found");
});

test("an id under way cannot be used again, and a cancel reaches the request it names", () => {
  verifies("base.request-id-in-use");
  const { sessions } = rig({ max: 2, idleMs: 60_000 });
  const session = sessions.create(seed);
  const controller = new AbortController();
  session.begin(7, controller);
  assert.throws(() => {
    session.begin(7, new AbortController());
  }, /the id 7 is that of a request still under way/);
  session.cancel({ requestId: "7" });
  assert.ok(!controller.signal.aborted);
  session.cancel({ requestId: 7, reason: "enough" });
  assert.match(String(controller.signal.reason), /The caller cancelled the request: enough/);
});

test("changes of lists that nobody could be told of are told, once each, when somebody listens", () => {
  const { sessions } = rig({ max: 2, idleMs: 60_000 });
  const session = sessions.create(seed);
  session.listsChanged(["tools"]);
  session.listsChanged(["tools", "templates", "resources"]);
  const told: Notification[] = [];
  session.open(
    (notification) => told.push(notification) > 0,
    () => undefined,
  );
  assert.deepEqual(
    told.map(({ method }) => method),
    ["notifications/tools/list_changed", "notifications/resources/list_changed"],
  );
  session.listsChanged(["prompts"]);
  assert.equal(told.length, 3);
});

test("the next process goes on with what one kept, as it was used, and without what ended, idled or has no route", async () => {
  const before = rig({ max: 10, idleMs: 600_000 });
  await before.sessions.restore("http://127.0.0.1:1");
  const [used, idle, ended] = [1, 2, 3].map(() => before.sessions.create(seed));
  const lost = before.sessions.create({ ...seed, route: { kind: "upstream", name: "gone" } });
  assert.ok(used && idle && ended);
  used.wantLogs("error");
  before.sessions.end(ended.id);
  before.clock.advance(590_000);
  before.sessions.use(used.id, localPrincipal);
  before.sessions.use(lost.id, localPrincipal);
  before.sessions.close();
  before.clock.advance(80_000);

  const after = rig({ max: 10, idleMs: 600_000 }, before.clock, before.store);
  const elsewhere = rig({ max: 10, idleMs: 600_000 }, before.clock, before.store);
  await elsewhere.sessions.restore("http://127.0.0.1:2");
  assert.equal(elsewhere.sessions.size, 0);
  await after.sessions.restore("http://127.0.0.1:1");
  assert.deepEqual([...after.subscribed], [used.id]);
  assert.ok(after.sessions.use(used.id, localPrincipal)?.isRevived);
  for (const { id } of [idle, ended, lost]) assert.equal(after.sessions.use(id, localPrincipal), undefined);
  after.clock.advance(700_000);
  assert.equal(after.sessions.size, 0);
  const last = rig({ max: 10, idleMs: 600_000 }, before.clock, before.store);
  await last.sessions.restore("http://127.0.0.1:1");
  assert.equal(last.sessions.size, 0);
});

test("a process that is killed loses at most the last minute of use, and a session that only listens is in use", async () => {
  const before = rig({ max: 10, idleMs: 600_000 });
  await before.sessions.restore("here");
  const [used, listening] = [before.sessions.create(seed), before.sessions.create(seed)];
  listening.open(
    () => true,
    () => undefined,
  );
  before.clock.advance(1_000_000);
  assert.equal(before.sessions.use(used.id, localPrincipal), undefined, "nothing used it");
  before.clock.advance(500_000);
  const after = rig({ max: 10, idleMs: 600_000 }, before.clock, before.store);
  await after.sessions.restore("here");
  assert.deepEqual([...after.subscribed], [listening.id]);
});

test("of the sessions that were kept only as many go on as may be open, those used last", async () => {
  const before = rig({ max: 10, idleMs: 600_000 });
  await before.sessions.restore("here");
  const made = Array.from({ length: 5 }, () => {
    before.clock.advance(1000);
    return before.sessions.create(seed).id;
  });
  const after = rig({ max: 2, idleMs: 600_000 }, before.clock, before.store);
  await after.sessions.restore("here");
  assert.deepEqual([...after.subscribed], made.slice(-2));
});

test("the last use is kept in whole milliseconds, whatever the clock counts in", async () => {
  const { sessions, store } = rig({ max: 10, idleMs: 600_000 }, new ManualClock(1000.75));
  await sessions.restore("here");
  sessions.create(seed);
  const [kept] = await store.read("here", { max: 10, usedSince: 0 });
  assert.equal(kept?.usedAt, 1001);
});
