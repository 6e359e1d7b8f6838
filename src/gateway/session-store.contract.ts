import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionStore, StoredSession } from "./session-store.ts";

/** A session with something in every part. */
export function fullSession(id: string, usedAt: number): StoredSession {
  return {
    id,
    principal: { id: "key a1", kind: "key", role: "user", grants: ["read:files"] },
    route: { kind: "upstream", name: "files" },
    revision: "2025-06-18",
    caller: { info: { name: "ünïcode", version: "1" }, capabilities: { sampling: {}, roots: { listChanged: true } } },
    logLevel: "warning",
    watched: [{ upstream: "files", uri: "file:///a b?c#d" }],
    usedAt,
  };
}

/** A store under test. `settle` makes what was kept so far readable by whoever opens it next. */
export interface SessionStoreUnderTest {
  readonly store: SessionStore;
  readonly settle: () => SessionStore;
}

/** What every store of sessions does. */
export function testSessionStore(kind: string, open: () => SessionStoreUnderTest): void {
  const all = { max: 100, usedSince: 0 };

  test(`${kind} gives back the sessions of a home as they were last kept, longest unused first`, async () => {
    const { store, settle } = open();
    const [a, b, c] = [fullSession("a", 3000), fullSession("b", 1000), fullSession("c", 2000)];
    store.keep("here", a);
    store.keep("here", { ...b, logLevel: "debug", watched: [] });
    store.keep("here", b);
    store.keep("there", c);
    const bare: StoredSession = { ...fullSession("d", 4000), route: { kind: "all" }, logLevel: undefined };
    store.keep("here", bare);
    const next = settle();
    assert.deepEqual(await next.read("here", all), [b, a, bare]);
    assert.deepEqual(await next.read("there", all), [c]);
    assert.deepEqual(await next.read("nowhere", all), []);
  });

  test(`${kind} does not give back a session that was forgotten`, async () => {
    const { store, settle } = open();
    store.keep("here", fullSession("a", 1));
    store.keep("here", fullSession("b", 2));
    store.forget("a");
    store.forget("unknown");
    assert.deepEqual(
      (await settle().read("here", all)).map(({ id }) => id),
      ["b"],
    );
  });

  test(`${kind} forgets the sessions of the home that are beyond the limits, and no others`, async () => {
    const { store, settle } = open();
    for (let at = 1; at <= 6; at += 1) store.keep("here", fullSession(`s${at}`, at * 1000));
    store.keep("there", fullSession("other", 1000));
    const next = settle();
    const ids = async (max: number, usedSince: number): Promise<string[]> =>
      (await next.read("here", { max, usedSince })).map(({ id }) => id);
    assert.deepEqual(await ids(2, 3000), ["s5", "s6"]);
    assert.deepEqual(await ids(100, 0), ["s5", "s6"]);
    assert.equal((await next.read("there", all)).length, 1);
  });
}
