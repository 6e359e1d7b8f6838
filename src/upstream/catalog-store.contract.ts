import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogKey, CatalogStore } from "./catalog-store.ts";
import { noDefinitions } from "./definitions.ts";
import type { Offer } from "./offer.ts";

const key: CatalogKey = { upstream: "files", target: "t1" };
const tool = { name: "read", inputSchema: { type: "object", z: 1, a: [null, "ü"] } };

/** An offer with something in every part. */
export const fullOffer: Offer = {
  serverInfo: { name: "files", version: "1" },
  capabilities: { tools: { listChanged: true }, resources: {} },
  instructions: "Read first.",
  definitions: {
    tools: [tool],
    prompts: [{ name: "ask" }],
    resources: [{ uri: "file:///a", name: "a" }],
    templates: [{ uriTemplate: "file:///{path}", name: "any" }],
  },
};

/** A store under test. `settle` makes what was kept so far readable by whoever opens it next. */
export interface CatalogStoreUnderTest {
  readonly store: CatalogStore;
  readonly settle: () => CatalogStore;
}

/** What every store of catalogs does. */
export function testCatalogStore(kind: string, open: () => CatalogStoreUnderTest): void {
  test(`${kind} gives back the latest offer of a server, and none of the same name at another target`, async () => {
    const { store, settle } = open();
    assert.equal(await store.offer(key), undefined);
    store.keepOffer(key, { ...fullOffer, instructions: "Old." });
    store.keepOffer(key, fullOffer);
    const bare: Offer = { ...fullOffer, serverInfo: undefined, instructions: undefined, definitions: noDefinitions };
    store.keepOffer({ ...key, upstream: "bare" }, bare);
    const next = settle();
    assert.deepEqual(await next.offer(key), fullOffer);
    assert.deepEqual(await next.offer({ ...key, upstream: "bare" }), bare);
    assert.equal(await next.offer({ ...key, target: "t2" }), undefined);
  });

  test(`${kind} trusts on first use once, and after that what somebody approves`, async () => {
    const { store, settle } = open();
    assert.equal(await store.trustVersion(key), 0);
    await store.trustFirst(key, { ...noDefinitions, tools: [tool], prompts: [{ name: "ask" }] });
    await store.trustFirst(key, { ...noDefinitions, tools: [{ name: "read", changed: true }, { name: "late" }] });
    assert.equal(await store.trustVersion(key), 1);
    assert.deepEqual(await store.trusted(key), { ...noDefinitions, tools: [tool], prompts: [{ name: "ask" }] });
    await store.trust(key, { ...noDefinitions, tools: [{ name: "read", changed: true }], resources: [{ uri: "x:y" }] });
    const next = settle();
    assert.equal(await next.trustVersion(key), 2);
    assert.deepEqual(await next.trusted(key), {
      ...noDefinitions,
      tools: [{ name: "read", changed: true }],
      prompts: [{ name: "ask" }],
      resources: [{ uri: "x:y" }],
    });
    assert.equal(await next.trustVersion({ ...key, target: "t2" }), 0);
  });

  test(`${kind} remembers that a server was trusted while it offered nothing`, async () => {
    const { store, settle } = open();
    await store.trustFirst(key, noDefinitions);
    const next = settle();
    await next.trustFirst(key, { ...noDefinitions, tools: [tool] });
    assert.equal(await next.trustVersion(key), 1);
    assert.deepEqual(await next.trusted(key), noDefinitions);
  });
}
